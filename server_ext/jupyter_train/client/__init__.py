"""What notebooks, the Jupyter server and the command line share to reach the manager."""
