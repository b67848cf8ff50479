"""The Jupyter server extension: an authenticated doorway to the manager."""
