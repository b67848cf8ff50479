"""What one subscription of the stream sends: always read "after n" from the stores, never kept.

`read` returns the messages that are due now and is called again whenever a topic changed, or at
once while `is_behind`.  What it returns is bounded, so that no long log starves the others.
"""

import json
import math
import struct
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..api.translate import describe, print_progress, print_series
from ..contract.record import JobRecord
from ..contract.samples import Samples
from ..engine.feed import METRICS, Topic
from ..engine.progress import Progress
from ..store.base import (
    CurveStore,
    JobStore,
    LogStore,
    LogStream,
    Series,
    UnknownJobError,
)

Message = str | bytes

THINNED = 4000
"""A series longer than this comes thinned to it when it is first asked for."""

_FAR_BEHIND = 5 * THINNED
_LINES, _LOG_BYTES, _LONGEST_LINE = 2000, 1 << 18, 1 << 18
_FAR_BEHIND_BYTES = 4 << 20
_BLOCK = struct.Struct("<IIIId")
_APPEND, _REPLACE = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where subscriptions read."""

    jobs: JobStore
    logs: LogStore
    curves: CurveStore
    region: str
    progress: Mapping[str, Progress] = field(default_factory=dict)


def to_json(value: Mapping[str, Any]) -> str:
    """Return JSON in which NaN and the infinities are AWS's words for them."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return json.dumps(_worded(value), separators=(",", ":"))


def _worded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _worded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_worded(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


class Subscription(ABC):
    """One topic as one client follows it."""

    is_behind = False
    has_ended = False

    def __init__(self, number: int, sources: Sources) -> None:
        self.number = number
        self._sources = sources
        self.changed: set[Topic] = set()
        """What the conversation has heard of since the last `read`."""

    @property
    @abstractmethod
    def topics(self) -> tuple[Topic, ...]:
        """What makes it worth reading again."""

    @abstractmethod
    def read(self) -> list[Message]:
        """Return what is due now."""

    def _message(self, kind: str, **members: Any) -> Message:
        return to_json({"id": self.number, "type": kind, **members})

    def _end(self, kind: str) -> Message:
        self.has_ended = True
        self.is_behind = False
        return self._message(kind)


class OneJobSubscription(Subscription):
    """Base of those that follow one job, found by name once and by id from then on."""

    def __init__(self, number: int, sources: Sources, job: str) -> None:
        super().__init__(number, sources)
        self._record: JobRecord | None = sources.jobs.find(job)
        self._job_id = self._record.id

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Everything about this job."""
        return (("job", self._job_id), ("log", self._job_id), ("series", self._job_id))

    def _find(self) -> JobRecord | None:
        """Return the record; it is read again only when it changed, not for each line."""
        if ("job", self._job_id) in self.changed:
            try:
                self._record = self._sources.jobs.get(self._job_id)
            except UnknownJobError:
                self._record = None
        self.changed.clear()
        return self._record


class JobSubscription(OneJobSubscription):
    """One job's facts: all of them at once, whenever one changes; how far it is, each second."""

    _seen: tuple[int, int, int] | None = None
    _told: Progress | None = None

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Everything about this job, and how far jobs are."""
        return (*super().topics, METRICS)

    def read(self) -> list[Message]:
        """Return the job if it changed since the last time, or how far it has come since then."""
        is_due = METRICS in self.changed
        record = self._find()
        if record is None:
            return [self._end("deleted")]
        streams = self._sources.logs.streams(self._job_id)
        series = self._sources.curves.series(self._job_id)
        seen = (record.seq, len(streams), len(series))
        progress = self._sources.progress.get(self._job_id)
        if seen == self._seen:
            return self._news(progress) if is_due else []
        self._seen, self._told = seen, progress
        message = self._message(
            "job",
            seq=record.seq,
            detail=describe(record, series, self._sources.region, progress),
            log_streams=streams,
            series=[print_series(each) for each in series],
        )
        return [message]

    def _news(self, progress: Progress | None) -> list[Message]:
        if progress == self._told:
            return []
        self._told = progress
        return [self._message("progress", progress=print_progress(progress))]


class SeriesSubscription(OneJobSubscription):
    """One job's curves: names as text, points as binary blocks."""

    def __init__(
        self, number: int, sources: Sources, job: str, *, after: Mapping[str, int]
    ) -> None:
        super().__init__(number, sources, job)
        self._counts = {int(series): count for series, count in after.items()}
        self._told: set[int] = set()

    def read(self) -> list[Message]:
        """Return new names and new points."""
        record = self._find()
        if record is None:
            return [self._end("end")]
        found = self._sources.curves.series(self._job_id)
        messages: list[Message] = []
        new = [each for each in found if each.id not in self._told]
        if new:
            self._told |= {each.id for each in new}
            rows = [print_series(each) for each in new]
            messages.append(self._message("series", series=rows))
        blocks = b"".join(self._block(each) for each in found)
        messages += [blocks] if blocks else []
        # The record was read before the points: when it had ended, these were all of them.
        return [*messages, self._end("end")] if record.is_terminal else messages

    def _block(self, series: Series) -> bytes:
        after = self._counts.get(series.id, 0)
        behind = series.count - after
        # More points announced than there are: the client's series was another one.
        if behind < 0 or behind > (_FAR_BEHIND if after else THINNED):
            kind, points, after = _REPLACE, *self._thinned(series.id)
        elif behind == 0:
            return b""
        else:
            points = self._sources.curves.after(self._job_id, series.id, after)
            kind, after = _APPEND, after + len(points)
        self._counts[series.id] = after
        head = _BLOCK.pack(self.number, series.id, kind, len(points), after)
        columns = (points.steps.astype(np.float64), points.times, points.values)
        return head + b"".join(column.tobytes() for column in columns)

    def _thinned(self, series: int) -> tuple[Samples, int]:
        """Return a thinned series and how many samples it stands for.

        A commit between the count and the window would put points into both the window and the next
        block, so the count is read on both sides of it.
        """
        curves = self._sources.curves
        for _ in range(3):
            before = self._count(series)
            points = curves.window(self._job_id, series, None, None, THINNED)
            if self._count(series) == before:
                return points, before
        points = curves.after(self._job_id, series, 0)
        return points, len(points)

    def _count(self, series: int) -> int:
        found = self._sources.curves.series(self._job_id)
        return next(each.count for each in found if each.id == series)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines: of one stream or all, behind a position (of each), or the last `tail` and on.

    With both, the lines behind the position; where these are too many to be read, the last ones.
    """

    stream: str | None = None
    after: int | Mapping[str, int] = 0
    tail: int | None = None


class LogSubscription(OneJobSubscription):
    """One job's output: one stream of it, or all of them."""

    def __init__(self, number: int, sources: Sources, job: str, *, wanted: Wanted) -> None:
        super().__init__(number, sources, job)
        self._wanted = wanted
        self._positions: dict[str, int] = {}
        self._has_read = False

    def read(self) -> list[Message]:
        """Return the next lines of each stream."""
        record = self._find()
        if record is None:
            return [self._end("end")]
        names = self._sources.logs.streams(self._job_id)
        self.is_behind = False
        messages = [
            message
            for name in names
            if self._wanted.stream in (None, name)
            for message in self._lines(name)
        ]
        self._has_read = True
        if record.is_terminal and not self.is_behind:
            messages.append(self._end("end"))
        return messages

    def _lines(self, name: str) -> list[Message]:
        try:
            stream = self._sources.logs.open(self._job_id, name)
        except KeyError:
            return []  # deleted since it was listed
        if name not in self._positions:
            # A stream that came since then, that of another attempt, is new from its first line.
            self._positions[name] = 0 if self._has_read else self._start(name, stream)
        lines = stream.read(self._positions[name], _LINES, _LOG_BYTES)
        if not lines:
            return []
        self._positions[name] = lines[-1].next
        self.is_behind |= lines[-1].next < stream.end
        rows = [[each.time, _shortened(each.text), each.position] for each in lines]
        first, after = lines[0].position, lines[-1].next
        return [self._message("lines", stream=name, lines=rows, first=first, next=after)]

    def _start(self, name: str, stream: LogStream) -> int:
        after, tail = self._wanted.after, self._wanted.tail
        position = after if isinstance(after, int) else after.get(name, 0)
        if tail is None or (position and stream.end - position <= _FAR_BEHIND_BYTES):
            return position
        last = stream.read_before(stream.end, tail) if tail else []
        return last[0].position if last else stream.end


def _shortened(text: str) -> str:
    # A reader's window is no place for a line of megabytes; GetLogEvents has all of it.
    if len(text) <= _LONGEST_LINE:
        return text
    return f"{text[:_LONGEST_LINE]}… ({len(text) - _LONGEST_LINE} characters more)"
