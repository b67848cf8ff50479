"""An expression that is looked for in a log, for a bounded time: expressions can take for ever."""

import time
from collections.abc import Mapping
from typing import Any

import regex

from ..engine.patterns import PatternError, compiled
from ..store.base import LogLine, LogStream
from .errors import ValidationError

SECONDS = 2.0
"""How long one call searches; the next one goes on where it has stopped."""

_LINES, _BYTES = 10_000, 1 << 20


class LogPattern:
    """A regular expression, or a text whose letters are the same in both cases."""

    def __init__(self, text: str, *, is_regex: bool, ignore_case: bool) -> None:
        flags = regex.IGNORECASE | regex.FULLCASE if ignore_case else 0
        try:
            self._pattern = compiled(text if is_regex else regex.escape(text), flags)
        except PatternError as error:
            message = f"Text {text!r} is no regular expression: {error}"
            raise ValidationError(message) from error

    def find(self, stream: LogStream, input: Mapping[str, Any]) -> dict[str, Any]:
        """Return matches from a position on, until there are enough or the time is up."""
        end, limit, position = stream.end, input["Limit"], input.get("Position", 0)
        start, until = position, time.monotonic() + SECONDS
        found: list[LogLine] = []
        while position < end and len(found) < limit and time.monotonic() < until:
            for line in stream.read(position, _LINES, _BYTES):
                is_match = self._matches(line, until)
                if is_match is None and position == start:
                    raise ValidationError(self._refusal(line))
                if is_match is None or len(found) == limit or line.position >= end:
                    break
                found += [line] if is_match else []
                position = line.next
        is_whole = position >= end
        return {"Lines": found, "IsWhole": is_whole, "Next": min(position, end), "End": end}

    def _matches(self, line: LogLine, until: float) -> bool | None:
        """Whether a line matches; None when the time is up before that is known."""
        left = until - time.monotonic()
        if left <= 0:
            return None
        try:
            # concurrent: other threads run meanwhile, the manager's loop among them.
            return self._pattern.search(line.text, timeout=left, concurrent=True) is not None
        except TimeoutError:
            return None

    def _refusal(self, line: LogLine) -> str:
        return (
            f"The search stopped after {SECONDS:g} s: {self._pattern.pattern!r} takes longer than"
            f" that on the line at {line.position}; a simpler expression does not."
        )
