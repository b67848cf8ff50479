"""How a line lies in a log segment: `<ms> <source offset after the line> <text>`, then LF."""

import re
from array import array
from collections.abc import Iterator, Sequence

import numpy as np

from .base import LogLine

_LF = ord("\n")
_WHOLE = re.compile(rb"\d+ \d+ ")
_COULD_BE_HEAD = re.compile(rb"[0-9 ]*")


def print_lines(
    lines: Sequence[tuple[int, int, bytes]], last: int
) -> tuple[list[bytes], list[int]]:
    """Return lines as they are stored and their times, none of which is before `last`."""
    times: list[int] = []
    for time, _, _ in lines:
        last = max(time, last)
        times.append(last)
    rows = [
        b"%d %d %b\n" % (at, end, text) for at, (_, end, text) in zip(times, lines, strict=True)
    ]
    return rows, times


def print_block(time: int, start: int, data: bytes) -> bytes:
    """Return lines of one time as they are stored.

    One format for all lines takes a quarter of what a format for each does.
    """
    texts = data.split(b"\n")[:-1]
    words: list[object] = [None] * (2 * len(texts))
    words[::2] = line_ends(data, start)
    words[1::2] = texts
    return (b"%d %%d %%b\n" % time * len(texts)) % tuple(words)


def line_ends(data: bytes, start: int) -> "array[int]":
    """Return the offset after each LF; the first byte has the offset `start`."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _LF) + (start + 1)
    return array("q", ends.astype(np.int64).tobytes())


def without_breaks(lines: Sequence[tuple[int, int, bytes]]) -> list[tuple[int, int, bytes]]:
    """Return lines whose text has no line end, which would make two lines of it."""
    return [(time, end, text.replace(b"\n", b" ")) for time, end, text in lines]


def parse(row: bytes, position: int) -> LogLine:
    """Read a stored line (without LF) that begins at `position`."""
    time, _, text = row.split(b" ", 2)
    return LogLine(int(time), text.decode("utf-8", "replace"), position, position + len(row) + 1)


def parse_all(rows: Sequence[bytes], position: int) -> list[LogLine]:
    """Read stored lines that follow each other from `position` on."""
    found = []
    for row in rows:
        line = parse(row, position)
        found.append(line)
        position = line.next
    return found


def head(row: bytes) -> tuple[int, int]:
    """Return a stored line's time and source offset."""
    time, end, _ = row.split(b" ", 2)
    return int(time), int(end)


def is_whole(row: bytes) -> bool:
    """Whether this can be a stored line."""
    return _WHOLE.match(row) is not None


def matches(data: bytes, literal: bytes) -> Iterator[tuple[int, int]]:
    """Yield (start, end without LF) of the lines in `data` whose text contains `literal`."""
    if _COULD_BE_HEAD.fullmatch(literal):
        # The head of every line could match: the expression skips it at the speed of C.
        line = re.compile(rb"^\d+ \d+ [^\n]*?" + re.escape(literal) + rb"[^\n]*", re.MULTILINE)
        yield from (found.span() for found in line.finditer(data))
        return
    at = data.find(literal)
    while at >= 0:
        start = data.rfind(b"\n", 0, at) + 1
        end = data.find(b"\n", at)
        text = data.find(b" ", data.find(b" ", start) + 1) + 1
        if data.find(literal, text, end) >= 0:
            yield start, end
        at = data.find(literal, end)
