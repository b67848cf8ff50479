"""A sparse index of a log stream: where some lines begin.  Never a source of truth."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

LINES, BYTES = 1024, 1 << 18
"""A mark comes at the latest after so many lines, and after so many bytes."""

_FIELDS = 3


class Marks:
    """(line number, time, position), each ascending; the first line of a segment is marked."""

    def __init__(self) -> None:
        self.lines, self.times, self.positions = array("q"), array("q"), array("q")

    def __len__(self) -> int:
        return len(self.lines)

    def cover(
        self, first: int, starts: Sequence[int], time: Callable[[int], int], *, fresh: bool
    ) -> bytes:
        """Mark some of the lines from number `first` on, which begin at `starts`.

        `time` tells the time of the n-th of them; `fresh` marks the very first.  Returns the new
        marks as the sidecar file keeps them.
        """
        added = array("q")
        at = 0 if fresh or not len(self) else self._due(first, starts)
        while at < len(starts):
            mark = (first + at, time(at), starts[at])
            self._add(mark)
            added.extend(mark)
            at = self._due(first, starts)
        return added.tobytes()

    def _due(self, first: int, starts: Sequence[int]) -> int:
        by_lines = self.lines[-1] + LINES - first
        by_bytes = bisect_left(starts, self.positions[-1] + BYTES)
        return max(0, min(by_lines, by_bytes))

    def _add(self, mark: Sequence[int]) -> None:
        # In this order, because another thread may look up a line or a time between two of them.
        self.positions.append(mark[2])
        self.times.append(mark[1])
        self.lines.append(mark[0])

    def load(self, path: Path, start: int, end: int) -> bool:
        """Take in the sidecar of a segment; False if it cannot be of that segment."""
        if not path.exists():
            return False
        data = path.read_bytes()
        rows = array("q", data[: len(data) // (8 * _FIELDS) * 8 * _FIELDS])
        columns = [list(rows[field::_FIELDS]) for field in range(_FIELDS)]
        past = [self.lines[-1:], self.times[-1:], self.positions[-1:]]
        if len(data) % (8 * _FIELDS) or not columns[0] or columns[2][0] != start:
            return False
        if any(list(p) + c != sorted(list(p) + c) for p, c in zip(past, columns, strict=True)):
            return False
        if columns[2][-1] >= end:
            return False
        for target, column in zip((self.lines, self.times, self.positions), columns, strict=True):
            target.extend(column)
        return True

    def before_line(self, number: int) -> int:
        """Return the last mark at or before this line."""
        return max(0, bisect_right(self.lines, number) - 1)

    def before_time(self, time: int) -> int:
        """Return the last mark with an earlier time: lines of that time may precede the next."""
        return max(0, min(bisect_left(self.times, time), len(self)) - 1)


def keep(path: Path, data: bytes) -> None:
    """Add marks to a sidecar; one that cannot be written is removed, and made again on opening."""
    if not data:
        return
    try:
        with path.open("ab", buffering=0) as file:
            written = file.write(data)
    except OSError:
        written = None
    if written != len(data):
        with suppress(OSError):
            path.unlink()
