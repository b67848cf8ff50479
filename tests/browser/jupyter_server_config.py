"""The Jupyter server of the browser tests: Galata's settings, loopback, a port of its own."""

import os

from jupyterlab.galata import configure_jupyter_server

c = get_config()  # noqa: F821  Jupyter puts it there
configure_jupyter_server(c)
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = int(os.environ["JT_BROWSER_PORT"])
c.ServerApp.allow_root = True
# Journeys ask for what is not there, and kill the server: only errors are worth a line.
c.ServerApp.log_level = "ERROR"
c.LabApp.log_level = "ERROR"
