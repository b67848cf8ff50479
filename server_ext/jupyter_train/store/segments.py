"""A long append-only file in pieces; a position counts bytes over all of them."""

import os
from bisect import bisect_right
from pathlib import Path

_DIGITS = 20


class Segments:
    """Files `<position of the first byte>.log` in one folder."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._size = size
        self.starts = sorted(int(path.stem) for path in folder.glob("*.log")) or [0]
        self.end = self.starts[-1] + self._length(self.starts[-1])
        self._synced = 0

    def _length(self, start: int) -> int:
        path = self.path(start)
        return path.stat().st_size if path.exists() else 0

    def path(self, start: int, suffix: str = ".log") -> Path:
        """Return the file that begins at this position, or one that belongs to it."""
        return self._folder / f"{start:0{_DIGITS}}{suffix}"

    def limits(self, position: int) -> tuple[int, int]:
        """Return where the segment with this byte begins and ends."""
        at = bisect_right(self.starts, position) - 1
        last = at + 1 == len(self.starts)
        return self.starts[at], self.end if last else self.starts[at + 1]

    def read(self, position: int, size: int) -> bytes:
        """Return up to `size` bytes, of one segment; none if the folder was deleted."""
        start, end = self.limits(position)
        size = min(size, end - position)
        if size <= 0:
            return b""
        try:
            with self.path(start).open("rb", buffering=0) as file:
                return os.pread(file.fileno(), size, position - start)
        except FileNotFoundError:
            return b""

    def roll(self) -> bool:
        """Begin a new segment if the last one is full; returns whether the last one is empty."""
        if self.end - self.starts[-1] >= self._size:
            self.starts.append(self.end)
        return self.end == self.starts[-1]

    def append(self, data: bytes) -> None:
        """Write all of it, or none and raise OSError.

        Without fsync: the attempt's own log is the truth, and what a loss of power takes from here
        is read from there again, from where the last whole line says.
        """
        start = self.starts[-1]
        # Opened for each append (15 us): no descriptor per stream, and nothing to lose in a buffer.
        file = os.open(self.path(start), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if os.fstat(file).st_size != self.end - start:
                os.ftruncate(file, self.end - start)
            _write_all(file, data, self.end - start)
        finally:
            os.close(file)
        self.end += len(data)

    def sync(self) -> None:
        """Put every segment written since the last call onto the disk."""
        for start in self.starts[bisect_right(self.starts, self._synced) - 1 :]:
            if self.path(start).exists():
                file = os.open(self.path(start), os.O_RDONLY)
                os.fsync(file)
                os.close(file)
        self._synced = self.end

    def cut(self, end: int) -> None:
        """Drop everything from `end` on."""
        while len(self.starts) > 1 and end <= self.starts[-1]:
            self.path(self.starts.pop()).unlink(missing_ok=True)
        if end < self.end:
            os.truncate(self.path(self.starts[-1]), end - self.starts[-1])
            self.end = end


def _write_all(file: int, data: bytes, size: int) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(file, view) :]
    except OSError:
        os.ftruncate(file, size)
        raise
