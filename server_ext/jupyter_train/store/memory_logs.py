"""Log streams without files: a position is the number of a line."""

from bisect import bisect_left
from collections.abc import Sequence

from .base import LogLine, LogStore, LogStream


class MemoryStream(LogStream):
    """One stream's lines in a list."""

    def __init__(self) -> None:
        self._lines: list[LogLine] = []
        self._source = 0

    @property
    def source_offset(self) -> int:
        """The collector's cursor."""
        return self._source

    @property
    def end(self) -> int:
        """The position after the last line."""
        return len(self._lines)

    @property
    def first_time(self) -> int | None:
        """Time of the first line."""
        return self._lines[0].time if self._lines else None

    @property
    def last_time(self) -> int | None:
        """Time of the last line."""
        return self._lines[-1].time if self._lines else None

    def append(self, lines: Sequence[tuple[int, int, bytes]]) -> int:
        """Store lines."""
        for time, source, text in lines:
            row = text.replace(b"\n", b" ").decode("utf-8", "replace")
            self._lines.append(LogLine(max(time, self.last_time or 0), row, self.end, self.end + 1))
            self._source = source
        return self.end

    def sync(self) -> None:
        """Do nothing: memory has no disk."""

    def read(self, position: int, limit: int, max_bytes: int = 1 << 20) -> list[LogLine]:
        """Return lines from `position` on."""
        start = max(position, 0)
        return _fitting(self._lines[start : start + limit], max_bytes)

    def read_before(self, position: int, limit: int, max_bytes: int = 1 << 20) -> list[LogLine]:
        """Return lines that end at or before `position`."""
        end = max(0, min(position, self.end))
        found = self._lines[max(0, end - limit) : end]
        return _fitting(found[::-1], max_bytes)[::-1]

    def seek_time(self, time: int) -> int:
        """Return the first line at or after a time."""
        return bisect_left(self._lines, time, key=lambda line: line.time)

    def seek_line(self, number: int) -> int:
        """Return where a line begins."""
        return max(0, min(number, self.end))

    def search(
        self, literal: str, position: int = 0, limit: int = 100, *, ignore_case: bool = False
    ) -> list[LogLine]:
        """Return lines that contain `literal`."""
        read = _in_lower_case if ignore_case else str
        there = self._lines[max(position, 0) :]
        return [line for line in there if read(literal) in read(line.text)][:limit]


def _in_lower_case(text: str) -> str:
    """Return the text with the letters of ASCII in lower case."""
    return text.encode("utf-8", "surrogateescape").lower().decode("utf-8", "surrogateescape")


def _fitting(lines: Sequence[LogLine], max_bytes: int) -> list[LogLine]:
    found: list[LogLine] = []
    for line in lines:
        max_bytes -= len(line.text.encode())
        if found and max_bytes < 0:
            break
        found.append(line)
    return found


class MemoryLogs(LogStore):
    """Streams in dictionaries."""

    def __init__(self) -> None:
        self._streams: dict[str, dict[str, MemoryStream]] = {}

    def create(self, job_id: str, stream: str, created: float) -> LogStream:  # noqa: ARG002 - nothing here is kept by time
        """Return the stream, made on first use."""
        return self._streams.setdefault(job_id, {}).setdefault(stream, MemoryStream())

    def open(self, job_id: str, stream: str) -> LogStream:
        """Return the stream or raise KeyError."""
        return self._streams[job_id][stream]

    def streams(self, job_id: str) -> list[str]:
        """Return the names of a job's streams."""
        return list(self._streams.get(job_id, {}))

    def delete(self, job_id: str) -> None:
        """Forget a job's streams."""
        self._streams.pop(job_id, None)

    def close(self) -> None:
        """Let go of nothing."""
