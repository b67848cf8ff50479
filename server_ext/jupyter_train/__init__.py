"""Managed training jobs for JupyterLab, on hardware you own."""
