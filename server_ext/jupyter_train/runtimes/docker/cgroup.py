"""The processes of a container and what they use, from the kernel's groups; versions 1 and 2."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..base import Usage

PROC = Path("/proc")
COMPANION = b"companion.py"
UNLIMITED = 1 << 60  # version 1 says "no limit" by a number of pages that no machine has


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Where the kernel keeps a container: `folders` by controller, "" the only one of version 2.

    `pid` is the container's first process as this machine counts.
    """

    pid: int
    folders: dict[str, Path]

    @property
    def processes(self) -> Path:
        """The folder that lists processes."""
        return self.folders.get("") or self.folders.get("pids") or self.folders["memory"]


def find_group(identity: str, pid: int) -> Group | None:
    """Return the group of a container; None if its processes are not this machine's to see."""
    try:
        lines = (PROC / str(pid) / "cgroup").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    folders = {}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if identity not in path:  # the pid is another's: the engine lives on another machine
            continue
        for controller in controllers.split(","):
            mount = _mounts().get(controller)
            if mount is not None and (mount / path.lstrip("/")).is_dir():
                folders[controller] = mount / path.lstrip("/")
    whole = "" in folders and (folders[""] / "memory.current").exists()
    if not whole:
        folders.pop("", None)  # a mixed system: the second hierarchy is there and holds nothing
    if not whole and not {"pids", "memory"} & folders.keys():
        return None
    return Group(pid=pid, folders=folders)


def members(group: Group) -> list[int]:
    """Return the processes of a container without its first one and without our companion."""
    found = []
    with suppress(OSError):
        for file in [group.processes / "cgroup.procs", *group.processes.glob("**/cgroup.procs")]:
            found += [int(word) for word in file.read_text(encoding="ascii").split()]
    return [pid for pid in dict.fromkeys(found) if pid not in (0, group.pid) and not _is_ours(pid)]


def usage(group: Group) -> Usage | None:
    """Return what a container has used; None when it has ended."""
    try:
        read, written = _disk(group)
        received, sent = _network(group.pid)
        return Usage(
            time=time.time(),
            cpu_seconds=_cpu(group),
            memory=_memory(group),
            memory_limit=_limit(group),
            disk_read=read,
            disk_written=written,
            network_in=received,
            network_out=sent,
        )
    except (OSError, ValueError, KeyError):
        return None


def _is_ours(pid: int) -> bool:
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return True  # it has ended
    return not words[0] or any(word.endswith(b"/" + COMPANION) for word in words[1:4])


@lru_cache(maxsize=1)
def _mounts() -> dict[str, Path]:
    """Return where each controller is mounted; "" is version 2."""
    found: dict[str, Path] = {}
    with suppress(OSError):
        for line in (PROC / "self/mountinfo").read_text(encoding="utf-8").splitlines():
            before, _, after = line.partition(" - ")
            kind, _, options = after.split(" ", 2)
            point = Path(before.split(" ")[4])
            if kind == "cgroup2":
                found.setdefault("", point)
            elif kind == "cgroup":
                found.update(dict.fromkeys(options.rpartition(" ")[2].split(","), point))
    return found


def _cpu(group: Group) -> float:
    if "" in group.folders:
        return _table(group.folders[""] / "cpu.stat")["usage_usec"] / 1e6
    return _number(group.folders["cpuacct"] / "cpuacct.usage") / 1e9


def _memory(group: Group) -> int:
    """Return what is held; file contents that can be dropped at any time are not."""
    if "" in group.folders:
        folder = group.folders[""]
        held, inactive = _number(folder / "memory.current"), "inactive_file"
    else:
        folder = group.folders["memory"]
        held, inactive = _number(folder / "memory.usage_in_bytes"), "total_inactive_file"
    return max(held - _table(folder / "memory.stat").get(inactive, 0), 0)


def _limit(group: Group) -> int:
    if "" in group.folders:
        text = (group.folders[""] / "memory.max").read_text(encoding="ascii").strip()
        return 0 if text == "max" else int(text)
    limit = _number(group.folders["memory"] / "memory.limit_in_bytes")
    return 0 if limit >= UNLIMITED else limit


def _disk(group: Group) -> tuple[int, int]:
    read = written = 0
    for words in _disk_lines(group):
        pairs = dict(word.partition("=")[::2] for word in words if "=" in word)
        if pairs:
            read += int(pairs.get("rbytes", 0))
            written += int(pairs.get("wbytes", 0))
        elif len(words) == 3:
            read += int(words[2]) if words[1] == "Read" else 0
            written += int(words[2]) if words[1] == "Write" else 0
    return read, written


def _disk_lines(group: Group) -> Iterator[list[str]]:
    if "" in group.folders:
        file = group.folders[""] / "io.stat"
    else:
        file = group.folders.get("blkio", Path()) / "blkio.throttle.io_service_bytes_recursive"
    if file.exists():
        for line in file.read_text(encoding="ascii").splitlines():
            yield line.split()


def _network(pid: int) -> tuple[int, int]:
    received = sent = 0
    with suppress(OSError):
        lines = (PROC / str(pid) / "net/dev").read_text(encoding="ascii").splitlines()[2:]
        for line in lines:
            name, _, figures = line.partition(":")
            if name.strip() != "lo":
                words = figures.split()
                received, sent = received + int(words[0]), sent + int(words[8])
    return received, sent


def _number(file: Path) -> int:
    return int(file.read_text(encoding="ascii"))


def _table(file: Path) -> dict[str, int]:
    pairs = (line.split() for line in file.read_text(encoding="ascii").splitlines())
    return {words[0]: int(words[1]) for words in pairs if len(words) == 2}


def send(pids: list[int], number: int) -> int:
    """Signal processes; returns how many were there, PermissionError if they are not ours."""
    count = 0
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
        count += 1
    return count
