"""Files found below a folder that a job fills: a look's cost is bounded, and links lead nowhere."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from .base import Bounds, Found

_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})


def find(folder: Path, part: str, bounds: Bounds) -> list[Found]:
    """Return files with `part` in their names; folders near the top are looked through first."""
    return list(islice(_walk(os.path.realpath(folder), part, bounds), bounds.files))


def _walk(top: str, part: str, bounds: Bounds) -> Iterator[Found]:
    ahead = deque([(top, 0)])
    looked = 0
    while ahead and looked < bounds.folders:
        path, depth = ahead.popleft()
        looked += 1
        with suppress(OSError), os.scandir(path) as entries:  # not there, or shut by its job
            for entry in islice(entries, bounds.entries):
                if entry.is_dir(follow_symlinks=False):
                    if depth < bounds.depth and _leads_on(entry):
                        ahead.append((entry.path, depth + 1))
                elif part in entry.name:
                    yield from _file(entry)


def _leads_on(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and entry.name not in _SKIPPED


def _file(entry: os.DirEntry[str]) -> Iterator[Found]:
    with suppress(OSError):  # gone meanwhile
        if entry.is_file(follow_symlinks=False):
            known = entry.stat(follow_symlinks=False)
            yield Found(path=Path(entry.path), size=known.st_size, modified=known.st_mtime)
