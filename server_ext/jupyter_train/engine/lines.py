"""Bytes of a log become lines: each with the offset after it, and the time it was written."""

from bisect import bisect_left

LONGEST = 256 * 1024
"""Longest event in bytes, CloudWatch's own limit; a longer line becomes several events."""

BULK = 64 * 1024
"""Bytes from which on lines are worth being taken in one piece."""

Line = tuple[int, bytes]
"""(offset in the source after the line and its end, text without its end)."""


class LineSplitter:
    r"""Cuts a byte stream at \n, \r\n and \r, wherever the chunks happen to end."""

    def __init__(self, offset: int, bulk: int = BULK) -> None:
        self._offset = offset
        self._bulk = bulk
        self._rest = b""

    def block(self, chunk: bytes) -> tuple[int, bytes]:
        r"""Return the offset of the lines that are whole now, and them, as they are, in one piece.

        Nothing is taken, for `feed` to take, if they are few, end otherwise than in \n, or may be
        too long for an event.
        """
        data = self._rest + chunk
        cut = data.rfind(b"\n") + 1
        if not cut or len(chunk) < self._bulk or b"\r" in data or not has_short_lines(data):
            return self._offset, b""
        start, self._offset, self._rest = self._offset, self._offset + cut, data[cut:]
        return start, data[:cut]

    def feed(self, chunk: bytes) -> list[Line]:
        """Return the lines that are whole now."""
        data = self._rest + chunk if self._rest else chunk
        pieces = data.splitlines(keepends=True)
        # A last piece without "\n" may go on; one ending in "\r" may be half of "\r\n".
        self._rest = pieces.pop() if pieces and not pieces[-1].endswith(b"\n") else b""
        lines: list[Line] = []
        for piece in pieces:
            self._emit(piece, lines)
        while len(self._rest) > LONGEST:
            self._emit_piece(self._rest[:LONGEST], lines)
            self._rest = self._rest[LONGEST:]
        return lines

    def finish(self) -> list[Line]:
        """Return what is left as the last line."""
        lines: list[Line] = []
        if self._rest:
            self._emit(self._rest, lines)
        self._rest = b""
        return lines

    def _emit(self, piece: bytes, lines: list[Line]) -> None:
        while len(piece) > LONGEST + 2:
            self._emit_piece(piece[:LONGEST], lines)
            piece = piece[LONGEST:]
        self._emit_piece(piece, lines)

    def _emit_piece(self, piece: bytes, lines: list[Line]) -> None:
        self._offset += len(piece)
        lines.append((self._offset, piece.rstrip(b"\r\n")))


def has_short_lines(data: bytes) -> bool:
    r"""Whether each stretch of half an event's length has a \n, so that no line is longer."""
    half = LONGEST // 2
    return all(data.find(b"\n", at, at + half) >= 0 for at in range(0, len(data) - half, half))


class Marks:
    """When the log had which size: "<epoch seconds> <size>" lines left by the attempt's shim."""

    def __init__(self, text: bytes = b"") -> None:
        self._sizes: list[int] = []
        self._times: list[int] = []
        for line in text.splitlines():
            self._add(line.split())

    def time_of(self, offset: int, default: int) -> int:
        """Return when (ms) the byte before `offset` was surely there, or `default`."""
        at = bisect_left(self._sizes, offset)
        return self._times[at] if at < len(self._sizes) else default

    def _add(self, words: list[bytes]) -> None:
        try:
            time, size = float(words[0]), int(words[1])
        except (ValueError, IndexError):
            return  # the shim was killed within this line
        if not self._sizes or size > self._sizes[-1]:
            self._sizes.append(size)
            self._times.append(int(time * 1000))
