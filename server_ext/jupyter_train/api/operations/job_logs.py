"""A job's log by positions: the lines around a place, and where a text occurs in all of it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from ...store.base import LogLine, LogStream
from ..context import Context
from ..errors import ValidationError
from ..log_pattern import LogPattern

SERVICE = "jupytertrain"
OPERATIONS = ("GetLogWindow", "SearchLog")

_MOST_BYTES = 4 << 20

Input = Mapping[str, Any]


async def get_log_window(context: Context, input: Input) -> Input:
    """Return lines before a position and lines from it on; without one, the last of all."""
    stream = _find_stream(context, input)
    return await asyncio.to_thread(_window, stream, input)


async def search_log(context: Context, input: Input) -> Input:
    """Return the lines that match, from a position on; `Next` is where what was not read begins."""
    stream, text = _find_stream(context, input), input["Text"]
    ignore_case = input.get("IgnoreCase", False)
    # The store's own search is faster, and knows of ASCII's letters which are the same.
    is_plain = not input.get("Regex", False) and (text.isascii() or not ignore_case)
    search: Callable[[LogStream, Input], Input] = _find_literal
    if not is_plain:
        search = LogPattern(text, is_regex=input.get("Regex", False), ignore_case=ignore_case).find
    answer = await asyncio.to_thread(search, stream, input)
    return {**answer, "Lines": [_print(each) for each in answer["Lines"]]}


def _find_literal(stream: LogStream, input: Input) -> Input:
    end, limit, ignore_case = stream.end, input["Limit"], input.get("IgnoreCase", False)
    # One more than asked for tells whether there are more.
    found = stream.search(
        input["Text"], input.get("Position", 0), limit + 1, ignore_case=ignore_case
    )
    lines = [each for each in found if each.position < end]
    is_whole = len(lines) <= limit
    next_position = end if is_whole else lines[limit - 1].next
    return {"Lines": lines[:limit], "IsWhole": is_whole, "Next": next_position, "End": end}


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
