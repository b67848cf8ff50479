"""Which version of the program this is, and which of two is the older one."""

import re
from importlib.metadata import PackageNotFoundError, version

_SOURCE = "0+source"
_RELEASE = re.compile(r"\d+(?:\.\d+)*")


def program_version() -> str:
    """Return this package's version; a source tree that was never installed has none."""
    try:
        return version("jupyter-train")
    except PackageNotFoundError:
        return _SOURCE


def is_older(found: str, than: str) -> bool:
    """Tell whether a version is of an earlier release; what has no number is never older."""
    one, other = _release(found), _release(than)
    return bool(one and other) and one < other


def _release(text: str) -> tuple[int, ...]:
    number = _RELEASE.match(text)
    if text == _SOURCE or number is None:
        return ()
    return tuple(int(part) for part in number[0].split("."))
