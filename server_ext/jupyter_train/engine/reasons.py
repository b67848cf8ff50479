"""Why user code failed, in the words it left itself: its failure file, or the end of its log."""

from pathlib import Path

from ..store.base import LogStream
from .errors import AlgorithmError

_TAIL = 12
_SIGKILL = 137


def algorithm_error(exit_code: int, failure: Path, stream: LogStream) -> AlgorithmError:
    """Return the error of an attempt that ended with this code."""
    said = _failure_file(failure) or _last_words(stream)
    code = f"exit code: {exit_code}"
    if exit_code == _SIGKILL:
        code += " (killed by SIGKILL: often out of memory)"
    return AlgorithmError(f"{said}, {code}" if said else code)


def _failure_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(960).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _last_words(stream: LogStream) -> str:
    lines = [line.text for line in stream.read_before(stream.end, _TAIL)]
    said = [text for text in lines if text.strip()]
    # A traceback's last line says what happened; what stands before it says where.
    words = "\n".join([*said[-1:], *said[-5:-1]])
    return words[:900]
