"""Log streams in append-only segments, a line for each event, and a sparse index beside them.

A stored line holds the source's offset after it, so that the last whole line is the collector's
cursor: text and cursor cannot part, whatever is killed.
"""

import shutil
import threading
import weakref
from array import array
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from .base import LogLine, LogStore, LogStream
from .log_lines import (
    head,
    is_whole,
    line_ends,
    matches,
    parse_all,
    print_block,
    print_lines,
    without_breaks,
)
from .marks import Marks, keep
from .segments import Segments

SEGMENT = 64 << 20
_SCAN = 4 << 20
_STREAMS_KEPT = 256


class SegmentStream(LogStream):
    """One stream in one folder."""

    def __init__(self, folder: Path, segment: int = SEGMENT) -> None:
        self._lock = threading.Lock()
        self._files = Segments(folder, segment)
        self._marks = Marks()
        self._lines = 0
        self._time, self._source = self._cut_the_torn_line()
        self._first = self._time_at(0)
        self._index()

    def _cut_the_torn_line(self) -> tuple[int, int]:
        """Drop what follows the last whole line; returns that line's head."""
        while row := self._last_row():
            if is_whole(row) and row.endswith(b"\n"):
                return head(row)
            self._files.cut(self._files.end - len(row))
        return 0, 0

    def _last_row(self) -> bytes:
        """Return the bytes behind the last line end but one."""
        end, size = self._files.end, 1 << 16
        while end > 0:
            start, _ = self._files.limits(end - 1)
            low = max(start, end - size)
            data = self._files.read(low, end - low)
            at = data.rfind(b"\n", 0, -1)
            if at >= 0 or low == start:
                return data[at + 1 :]
            size *= 4
        return b""

    def _index(self) -> None:
        """Load the sidecars, and walk over what they do not cover."""
        whole = True
        for start in self._files.starts:
            path = self._files.path(start, ".idx")
            whole = whole and self._marks.load(path, start, self._files.limits(start)[1])
            if not whole:
                path.unlink(missing_ok=True)
        position, fresh = 0, True
        if len(self._marks):
            position, fresh = self._marks.positions[-1], False
            self._lines = self._marks.lines[-1]
        while data := self._whole_lines(position, _SCAN):
            self._cover(data, position, fresh=fresh)
            position += len(data)
            fresh = position in self._files.starts

    def _cover(self, data: bytes, position: int, *, fresh: bool) -> None:
        # Not splitlines: progress bars leave CR inside a line.
        rows = data.split(b"\n")
        self._mark(data, position, lambda at: head(rows[at])[0], fresh=fresh)

    def _mark(self, rows: bytes, position: int, time: Callable[[int], int], *, fresh: bool) -> None:
        """Count the lines that are stored at `position`, and mark some of them."""
        starts = array("q", [position]) + line_ends(rows, position)[:-1]
        added = self._marks.cover(self._lines, starts, time, fresh=fresh)
        keep(self._files.path(self._files.limits(position)[0], ".idx"), added)
        self._lines += len(starts)

    @property
    def source_offset(self) -> int:
        """The collector's cursor."""
        return self._source

    @property
    def end(self) -> int:
        """The position after the last line."""
        return self._files.end

    @property
    def first_time(self) -> int | None:
        """Time of the first line."""
        return self._first

    @property
    def last_time(self) -> int | None:
        """Time of the last line."""
        return self._time if self._files.end else None

    def sync(self) -> None:
        """Put the stream onto the disk."""
        with self._lock:
            self._files.sync()

    def append(self, lines: Sequence[tuple[int, int, bytes]]) -> int:
        """Store lines with one write."""
        if not lines:
            return self.end
        with self._lock:
            rows, times = print_lines(lines, self._time)
            data = b"".join(rows)
            if data.count(b"\n") != len(rows):
                rows, times = print_lines(without_breaks(lines), self._time)
                data = b"".join(rows)
            self._write(data, times.__getitem__)
            self._time, self._source = times[-1], lines[-1][1]
            return self._files.end

    def append_block(self, time: int, start: int, data: bytes) -> int:
        """Store lines of one time with one write."""
        if not data:
            return self.end
        with self._lock:
            time = max(time, self._time)
            self._write(print_block(time, start, data), lambda _: time)
            self._time, self._source = time, start + len(data)
            return self._files.end

    def _write(self, rows: bytes, time: Callable[[int], int]) -> None:
        fresh = self._files.roll()
        position = self._files.end
        self._files.append(rows)
        self._mark(rows, position, time, fresh=fresh)
        self._first = time(0) if self._first is None else self._first

    def read(self, position: int, limit: int, max_bytes: int = 1 << 20) -> list[LogLine]:
        """Return lines from `position` on."""
        position = self._line_at(position)
        found: list[LogLine] = []
        while len(found) < limit and (not found or max_bytes > 0):
            # A guess at how long lines are, so that ten lines do not cost a read of 1 MiB.
            size = min(max(max_bytes, 1), max(1 << 16, (limit - len(found)) << 8))
            data = self._whole_lines(position, size)
            if not data or (found and len(data) > max_bytes):
                break
            found += parse_all(data.split(b"\n", limit - len(found))[:-1], position)
            max_bytes -= found[-1].next - position
            position = found[-1].next
        return found

    def read_before(self, position: int, limit: int, max_bytes: int = 1 << 20) -> list[LogLine]:
        """Return lines that end at or before `position`."""
        end = min(position, self._files.end)
        pages: list[list[LogLine]] = []
        while end > 0 and limit > 0 and (not pages or max_bytes > 0):
            low, rows = self._rows_before(end, limit, max(max_bytes, 1))
            if pages and end - low > max_bytes:
                break
            pages.append(parse_all(rows, low))
            limit -= len(rows)
            max_bytes -= end - low
            end = low
        return [line for page in reversed(pages) for line in page]

    def _rows_before(self, end: int, limit: int, size: int) -> tuple[int, list[bytes]]:
        """Return the last whole lines before `end`, of one segment, and where they begin."""
        start, _ = self._files.limits(end - 1)
        size = min(size, max(1 << 16, limit << 8))
        while True:
            low = max(start, end - size)
            data = self._files.read(low, end - low)
            first = 0 if low == start else data.find(b"\n") + 1
            last = data.rfind(b"\n") + 1
            if first < last or low == start:
                break
            size, limit = size * 4, 1  # one line does not fit: it is the page
        rows = data[first:last].split(b"\n")[:-1]
        kept = rows[-limit:]
        skipped = sum(map(len, rows[: len(rows) - len(kept)])) + len(rows) - len(kept)
        return low + first + skipped, kept

    def _line_at(self, position: int) -> int:
        """Return where the first line that begins at or after `position` does."""
        position = max(0, min(position, self._files.end))
        if position in (0, self._files.end) or position in self._files.starts:
            return position
        at, size = position - 1, 1 << 12
        while data := self._files.read(at, size):
            if (found := data.find(b"\n")) >= 0:
                return at + found + 1
            at += len(data)
        return self._files.end

    def _whole_lines(self, position: int, size: int) -> bytes:
        """Return up to `size` bytes of whole lines of one segment, at least one line."""
        data = self._files.read(position, size)
        while data and not data.endswith(b"\n"):
            cut = data.rfind(b"\n") + 1
            if cut:
                return data[:cut]
            more = self._files.read(position + len(data), max(size, len(data)))
            if not more:
                return b""
            data += more
            cut = data.find(b"\n") + 1
            data = data[:cut] if cut else data
        return data

    def _time_at(self, position: int) -> int | None:
        row = self._whole_lines(position, 64)
        return head(row)[0] if row else None

    def seek_time(self, time: int) -> int:
        """Return the first line at or after a time."""
        if not len(self._marks) or time > self._time:
            return self._files.end
        return self._walk(self._marks.before_time(time), lambda _, row: head(row)[0] >= time)

    def seek_line(self, number: int) -> int:
        """Return where a line begins."""
        if number >= self._lines:
            return self._files.end
        return self._walk(self._marks.before_line(number), lambda line, _: line >= number)

    def _walk(self, mark: int, arrived: Callable[[int, bytes], bool]) -> int:
        """Go on from a mark, line by line, until one is right."""
        line, position = self._marks.lines[mark], self._marks.positions[mark]
        while data := self._whole_lines(position, 1 << 17):
            for row in data.split(b"\n")[:-1]:
                if arrived(line, row):
                    return position
                line, position = line + 1, position + len(row) + 1
        return self._files.end

    def search(
        self, literal: str, position: int = 0, limit: int = 100, *, ignore_case: bool = False
    ) -> list[LogLine]:
        """Return lines that contain `literal`."""
        wanted = literal.encode("utf-8", "surrogateescape")
        wanted = wanted.lower() if ignore_case else wanted
        found: list[LogLine] = []
        if b"\n" in wanted:
            return found
        position = self._line_at(position)
        # In pieces: bytes.find keeps other threads waiting, for 2 ms here.
        while len(found) < limit and (data := self._whole_lines(position, _SCAN)):
            for start, end in matches(data.lower() if ignore_case else data, wanted):
                found += parse_all([data[start:end]], position + start)
                if len(found) == limit:
                    break
            position += len(data)
        return found


class SegmentLogs(LogStore):
    """Streams as folders: `<job id>/<number>-<created, ms>-<stream name, quoted>/`."""

    def __init__(self, folder: Path, segment: int = SEGMENT) -> None:
        self._folder = folder
        self._segment = segment
        self._lock = threading.Lock()
        # A stream is open once at most, as long as anybody holds it; the last ones used stay.
        self._open: weakref.WeakValueDictionary[Path, SegmentStream] = weakref.WeakValueDictionary()
        self._recent: deque[SegmentStream] = deque(maxlen=_STREAMS_KEPT)
        # A page that follows a job asks for its streams with every line.
        self._listed: dict[str, dict[str, Path]] = {}

    def create(self, job_id: str, stream: str, created: float) -> LogStream:
        """Return the stream, made on first use."""
        with self._lock:
            folders = self._folders(job_id)
            if stream not in folders:
                name = f"{len(folders):06d}-{int(created * 1000)}-{quote(stream, safe='')}"
                path = self._job(job_id) / name
                path.mkdir(mode=0o700, parents=True)
                folders[stream] = path
            return self._stream(folders[stream])

    def open(self, job_id: str, stream: str) -> LogStream:
        """Return the stream or raise KeyError."""
        with self._lock:
            return self._stream(self._folders(job_id)[stream])

    def _stream(self, folder: Path) -> SegmentStream:
        found = self._open.get(folder)
        if found is None:
            found = self._open[folder] = SegmentStream(folder, self._segment)
            self._recent.append(found)
        return found

    def _job(self, job_id: str) -> Path:
        return self._folder / quote(job_id, safe="").replace(".", "%2E")

    def _folders(self, job_id: str) -> dict[str, Path]:
        found = self._listed.get(job_id)
        if found is None:
            while len(self._listed) >= _STREAMS_KEPT:
                del self._listed[next(iter(self._listed))]
            found = self._listed[job_id] = self._list(job_id)
        return found

    def _list(self, job_id: str) -> dict[str, Path]:
        folder = self._job(job_id)
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
        return {unquote(path.name.split("-", 2)[2]): path for path in paths}

    def streams(self, job_id: str) -> list[str]:
        """Return the names of a job's streams."""
        with self._lock:
            return list(self._folders(job_id))

    def delete(self, job_id: str) -> None:
        """Forget a job's streams."""
        with self._lock:
            folder = self._job(job_id)
            self._listed.pop(job_id, None)
            for path in [path for path in self._open if path.parent == folder]:
                del self._open[path]
            if folder.is_dir():
                shutil.rmtree(folder)

    def close(self) -> None:
        """Let go of what is remembered; no file is open between calls."""
        with self._lock:
            self._recent.clear()
            self._open.clear()
            self._listed.clear()
