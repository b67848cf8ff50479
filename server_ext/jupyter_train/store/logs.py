"""Log streams as text in append-only segments, stamped with when it came and from where.

The last stamp is the collector's cursor, and text without one is cut when the stream is opened:
text and cursor cannot part, whatever is killed.
"""

import shutil
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, islice, pairwise
from pathlib import Path
from urllib.parse import quote, unquote

from .base import LogLine, LogStore, LogStream
from .segments import STAMPS, Segments
from .stamps import Stamp, StampFile

SEGMENT = 64 << 20
_SCAN = 4 << 20
_STREAMS_KEPT = 256


class SegmentStream(LogStream):
    """One stream in one folder."""

    def __init__(self, folder: Path, segment: int = SEGMENT) -> None:
        self._lock = threading.Lock()
        self._files = Segments(folder, segment)
        with self._stamps(0) as stamps:
            self._first = stamps[0].time if len(stamps) else None

    def _stamps(self, start: int) -> StampFile:
        return StampFile(self._files.path(start, STAMPS))

    @property
    def source_offset(self) -> int:
        """The collector's cursor."""
        return self._files.last.source

    @property
    def end(self) -> int:
        """The position after the last line."""
        return self._files.last.end

    @property
    def first_time(self) -> int | None:
        """Time of the first line."""
        return self._first

    @property
    def last_time(self) -> int | None:
        """Time of the last line."""
        last = self._files.last
        return last.time if last.end else None

    def sync(self) -> None:
        """Put the stream onto the disk."""
        with self._lock:
            self._files.sync()

    def append(self, lines: Sequence[tuple[int, int, bytes]]) -> int:
        """Store lines."""
        if not lines:
            return self.end
        with self._lock:
            text = b"\n".join([text for _, _, text in lines]) + b"\n"
            if text.count(b"\n") != len(lines):
                lines = [(time, end, text.replace(b"\n", b" ")) for time, end, text in lines]
                text = b"\n".join([text for _, _, text in lines]) + b"\n"
            self._write(text, list(stamped(lines, self._files.last)))
            return self.end

    def append_block(self, time: int, start: int, data: bytes) -> int:
        """Store lines of one time, as they are."""
        if not data:
            return self.end
        with self._lock:
            end, lines, last, _ = self._files.last
            lines += data.count(b"\n")
            stamp = Stamp(end + len(data), lines, max(time, last), start + len(data))
            self._write(data, [stamp])
            return self.end

    def _write(self, text: bytes, stamps: list[Stamp]) -> None:
        self._files.append(text, stamps)
        self._first = stamps[0].time if self._first is None else self._first

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
            found += self._read_off(data.split(b"\n", limit - len(found))[:-1], position)
            max_bytes -= found[-1].next - position
            position = found[-1].next
        return found

    def read_before(self, position: int, limit: int, max_bytes: int = 1 << 20) -> list[LogLine]:
        """Return lines that end at or before `position`."""
        end = min(position, self.end)
        pages: list[list[LogLine]] = []
        while end > 0 and limit > 0 and (not pages or max_bytes > 0):
            low, rows = self._rows_before(end, limit, max(max_bytes, 1))
            if pages and end - low > max_bytes:
                break
            pages.append(self._read_off(rows, low))
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
        position = max(0, min(position, self.end))
        if position in (0, self.end) or position in self._files.starts:
            return position
        at, size = position - 1, 1 << 12
        while data := self._files.read(at, size):
            if (found := data.find(b"\n")) >= 0:
                return at + found + 1
            at += len(data)
        return self.end

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

    def _read_off(self, rows: Sequence[bytes], position: int) -> list[LogLine]:
        """Return what lines say that follow each other from `position` on, in one segment."""
        ends = list(accumulate((len(row) + 1 for row in rows), initial=position))
        return self._lines(rows, list(pairwise(ends)))

    def _lines(self, rows: Sequence[bytes], places: Sequence[tuple[int, int]]) -> list[LogLine]:
        """Return what lines of one segment say, given where they begin and end."""
        if not rows:
            return []
        with self._stamps(self._files.limits(places[0][0])[0]) as stamps:
            times = stamps.times([end for _, end in places])
        return [
            LogLine(time, row.decode("utf-8", "replace"), *place)
            for time, row, place in zip(times, rows, places, strict=True)
        ]

    def seek_time(self, time: int) -> int:
        """Return the first line at or after a time."""
        return self._before(time, lambda stamp: stamp.time).end

    def seek_line(self, number: int) -> int:
        """Return where a line begins."""
        end, lines, _, _ = self._before(number + 1, lambda stamp: stamp.lines)
        while lines < number and (data := self._whole_lines(end, 1 << 18)):
            rows = data.split(b"\n", number - lines)
            end, lines = end + len(data) - len(rows[-1]), lines + len(rows) - 1
        return end

    def _before(self, value: int, key: Callable[[Stamp], int]) -> Stamp:
        """Return the last stamp before the first whose `key` is not less than `value`."""
        before, last = Stamp(), self._files.last
        if key(last) < value:
            return last
        for start in list(self._files.starts):
            with self._stamps(start) as stamps:
                count = len(stamps)
                if count and key(stamps[count - 1]) >= value:
                    at = stamps.first(value, key)
                    return stamps[at - 1] if at else before
                before = stamps[count - 1] if count else before
        return last

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
            some = matches(data.lower() if ignore_case else data, wanted)
            spans = list(islice(some, limit - len(found)))
            places = [(position + start, position + end + 1) for start, end in spans]
            found += self._lines([data[start:end] for start, end in spans], places)
            position += len(data)
        return found


def stamped(lines: Sequence[tuple[int, int, bytes]], last: Stamp) -> Iterator[Stamp]:
    """Yield a stamp behind all lines of one time, none of which is before `last`."""
    position, count, before, source = last
    time = max(before, lines[0][0])
    for now, end, text in lines:
        if now > time:
            yield Stamp(position, count, time, source)
            time = now
        position, count, source = position + len(text) + 1, count + 1, end
    yield Stamp(position, count, time, source)


def matches(data: bytes, literal: bytes) -> Iterator[tuple[int, int]]:
    """Yield (start, end without LF) of the lines in `data` that contain `literal`."""
    at = data.find(literal)
    while 0 <= at < len(data):
        end = data.find(b"\n", at)
        yield data.rfind(b"\n", 0, at) + 1, end
        at = data.find(literal, end + 1)


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
