"""State saved during training so that it can resume: never half a file, always the newest."""

from __future__ import annotations

import os
from contextlib import contextmanager
from fnmatch import fnmatch

from .environment import _folder
from .layout import here

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than this package
    from collections.abc import Iterator

UNFINISHED = ".unfinished-"


def checkpoint_dir(default: str | None = None) -> str:
    """Return the folder that is kept while the job runs and restored when it resumes."""
    return _folder("SM_CHECKPOINT_DIR", here().checkpoints, default)


@contextmanager
def saving(name: str, folder: str | None = None) -> Iterator[str]:
    """Give a path to write to; it appears under `name`, whole, when the block has ended well.

    >>> with saving("epoch-3.pt") as path: torch.save(model.state_dict(), path)
    """
    folder = folder or checkpoint_dir()
    os.makedirs(folder, exist_ok=True)
    landing = os.path.join(folder, "%s%d-%s" % (UNFINISHED, os.getpid(), name))
    try:
        yield landing
        with open(landing, "rb") as file:
            os.fsync(file.fileno())
        os.replace(landing, os.path.join(folder, name))
    finally:
        if os.path.exists(landing):
            os.unlink(landing)


def latest(pattern: str = "*", folder: str | None = None) -> str | None:
    """Return the newest finished checkpoint, or None to begin from the start."""
    folder = folder or checkpoint_dir()
    try:
        names = [name for name in os.listdir(folder) if fnmatch(name, pattern)]
    except FileNotFoundError:
        return None
    paths = [os.path.join(folder, name) for name in names if not name.startswith(".")]
    return max(paths, key=lambda path: (os.stat(path).st_mtime_ns, path), default=None)
