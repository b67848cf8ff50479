"""Regular expressions that people write, compiled where that costs little.

The regex library writes repetitions out: `((a{1000}){1000}){1000}` takes all the memory there is.
"""

import re
from typing import Any

import regex

MOST = 5_000
"""Parts that an expression may have, its repetitions written out: a tenth of a second at most."""

_TOKEN = re.compile(
    r"(?P<open>\((?:\?[a-zA-Z<!=:>|P]*)?)|(?P<close>\))|\{(?P<least>\d+)(?:,\d*)?\}"
    r"|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.",
    re.DOTALL,
)


class PatternError(ValueError):
    """An expression that cannot be used, and why."""


def compiled(pattern: str, flags: int = 0) -> Any:
    """Return the compiled expression; PatternError if it is none, or too large."""
    if _written_out(pattern) > MOST:
        raise PatternError(
            f"its repetitions are more than {MOST:,} parts when written out; repeat less, or use "
            "+ and *"
        )
    try:
        return regex.compile(pattern, flags)
    except regex.error as error:
        raise PatternError(str(error)) from error


def _written_out(pattern: str) -> int:
    """Return about how many parts an expression has when each least number is written out."""
    sizes, last = [0], 0
    for token in _TOKEN.finditer(pattern):
        if token["open"]:
            sizes.append(1)
            last = 0
        elif token["least"]:
            more = last * max(int(token["least"]) - 1, 0)
            last += more
            sizes[-1] += more
        else:
            last = sizes.pop() if token["close"] and len(sizes) > 1 else 1
            sizes[-1] += last
        if sizes[-1] > MOST:
            break
    return sum(sizes)
