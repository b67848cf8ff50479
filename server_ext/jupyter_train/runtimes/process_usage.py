"""What attempts that are plain processes use: one look through /proc for all of them.

What a process has used goes to its parent when that has waited for it, so the sum over those that
live counts everything once.  Nobody tells apart what processes send through one network.
"""

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from .base import Usage

PROC = "/proc"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class _Seen:
    parent: int
    session: int
    ticks: int


def usage_of(shims: Mapping[int, str], proc: str = PROC) -> dict[str, Usage]:
    """Return what the families of these shims use, by what they are called; {} without /proc."""
    table = _table(proc) if shims else {}
    families: dict[str, list[int]] = {}
    for pid in table:
        root = _root(pid, table, shims)
        if root:
            families.setdefault(shims[root], []).append(pid)
    return {name: _usage(pids, table, proc) for name, pids in families.items()}


def _table(proc: str) -> dict[int, _Seen]:
    found = {}
    with suppress(FileNotFoundError):
        for name in os.listdir(proc):  # noqa: PTH208  names only
            if name.isdigit() and (
                fields := _read(f"{proc}/{name}/stat").rpartition(b")")[2].split()
            ):
                # User and system time, its own and that of children it has waited for.
                ticks = sum(int(each) for each in fields[11:15])
                found[int(name)] = _Seen(int(fields[1]), int(fields[3]), ticks)
    return found


def _root(pid: int, table: Mapping[int, _Seen], shims: Mapping[int, str]) -> int:
    """Return the shim that a process is of: by its session, or above it."""
    passed = set()
    while pid in table and pid not in passed:
        passed.add(pid)
        if pid in shims:
            return pid
        if table[pid].session in shims:
            return table[pid].session
        pid = table[pid].parent
    return 0


def _usage(pids: Iterable[int], table: Mapping[int, _Seen], proc: str) -> Usage:
    ticks = own = shared = read = written = 0
    for pid in pids:
        ticks += table[pid].ticks
        words = _read(f"{proc}/{pid}/statm").split() or [b"0"] * 3
        # Libraries and what was shared on purpose are there once, however many have them.
        own += int(words[1]) - int(words[2])
        shared = max(shared, int(words[2]))
        counts = _counts(_read(f"{proc}/{pid}/io"))
        read += counts.get(b"read_bytes", 0)
        written += counts.get(b"write_bytes", 0)
    return Usage(
        time=time.time(),
        cpu_seconds=ticks / _TICKS,
        memory=(own + shared) * _PAGE,
        disk_read=read,
        disk_written=written,
        network_in=None,
        network_out=None,
    )


def _counts(text: bytes) -> dict[bytes, int]:
    rows = (line.partition(b": ") for line in text.splitlines())
    return {name: int(number) for name, _, number in rows if number.isdigit()}


def _read(path: str) -> bytes:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # it has ended, or is another user's
        return b""
    try:
        return os.read(file, 4096)
    except OSError:
        return b""
    finally:
        os.close(file)
