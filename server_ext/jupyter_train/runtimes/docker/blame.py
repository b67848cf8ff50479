"""Whose fault a refusal of the engine is: the attempt's, or the machine's, where a try may help."""

from typing import Any

from ..base import MachineError, StartError

FULL = "no space left"

_SERVER_ERROR = 500

# Of these nobody can tell that they will last.
_PASSING = (
    *(FULL, "timeout", "timed out", "server misbehaving", "connection reset", "toomanyrequests"),
    *("bad gateway", "service unavailable", "internal server error", "unexpected eof"),
)


def refusal(words: str, error: Any, *, known: bool = False) -> StartError:
    """Return the error of what the engine refuses; `known`: the words say what its owner can do."""
    reason = str(error.explanation or error)
    unknown = not known and (error.status_code or 0) >= _SERVER_ERROR
    return MachineError(words) if unknown or is_passing(reason) else StartError(words)


def is_passing(reason: str) -> bool:
    """Tell whether a reason is one that may be gone at the next try."""
    small = reason.lower()
    return any(sign in small for sign in _PASSING)
