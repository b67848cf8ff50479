"""The container contract: where a job finds its things and leaves its results."""

from __future__ import annotations

import os

OPT_ML = "/opt/ml"


class Layout:
    """The folders below one root; plain strings."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.config = os.path.join(root, "input", "config")
        self.data = os.path.join(root, "input", "data")
        self.model = os.path.join(root, "model")
        self.output = os.path.join(root, "output")
        self.output_data = os.path.join(root, "output", "data")
        self.failure = os.path.join(root, "output", "failure")
        self.checkpoints = os.path.join(root, "checkpoints")
        self.code = os.path.join(root, "code")


def here() -> Layout:
    """Return the layout of the job this process belongs to: by SM_MODEL_DIR, else /opt/ml."""
    model = os.environ.get("SM_MODEL_DIR", "").rstrip("/")
    return Layout(os.path.dirname(model) or OPT_ML)
