"""A long append-only text in pieces, and beside each the stamps of its lines.

Text is written first, then its stamp: what has none was never stored.
"""

import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from .stamps import SIZE, Stamp, last_of, packed

TEXT, STAMPS = ".txt", ".at"
_DIGITS = 20


class Segments:
    """Files `<position of the first byte>.txt` and `.at` in one folder."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._size = size
        self.starts = sorted(int(path.stem) for path in folder.glob(f"*{TEXT}")) or [0]
        self._count, self.last = self._recovered()
        self._synced = 0

    @property
    def _safe(self) -> Path:
        """A file that says: all of this was on the disk, and its source may be gone."""
        return self._folder / "safe"

    def _recovered(self) -> tuple[int, Stamp]:
        """Drop text without a stamp and stamps without text, and all that came after them.

        In the middle that is done only while the source is there to be read again.
        """
        if not self._safe.exists():
            self._drop(next(self._broken(), len(self.starts)))
        while (found := self._last_of(self.starts[-1]))[1] is None and self.starts[-1]:
            self._drop(len(self.starts) - 1)
        start, count, last = self.starts[-1], found[0], found[1] or Stamp()
        self._cut(self.path(start, TEXT), last.end - start)
        self._cut(self.path(start, STAMPS), count * SIZE)
        return count, last

    def _broken(self) -> Iterator[int]:
        """Yield the numbers of the segments that follow one whose end is not there."""
        for number, (start, end) in enumerate(pairwise(self.starts), 1):
            last = self._last_of(start)[1]
            if last is None or (last.end, self._length(start)) != (end, end - start):
                yield number

    def _last_of(self, start: int) -> tuple[int, Stamp | None]:
        return last_of(self.path(start, STAMPS), self.path(start, TEXT), start)

    def _drop(self, number: int) -> None:
        """Remove all segments from this one on."""
        for start in self.starts[number:]:
            for suffix in (TEXT, STAMPS):
                self.path(start, suffix).unlink(missing_ok=True)
        del self.starts[number:]

    def _cut(self, path: Path, size: int) -> None:
        if path.exists() and path.stat().st_size != size:
            os.truncate(path, size)

    def _length(self, start: int) -> int:
        path = self.path(start, TEXT)
        return path.stat().st_size if path.exists() else 0

    def path(self, start: int, suffix: str) -> Path:
        """Return a file of the segment that begins at this position."""
        return self._folder / f"{start:0{_DIGITS}}{suffix}"

    def limits(self, position: int) -> tuple[int, int]:
        """Return where the segment with this byte begins and ends."""
        at = bisect_right(self.starts, position) - 1
        last = at + 1 == len(self.starts)
        return self.starts[at], self.last.end if last else self.starts[at + 1]

    def read(self, position: int, size: int) -> bytes:
        """Return up to `size` bytes, of one segment; none if the folder was deleted."""
        start, end = self.limits(position)
        size = min(size, end - position)
        if size <= 0:
            return b""
        try:
            with self.path(start, TEXT).open("rb", buffering=0) as file:
                return os.pread(file.fileno(), size, position - start)
        except FileNotFoundError:
            return b""

    def append(self, text: bytes, stamps: Sequence[Stamp]) -> None:
        """Write all of it, or none and raise OSError.

        Without fsync: the attempt's own log is the truth, and what a loss of power takes from here
        is read from there again, from where the last stamp says.
        """
        start, count = self.starts[-1], self._count
        if self.last.end - start >= self._size:
            start, count = self.last.end, 0
        _append(self.path(start, TEXT), self.last.end - start, text)
        _append(self.path(start, STAMPS), count * SIZE, packed(stamps))
        # In this order, because another thread may ask for the limits between any two.
        if start != self.starts[-1]:
            self.starts.append(start)
        self._count = count + len(stamps)
        self.last = stamps[-1]

    def sync(self) -> None:
        """Put every segment written since the last call onto the disk."""
        for start in self.starts[bisect_right(self.starts, self._synced) - 1 :]:
            for path in (self.path(start, TEXT), self.path(start, STAMPS)):
                if path.exists():
                    file = os.open(path, os.O_RDONLY)
                    os.fsync(file)
                    os.close(file)
        if self._folder.exists():
            self._safe.touch()
        self._synced = self.last.end


def _append(path: Path, size: int, data: bytes) -> None:
    """Add to a file that has to be of this size; a longer one has what was never stored."""
    # Opened for each append (15 us): no descriptor per stream, and nothing to lose in a buffer.
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if os.fstat(file).st_size != size:
            os.ftruncate(file, size)
        _write_all(file, data, size)
    finally:
        os.close(file)


def _write_all(file: int, data: bytes, size: int) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(file, view) :]
    except OSError:
        os.ftruncate(file, size)
        raise
