"""What this machine has, as far as this process may use it."""

import os
import shutil
import sys
from pathlib import Path

import psutil

from .base import Gpu

CGROUP = Path("/sys/fs/cgroup")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
GPU_QUERY = ("nvidia-smi", "--query-gpu=uuid,name,memory.total", "--format=csv,noheader,nounits")
PROGRAMS = ("docker", "nvidia-smi", "rsync", "sbatch", "sh")
MEBIBYTE = 1024 * 1024


def cpus(cgroup: Path = CGROUP) -> float:
    """Return how many cpus this process may keep busy: by affinity and by quota."""
    return min(_affinity(), _quota_v2(cgroup), _quota_v1(cgroup))


def _affinity() -> float:
    if sys.platform == "linux":
        return float(len(os.sched_getaffinity(0)))
    return float(os.cpu_count() or 1)


def _quota_v2(cgroup: Path) -> float:
    quota, _, period = _text(cgroup / "cpu.max").partition(" ")
    return int(quota) / int(period) if quota.isdigit() else float("inf")


def _quota_v1(cgroup: Path) -> float:
    quota = _text(cgroup / "cpu" / "cpu.cfs_quota_us")
    period = _text(cgroup / "cpu" / "cpu.cfs_period_us")
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() else float("inf")


def memory(cgroup: Path = CGROUP) -> int:
    """Return how many bytes of memory this process may use."""
    limits = [_text(cgroup / "memory.max"), _text(cgroup / "memory" / "memory.limit_in_bytes")]
    installed = int(psutil.virtual_memory().total)
    return min([installed, *(int(text) for text in limits if text.isdigit())])


def gpus(csv: str) -> tuple[Gpu, ...]:
    """Read the answer to GPU_QUERY."""
    rows = [[cell.strip() for cell in line.split(",")] for line in csv.splitlines()]
    return tuple(
        Gpu(uuid=row[0], name=row[1], memory=int(row[2]) * MEBIBYTE if row[2].isdigit() else 0)
        for row in rows
        if len(row) == 3
    )


def boot_id() -> str:
    """Return what changes when this machine restarts."""
    return _text(BOOT_ID) or f"{psutil.boot_time():.0f}"


def system() -> str:
    """Return linux or darwin."""
    return sys.platform


def programs() -> dict[str, str]:
    """Return where the programs are that some runtimes need."""
    found = {name: shutil.which(name) for name in PROGRAMS}
    return {name: path for name, path in found.items() if path}


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
