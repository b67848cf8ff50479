"""Find and end the processes of an attempt on this machine, wherever they hid."""

import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from .base import MARKER_VARIABLE

PROC = Path("/proc")
ROUNDS_OF_FREEZING = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One living process; `start` differs for every process that ever had this pid."""

    pid: int
    parent: int
    session: int
    start: str


def find_process(pid: int) -> Process | None:
    """Return a living process; a zombie has ended."""
    return _read_proc(pid) if sys.platform == "linux" else _ask_psutil(pid)


def is_alive(pid: int, start: str) -> bool:
    """Tell whether the process that had this pid since `start` lives."""
    process = find_process(pid)
    return process is not None and _same_start(process.start, start)


def find_members(marker: str, shim: int) -> set[int]:
    """Return the living processes of an attempt without its shim (0: it is dead).

    By marker, by the sessions of those and of the shim, and by descent.
    """
    table = {pid: process for pid in _pids() if (process := find_process(pid))}
    marked = {pid for pid in table if _carries(pid, marker)}
    sessions = {table[pid].session for pid in marked} | {shim} - {0}
    sessions.discard(os.getsid(0))
    found = marked | {process.pid for process in table.values() if process.session in sessions}
    found |= _below(table.values(), found | {shim})
    return found - {shim} - _ourselves(table)


def find_session(leader: int) -> set[int]:
    """Return the living processes of a session."""
    found = (find_process(pid) for pid in _pids())
    return {process.pid for process in found if process and process.session == leader}


def send(pids: Iterable[int], number: int) -> int:
    """Signal processes, some of which may be gone; returns how many were there."""
    count = 0
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
        count += 1
    return count


def end_members(marker: str, shim: int) -> bool:
    """SIGKILL an attempt's processes; tells whether there were any.

    By groups first: a signal to a group reaches what it forks at that moment too, where a fork bomb
    outruns any list of pids.  What has left the groups is frozen: what is stopped forks no more.
    """
    family = find_members(marker, shim)
    if not family:
        return False
    reached = _kill_groups(family, shim)
    family = find_members(marker, shim)
    for _ in range(ROUNDS_OF_FREEZING):
        send(family, signal.SIGSTOP)
        found = find_members(marker, shim)
        if found <= family:
            break
        family |= found
    return reached + send(family, signal.SIGKILL) > 0


def _kill_groups(family: Iterable[int], shim: int) -> int:
    groups: set[int] = set()
    for pid in family:
        with suppress(ProcessLookupError):
            if os.getsid(pid) != os.getsid(0):  # a group lies within one session: not in ours
                groups.add(os.getpgid(pid))
    others = groups - {0, 1, shim, os.getpgid(0)}
    return send((-group for group in others), signal.SIGKILL)


def _pids() -> list[int]:
    if sys.platform == "linux":
        return [int(name) for name in os.listdir(PROC) if name.isdigit()]  # noqa: PTH208  names only
    return psutil.pids()


def _read_proc(pid: int) -> Process | None:
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123  called 20 times each 50 ms
            fields = file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in (b"Z", b"X"):
        return None
    return Process(
        pid=pid, parent=int(fields[1]), session=int(fields[3]), start=fields[19].decode()
    )


def _ask_psutil(pid: int) -> Process | None:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        start, parent = f"{process.create_time():.6f}", process.ppid()
        return Process(pid=pid, parent=parent, session=os.getsid(pid), start=start)
    except (psutil.Error, OSError):
        return None


def _same_start(one: str, other: str) -> bool:
    if sys.platform == "linux":
        return one == other
    # psutil corrects start times when the clock is set; a pid is not reused within two seconds.
    return abs(float(one) - float(other)) < 2


def _carries(pid: int, marker: str) -> bool:
    try:
        if sys.platform != "linux":
            return psutil.Process(pid).environ().get(MARKER_VARIABLE) == marker
        with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123  for every process there is
            entries = file.read().split(b"\0")
    except (psutil.Error, OSError):
        return False
    return f"{MARKER_VARIABLE}={marker}".encode() in entries


def _below(processes: Iterable[Process], roots: set[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for process in processes:
        children.setdefault(process.parent, []).append(process.pid)
    found: set[int] = set()
    ahead = [child for root in roots if root for child in children.get(root, ())]
    while ahead:
        pid = ahead.pop()
        if pid not in found:
            found.add(pid)
            ahead += children.get(pid, ())
    return found


def _ourselves(table: dict[int, Process]) -> set[int]:
    """Return this process and those above it: whatever a marker says, they are not ours to end."""
    found, pid = {0, 1}, os.getpid()
    while pid not in found:
        found.add(pid)
        pid = table[pid].parent if pid in table else 0
    return found
