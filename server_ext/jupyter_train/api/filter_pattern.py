"""CloudWatch's filter patterns for text: words, "exact phrases", -excluded and ?optional ones."""

import re
from collections.abc import Callable

from .errors import ApiError

_TERM = re.compile(r'\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))')


def matcher(pattern: str) -> Callable[[str], bool]:
    """Return what tells whether a line matches; the empty pattern matches every line."""
    terms: dict[str, list[str]] = {"": [], "-": [], "?": []}
    text = pattern.strip()
    if text.startswith(("{", "[", "%")):
        raise _unknown(pattern)
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None:
            raise _unknown(pattern)
        phrase = match[3] if match[2] is None else re.sub(r"\\(.)", r"\1", match[2])
        terms[match[1]].append(phrase)
        at = match.end()
    return lambda line: _matches(terms, line)


def _matches(terms: dict[str, list[str]], line: str) -> bool:
    return (
        all(each in line for each in terms[""])
        and not any(each in line for each in terms["-"])
        and (not terms["?"] or any(each in line for each in terms["?"]))
    )


def _unknown(pattern: str) -> ApiError:
    return ApiError(
        f'Invalid filter pattern {pattern!r}: words, "phrases", -excluded and ?optional terms are '
        "understood here; JSON, column and regular expression patterns are not",
        code="InvalidParameterException",
    )
