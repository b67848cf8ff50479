"""Room on the disk that no job can take: how a job that filled the disk ended must be written."""

import os
from contextlib import suppress
from pathlib import Path

SIZE = 4 << 20


class Reserve:
    """A file that holds the room, and goes when it is needed."""

    def __init__(self, path: Path, size: int = SIZE) -> None:
        self._path = path
        self._size = size

    def keep(self) -> None:
        """Take the room, if it is there."""
        if self._held() == self._size or self._free() < 2 * self._size:
            return
        with suppress(OSError):  # somebody else was faster
            self._path.touch(mode=0o600)
            # Random: some file systems keep no zeros.
            self._path.write_bytes(os.urandom(self._size))

    def give_if_full(self) -> None:
        """Give the room to whoever writes next, if there is hardly any other."""
        if self._free() < self._size:
            self._path.unlink(missing_ok=True)

    def _held(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0

    def _free(self) -> int:
        found = os.statvfs(self._path.parent)
        return found.f_bavail * found.f_frsize
