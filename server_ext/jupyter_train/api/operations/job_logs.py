"""A job's log by positions: the lines around a place, and where a text occurs in all of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from ...store.base import LogLine, LogStream
from ..context import Context
from ..errors import ValidationError

SERVICE = "jupytertrain"
OPERATIONS = ("GetLogWindow", "SearchLog")

_MOST_BYTES = 4 << 20

Input = Mapping[str, Any]


async def get_log_window(context: Context, input: Input) -> Input:
    """Return lines before a position and lines from it on; without one, the last of all."""
    stream = _find_stream(context, input)
    return await asyncio.to_thread(_window, stream, input)


async def search_log(context: Context, input: Input) -> Input:
    """Return the lines that contain a text, from a position on, and whether these are all."""
    stream, limit = _find_stream(context, input), input["Limit"]
    start = input.get("Position", 0)
    ignore_case = input.get("IgnoreCase", False)
    # One more than asked for tells whether there are more.
    found = await asyncio.to_thread(
        lambda: stream.search(input["Text"], start, limit + 1, ignore_case=ignore_case)
    )
    return {"Lines": [_print(each) for each in found[:limit]], "IsWhole": len(found) <= limit}


def _window(stream: LogStream, input: Input) -> Input:
    end = stream.end
    position = min(input.get("Position", end), end)
    before, after = input.get("Before", 0), input.get("After", 0)
    above = stream.read_before(position, before, _MOST_BYTES) if before else []
    below = stream.read(position, after, _MOST_BYTES) if after else []
    lines = [*above, *below]
    return {
        "Lines": [_print(each) for each in lines],
        "Next": lines[-1].next if lines else position,
        "End": end,
    }


def _find_stream(context: Context, input: Input) -> LogStream:
    record = context.manager.jobs.find(input["TrainingJobName"])
    names = context.manager.logs.streams(record.id)
    name = input.get("LogStreamName") or next(iter(names), None)
    if name not in names:
        there = ", ".join(names) or "none yet"
        raise ValidationError(f"{record.name!r} has no log stream {name!r}; there is: {there}")
    return context.manager.logs.open(record.id, name)


def _print(line: LogLine) -> dict[str, Any]:
    return {"Time": line.time, "Text": line.text, "Position": line.position}
