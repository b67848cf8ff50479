"""Whether the engine limits what a container writes into its own root; mounts it never limits."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

MOUNTS = Path("/proc/self/mounts")

# Drivers that limit wherever they are.
LIMITING = ("btrfs", "zfs", "windowsfilter")

_QUOTAS = {"prjquota", "pquota"}


def can_limit(info: Mapping[str, Any], mounts: Path = MOUNTS) -> bool:
    """Tell by what an engine says of itself; overlay2 needs XFS with project quotas below it."""
    driver = info.get("Driver", "")
    if driver in LIMITING:
        return True
    if driver != "overlay2" or not mounts.exists():
        return False
    text = mounts.read_text(encoding="utf-8", errors="replace")
    kind, options = _mount_of(PurePosixPath(info.get("DockerRootDir", "/")), text)
    return kind == "xfs" and not _QUOTAS.isdisjoint(options)


def _mount_of(path: PurePosixPath, mounts: str) -> tuple[str, set[str]]:
    """Return kind and options of the file system a path lies on: of the last mount around it."""
    kind, options, depth = "", set[str](), 0
    for line in mounts.splitlines():
        _, where, name, words, *_ = line.split(" ")
        place = PurePosixPath(where.encode().decode("unicode_escape"))
        if path.is_relative_to(place) and len(place.parts) >= depth:
            kind, options, depth = name, set(words.split(",")), len(place.parts)
    return kind, options
