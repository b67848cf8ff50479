"""What an administrator may choose about containers."""

from dataclasses import dataclass
from pathlib import Path

PIDS = 8192
BRIDGE = "bridge"
NETWORK = "jupyter-train"
HELPER_LABEL = "jupyter-train.helper"  # of containers that live for a moment and run no attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`host` is the engine's address, "" for the user's own; `images` the table of image names.

    `shared_memory` in bytes serves attempts that name none; 0 for the engine's own.  `network` is
    the engine's own "bridge", where containers reach each other, or NETWORK, where they do not:
    the engine starts a name server in it for each container, which takes a third of a start.
    """

    host: str = ""
    images: Path | None = None
    pids: int = PIDS
    shared_memory: int = 0
    network: str = BRIDGE
