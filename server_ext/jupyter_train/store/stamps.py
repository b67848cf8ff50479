"""When lines came, and from where: a record for all that came together, beside their segment.

Each record speaks of the stream up to its end, so that the last whole one is the whole state of a
stream, and records are found by halving, on the disk.
"""

import os
import struct
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

_RECORD = struct.Struct("<4q")
SIZE = _RECORD.size
"""Bytes of a record."""


class Stamp(NamedTuple):
    """What is true of a stream after some lines: all after the stamp before have this time."""

    end: int = 0
    """The position after the last line."""
    lines: int = 0
    """How many lines the stream has up to here."""
    time: int = 0
    """When the last ones came, ms since the epoch."""
    source: int = 0
    """The offset in the source after the last line."""


def packed(stamps: Sequence[Stamp]) -> bytes:
    """Return stamps as a file has them."""
    return b"".join(_RECORD.pack(*each) for each in stamps)


class StampFile:
    """The stamps of one segment, to read; none if there is no such file."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file >= 0:
            os.close(self._file)

    def __len__(self) -> int:
        return os.fstat(self._file).st_size // SIZE if self._file >= 0 else 0

    def __getitem__(self, at: int) -> Stamp:
        return Stamp(*_RECORD.unpack(os.pread(self._file, SIZE, at * SIZE)))

    def first(self, value: int, key: Callable[[Stamp], int]) -> int:
        """Return the number of the first stamp whose `key` is not less than `value`."""
        return bisect_left(range(len(self)), value, key=lambda at: key(self[at]))

    def times(self, ends: Sequence[int]) -> list[int]:
        """Return the times of some lines, given where they end, ascending."""
        if not ends or self._file < 0:
            return [0] * len(ends)  # its file was deleted
        at, last = (self.first(end, lambda stamp: stamp.end) for end in (ends[0], ends[-1]))
        data = os.pread(self._file, (last + 1 - at) * SIZE, at * SIZE)
        stamps = np.frombuffer(data, "<i8").reshape(-1, 4)
        found = np.searchsorted(stamps[:, 0], np.asarray(ends))
        times: list[int] = stamps[:, 2].take(found, mode="clip").tolist()
        return times


def last_of(path: Path, text: Path, start: int) -> tuple[int, Stamp | None]:
    """Return how many stamps a segment has up to the last whose text is there, and that one.

    A loss of power may take the end of either file, or leave zeros where nothing was written yet.
    """
    with StampFile(path) as stamps, _opened(text) as lines:
        for count in range(len(stamps), 0, -1):
            last = stamps[count - 1]
            if last.end > start and os.pread(lines, 1, last.end - 1 - start) == b"\n":
                return count, last
    return 0, None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = os.open(path if path.exists() else os.devnull, os.O_RDONLY)
    try:
        yield file
    finally:
        os.close(file)
