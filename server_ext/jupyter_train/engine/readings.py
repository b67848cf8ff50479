"""The ways in which a log line may be read by a metric definition that does not know its letters.

A tab is written #011 where a log went through syslog, and so in SageMaker's tables of definitions.
Patterns for numbers seldom know NaN and infinity, which are what one most wants to see.
"""

import re
from collections.abc import Callable, Mapping
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


class Readings:
    """One line, as it is and as it may have been meant."""

    def __init__(self, text: str) -> None:
        self._texts = [text]
        if _TAB in text:
            self._texts.append(text.replace(_TAB, _WRITTEN))
        if _WRITTEN in text:
            self._texts.append(text.replace(_WRITTEN, _TAB))
        self._disguised = [
            _disguise(each, number)
            for each in self._texts
            if _WORD.search(each)
            for number in _STAND_INS
        ]

    def find(self, search: Search) -> str | None:
        """Return what the first group catches, None if the line does not match."""
        for text, words in self._disguised:
            match = search(text)
            if match is not None and match.start(1) in words:
                return words[match.start(1)]
        for text in self._texts:
            match = search(text)
            if match is not None:
                found: str | None = match[1]
                return found
        return None


def _disguise(text: str, number: str) -> tuple[str, Mapping[int, str]]:
    """Put a number in the place of each NaN and infinity; returns where which one was."""
    words: dict[int, str] = {}
    longer = 0

    def replace(word: re.Match[str]) -> str:
        nonlocal longer
        words[word.start() + longer] = word[0]
        longer += len(number) - len(word[0])
        return number

    return _WORD.sub(replace, text), words
