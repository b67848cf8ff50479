"""Lines of logs: read on from a place, or find those with certain words in them.

A reader at the end of a running job's stream gets no empty answer at once: the call is held until
there is a line.  That takes the median lag of an unmodified SDK from 4.3 s to 0.06 s.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...contract.record import JobRecord
from ...store.base import JobQuery, LogLine, LogStream, UnknownJobError
from ..context import Context
from ..errors import ApiError, ValidationError
from ..filter_pattern import matcher
from .log_streams import Found, check_group, find_streams, invalid

SERVICE = "logs"
OPERATIONS = ("GetLogEvents", "FilterLogEvents")

HOLD = 20.0
"""Seconds a call is held at most: botocore gives up after 60 without an answer."""
HOLD_ONE_OF_MANY = 2.0
"""The same where a job has several streams, which clients read one after the other."""

_MOST_EVENTS = 10_000
_SCANNED_BYTES = 16 << 20
_READ_BYTES = 1 << 20

Input = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """Which lines of a stream a call wants: ms since the epoch, `until` excluded."""

    since: int
    until: int | None
    limit: int

    def forward(self, stream: LogStream, position: int) -> list[LogLine]:
        start = max(position, stream.seek_time(self.since)) if self.since else position
        lines = stream.read(start, self.limit, _READ_BYTES)
        return [each for each in lines if self.until is None or each.time < self.until]

    def backward(self, stream: LogStream, position: int) -> list[LogLine]:
        end = position if self.until is None else min(position, stream.seek_time(self.until))
        lines = stream.read_before(end, self.limit, _READ_BYTES)
        return [each for each in lines if each.time >= self.since]


async def get_log_events(context: Context, input: Input) -> Input:
    """Return lines after or before a place; a place at the running end is waited at."""
    check_group(input)
    record, stream = _find_stream(context, input["logStreamName"])
    scope = f"GetLogEvents {record.id} {input['logStreamName']}"
    direction, position = await asyncio.to_thread(_place, context, input, scope, stream)
    window = _window(input)
    if direction == "b":
        lines = await asyncio.to_thread(window.backward, stream, position)
    else:
        lines = await _follow(context, record, stream, window, position)
    first = lines[0].position if lines else position
    last = lines[-1].next if lines else position
    return {
        "events": [_event(each) for each in lines],
        "nextForwardToken": context.pages.print(scope, "f", last),
        "nextBackwardToken": context.pages.print(scope, "b", first),
    }


async def filter_log_events(context: Context, input: Input) -> Input:
    """Return lines that match a pattern, stream by stream; a long search is given in parts."""
    check_group(input)
    names = input.get("logStreamNames")
    if names and input.get("logStreamNamePrefix"):
        raise invalid("logStreamNames and logStreamNamePrefix exclude each other.")
    return await asyncio.to_thread(_search, context, input)


def _place(context: Context, input: Input, scope: str, stream: LogStream) -> tuple[str, int]:
    token = input.get("nextToken")
    if token:
        direction, position = _read_token(context, scope, token)
        return direction, position
    if input.get("startFromHead"):
        return "f", 0
    return "b", stream.end


def _read_token(context: Context, scope: str, token: str) -> list[Any]:
    try:
        return context.pages.read(scope, token)
    except ValidationError as error:
        raise invalid(f"The specified nextToken is invalid: {error}") from error


async def _follow(
    context: Context, record: JobRecord, stream: LogStream, window: _Window, position: int
) -> list[LogLine]:
    manager = context.manager
    alone = len(manager.logs.streams(record.id)) == 1
    clock = asyncio.get_running_loop().time
    until = clock() + (HOLD if alone else HOLD_ONE_OF_MANY)
    with manager.feed.watch(("log", record.id), ("job", record.id)) as watch:
        while True:
            ended = _has_ended(context, record)
            lines = await asyncio.to_thread(window.forward, stream, position)
            if lines or ended or window.until is not None or clock() >= until:
                return lines
            changed = await watch.changed(until - clock())
            if changed and not alone:
                return await asyncio.to_thread(window.forward, stream, position)


def _has_ended(context: Context, record: JobRecord) -> bool:
    try:
        return context.manager.jobs.get(record.id).is_terminal
    except UnknownJobError:
        return True


def _search(context: Context, input: Input) -> Input:
    matches = matcher(input.get("filterPattern", ""))
    scope = f"FilterLogEvents {sorted((k, v) for k, v in input.items() if k != 'nextToken')}"
    token = input.get("nextToken")
    last = _read_token(context, scope, token) if token else None
    window, scanned = _window(input), 0
    events: list[dict[str, Any]] = []
    for (record, name), line in _lines(context, input, window, last):
        scanned += line.next - line.position
        if matches(line.text):
            event_id = f"{line.time:020d}{line.position:036d}"
            events.append({"logStreamName": name, "eventId": event_id, **_event(line)})
        if len(events) >= window.limit or scanned >= _SCANNED_BYTES:
            token = context.pages.print(scope, record.name, name, line.next)
            return {"events": events, "searchedLogStreams": [], "nextToken": token}
    return {"events": events, "searchedLogStreams": []}


def _lines(
    context: Context, input: Input, window: _Window, last: list[Any] | None
) -> Iterator[tuple[Found, LogLine]]:
    for record, name in _streams(context, input, last):
        stream = context.manager.logs.open(record.id, name)
        position = last[2] if last and last[1] == name else 0
        while lines := window.forward(stream, position):
            position = lines[-1].next
            yield from (((record, name), line) for line in lines)


def _streams(context: Context, input: Input, last: list[Any] | None) -> Iterator[Found]:
    names = input.get("logStreamNames")
    if names:
        rest = sorted(name for name in set(names) if last is None or name >= last[1])
        yield from ((_find_stream(context, name)[0], name) for name in rest)
        return
    if last is not None:
        yield _find_stream(context, last[1])[0], last[1]
    prefix = input.get("logStreamNamePrefix", "")
    yield from find_streams(context, prefix, JobQuery(sort_by="Name", descending=False), last)


def _find_stream(context: Context, name: str) -> tuple[JobRecord, LogStream]:
    try:
        record = context.manager.jobs.find(name.partition("/")[0])
        return record, context.manager.logs.open(record.id, name)
    except (UnknownJobError, KeyError) as error:
        raise ApiError(
            f"The specified log stream does not exist: {name!r}", code="ResourceNotFoundException"
        ) from error


def _window(input: Input) -> _Window:
    return _Window(
        since=input.get("startTime", 0),
        until=input.get("endTime"),
        limit=input.get("limit", _MOST_EVENTS),
    )


def _event(line: LogLine) -> dict[str, Any]:
    return {"timestamp": line.time, "message": line.text, "ingestionTime": line.time}
