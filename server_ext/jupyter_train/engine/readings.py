"""The ways in which a log line may be read by a metric definition that does not know its letters.

A tab is written #011 where a log went through syslog, and so in SageMaker's tables of definitions.
Patterns for numbers seldom know NaN and infinity, which are what one most wants to see.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

Search = Callable[[str], Any]
"""Returns a match or None."""

_TAB, _WRITTEN = "\t", "#011"
_WORD = re.compile(r"(?<![\w.+-])[-+]?(?:nan|inf(?:inity)?)(?!\w|\.\w)", re.IGNORECASE)
_STAND_INS = ("1.0", "1")


def is_plain(text: str) -> bool:
    """Whether there is but one way to read a line."""
    lower = text.lower()
    return not ("nan" in lower or "inf" in lower or _TAB in text or _WRITTEN in text)


Caught = tuple[str | None, "Reading", int, int]
"""What a group caught: in which reading of the line, and where it begins and ends there."""


class Readings:
    """One line, as it is and as it may have been meant."""

    def __init__(self, text: str) -> None:
        self._plain = [Reading(text)]
        if _TAB in text:
            self._plain.append(Reading(text).put(re.compile(_TAB), _WRITTEN))
        if _WRITTEN in text:
            self._plain.append(Reading(text).put(re.compile(_WRITTEN), _TAB))
        self._disguised = [
            each.put(_WORD, number)
            for each in self._plain
            if _WORD.search(each.text)
            for number in _STAND_INS
        ]

    def find(self, search: Search) -> Caught | None:
        """Return what the first group catches, None if the line does not match."""
        for reading in self._disguised:
            match = search(reading.text)
            if match is not None and match.start(1) in reading.words:
                return reading.words[match.start(1)], reading, match.start(1), match.end(1)
        for reading in self._plain:
            if caught := reading.find(search):
                return caught
        return None


class Reading:
    """A text that was put in the place of a line; `words` are what it has other words for.

    From each of `ends` on, the text is so much longer than the one below it.
    """

    words: Mapping[int, str] = MappingProxyType({})
    _ends: Sequence[int] = ()
    _longer: Sequence[int] = (0,)
    _below: "Reading | None" = None

    def __init__(self, text: str) -> None:
        self.text = text

    def find(self, search: Search) -> Caught | None:
        """Return what the first group catches, None if the text does not match."""
        match = search(self.text)
        return None if match is None else (match[1], self, match.start(1), match.end(1))

    def put(self, pattern: re.Pattern[str], other: str) -> "Reading":
        """Return the reading that has `other` in the place of each match."""
        words: dict[int, str] = {}
        ends, longer = [], [0]

        def replace(match: re.Match[str]) -> str:
            words[match.start() + longer[-1]] = match[0]
            longer.append(longer[-1] + len(other) - len(match[0]))
            ends.append(match.end() + longer[-1])
            return other

        made = Reading(pattern.sub(replace, self.text))
        made.words, made._below = words, self
        made._ends, made._longer = ends, longer
        return made

    def origin(self, position: int) -> int:
        """Return where in the line a position of this text is."""
        below = position - self._longer[bisect_right(self._ends, position)]
        return below if self._below is None else self._below.origin(below)
