"""The files of an attempt's folder, as far as containers use them.

Besides those of every runtime: `end`, what is known of an end that `rc` has no place for; `lost`,
there when the engine has lost the container; `ended`, there before we signal or kill; `copied`,
there when nobody in the container can write to `log`; `room`, what is held on the disk for the end
of a job that fills it.
"""

import errno
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..base import Container, Observation, Phase
from .shellless import MARK

KILLED_CODE = 137
ROOM = 64 << 10
FILES = ("log", "marks")
FOLDERS = ("metrics", "ml", "ml/input", "ml/model", "ml/output", "ml/errors")


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a container ended."""

    code: int
    time: float
    out_of_memory: bool = False
    refused: str | None = None


def look(folder: str) -> Observation | None:
    """Return what the folder alone says, None while only the engine knows more."""
    words = _read(folder, "rc").split()
    if words:
        return _ended(folder, int(words[0]), float(words[1]))
    if os.path.exists(f"{folder}/lost"):  # noqa: PTH110  20 times a second for every attempt
        return Observation(phase=Phase.LOST, started=started(folder))
    return None


def container_id(folder: str) -> str:
    """Return the container of an attempt, "" if none is known."""
    return _read(folder, "container").strip()


def started(folder: str) -> float | None:
    """Return when the attempt was started."""
    try:
        return os.stat(f"{folder}/container").st_mtime  # noqa: PTH116  see look
    except FileNotFoundError:
        return None


def make(folder: Path, container: Container, *, copied: bool) -> None:
    """Make what is mounted: an engine would make folders of its own in their place."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = [folder / name for name in FOLDERS]
    for path in [*made, folder / "link"]:
        path.mkdir(exist_ok=True)
    for name in (*FILES, MARK) if copied else FILES:
        (folder / name).touch()
    if not (folder / "room").exists():
        (folder / "room").write_bytes(os.urandom(ROOM))  # some file systems keep no zeros
    if container.user is None and os.getuid() == folder.stat().st_uid:
        # An image's own user is anybody; nobody but the container reaches through the folder.
        for path in [*made, *(folder / name for name in FILES)]:
            with suppress(PermissionError):
                path.chmod(0o777 if path.is_dir() else 0o666)


def write_id(folder: Path, identity: str) -> None:
    """Remember the container, before it is started."""
    replace_file(folder / "container", identity + "\n")


def write_end(folder: Path, end: End) -> None:
    """Write the end, once: who comes second changes nothing."""
    if folder.is_dir():
        _in_the_room(folder, lambda: _write_end(folder, end))


def _write_end(folder: Path, end: End) -> None:
    if end.out_of_memory or end.refused:
        words = {"out_of_memory": end.out_of_memory, "refused": end.refused}
        replace_file(folder / "end", json.dumps(words))
    landing = folder / f"rc.{os.getpid()}.{time.monotonic_ns()}"
    landing.write_text(f"{end.code} {end.time:.6f}\n", encoding="ascii")
    with suppress(FileExistsError):
        os.link(landing, folder / "rc")
    landing.unlink()


def write_lost(folder: Path) -> None:
    """Remember that the engine has lost the container."""
    _in_the_room(folder, (folder / "lost").touch)


def mark_ended_by_us(folder: Path) -> None:
    """Remember that what ends the container from now on is us."""
    _in_the_room(folder, (folder / "ended").touch)


def _in_the_room(folder: Path, write: Callable[[], None]) -> None:
    """Write, if the disk is full into the room that was held for it."""
    try:
        write()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        (folder / "room").unlink(missing_ok=True)
        write()


def was_ended_by_us(folder: Path) -> bool:
    """Tell whether we have ended it, or meant to."""
    return (folder / "ended").exists()


def _ended(folder: str, code: int, ended: float) -> Observation:
    words = json.loads(_read(folder, "end") or "{}")
    return Observation(
        phase=Phase.EXITED,
        exit_code=code,
        ended=ended,
        started=started(folder),
        out_of_memory=words.get("out_of_memory", False),
        refused=words.get("refused"),
    )


def replace_file(path: Path, text: str, mode: int = 0o644) -> None:
    """Put a file into place whole."""
    landing = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    landing.touch(mode)
    landing.write_text(text, encoding="utf-8")
    landing.replace(path)


def _read(folder: str, name: str) -> str:
    try:
        file = os.open(f"{folder}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    try:
        return os.read(file, 65536).decode("utf-8")
    finally:
        os.close(file)
