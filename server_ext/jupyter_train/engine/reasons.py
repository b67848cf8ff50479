"""Why user code failed, in the words it left itself: its failure file, or the end of its log."""

from pathlib import Path

from ..runtimes.base import Observation
from ..store.base import LogStream
from ..store.plain import open_plain
from .errors import AlgorithmError

_TAIL = 12
_SIGKILL = 137
_MIB, _GIB = 1 << 20, 1 << 30


def algorithm_error(
    seen: Observation, failure: Path, stream: LogStream, limit: int
) -> AlgorithmError:
    """Return the error of an attempt that ended like this; `limit` of its memory in bytes."""
    said = _failure_file(failure) or _last_words(stream)
    code = f"exit code: {seen.exit_code}"
    if seen.out_of_memory:
        code += f" ({out_of_memory(limit)})"
    elif seen.exit_code == _SIGKILL:
        code += " (killed by SIGKILL: often out of memory)"
    return AlgorithmError(f"{said}, {code}" if said else code)


def out_of_memory(limit: int) -> str:
    """Return what is said of an attempt that had a process killed for want of memory."""
    if not limit:
        return "out of memory: the machine has no more"
    return f"out of memory: the container's limit was {_size(limit)}"


def _size(size: int) -> str:
    unit, name = (_GIB, "GiB") if size >= _GIB else (_MIB, "MiB")
    return f"{size / unit:.4g} {name}"


def _failure_file(path: Path) -> str:
    """Return what the job wrote; a link, or a pipe that nobody writes to, says nothing."""
    try:
        with open_plain(path) as file:
            return file.read(960).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _last_words(stream: LogStream) -> str:
    lines = [line.text for line in stream.read_before(stream.end, _TAIL)]
    said = [text for text in lines if text.strip()]
    # A traceback's last line says what happened; what stands before it says where.
    words = "\n".join([*said[-1:], *said[-5:-1]])
    return words[:900]
