"""log({"loss": v}, step): one write() of 32-byte records, whoever else is writing.

The records are described in jupyter_train/contract/samples.py; a test holds the two together.
"""

from __future__ import annotations

import os
import struct
import sys
from _thread import allocate_lock  # threading would be half of the import time
from os import getpid
from time import time, time_ns

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than this module
    from collections.abc import Mapping
    from typing import Any

VARIABLE = "JUPYTER_TRAIN_METRICS"
RECORD = struct.Struct("<IIqdd")
SAMPLE, NAME = 0, 1
_pack = RECORD.pack


def log(metrics: Mapping[str, Any], step: int | None = None) -> None:
    """Record values of this step; without a step, calls are counted from 0.

    Values are numbers, or anything `float()` takes: numpy and torch scalars too.  Trouble with the
    disk is told once on stderr and never raised; outside a job nothing is kept.
    """
    writer = _writer
    if writer is None or writer.pid != getpid():
        writer = _open_writer()
    writer.write(metrics, step)


def close() -> None:
    """Close this process's file; the next `log` opens another."""
    global _writer  # noqa: PLW0603  as above
    if _writer is not None and _writer.file >= 0:
        os.close(_writer.file)
    _writer = None


class _Writer:
    """The metrics file of one process; after a fork the child opens its own."""

    def __init__(self, folder: str | None) -> None:
        self.pid = getpid()
        self.lock = allocate_lock()
        self.numbers: dict[str, int] = {}
        self.calls = 0
        self.unwritten = b""
        self.file = _open(folder, self.pid)

    def write(self, metrics: Mapping[str, Any], step: int | None) -> None:
        now = time()
        with self.lock:
            if step is None:
                step = self.calls
                self.calls += 1
            if self.file < 0:
                return
            numbers = self.numbers
            try:
                data = [_pack(numbers[k], SAMPLE, step, now, v) for k, v in metrics.items()]
            except (KeyError, TypeError, struct.error):
                self._write_carefully(metrics, int(step), now)
            else:
                self._append(b"".join(data))

    def _write_carefully(self, metrics: Mapping[str, Any], step: int, now: float) -> None:
        numbers, data = dict(self.numbers), b""
        for name, value in metrics.items():
            if name not in numbers:
                numbers[name] = len(numbers)
                data += _name_record(numbers[name], str(name))
            data += _pack(numbers[name], SAMPLE, step, now, _number(name, value))
        if self._append(data):
            self.numbers = numbers

    def _append(self, data: bytes) -> bool:
        """Append whole records.  What a full disk cut off is written first when there is room."""
        try:
            if self.unwritten:
                self.unwritten = self.unwritten[os.write(self.file, self.unwritten) :]
                if self.unwritten:
                    return False
            self.unwritten = data[os.write(self.file, data) :]
        except OSError as error:
            _tell("a metric could not be kept: %s" % error)
            return False
        return True


def _open_writer() -> _Writer:
    """Return this process's writer; of threads that come at once, one opens it for all."""
    global _writer  # noqa: PLW0603  one file per process, opened by its first call
    with _opening:
        if _writer is None or _writer.pid != getpid():
            _writer = _Writer(os.environ.get(VARIABLE))
        return _writer


def _after_fork() -> None:
    global _opening  # noqa: PLW0603  another thread of the parent may have held it
    _opening = allocate_lock()


_opening = allocate_lock()
os.register_at_fork(after_in_child=_after_fork)
_writer: _Writer | None = None
_told: set[str] = set()


def _open(folder: str | None, pid: int) -> int:
    if not folder:
        _tell("not inside a training job: log() keeps nothing")
        return -1
    try:
        os.makedirs(folder, exist_ok=True)
        # A pid may come twice in the life of a job, and each file has its own numbering.
        path = os.path.join(folder, "%d-%x" % (pid, time_ns()))
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return os.open(path, flags, 0o600)
    except OSError as error:
        _tell("metrics cannot be kept: %s" % error)
        return -1


def _name_record(number: int, name: str) -> bytes:
    text = name.encode("utf-8", "replace")
    padding = b"\0" * (-len(text) % RECORD.size)
    return _pack(number, NAME, len(text), 0.0, 0.0) + text + padding


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise TypeError("metric {!r} is {!r}; a number is wanted".format(name, value)) from error


def _tell(message: str) -> None:
    if message not in _told:
        _told.add(message)
        print("jupyter_train_toolkit: " + message, file=sys.stderr)  # noqa: T201  the job's log
