"""Containers that wait for a command: made ahead, and taken over by an attempt of the same shape.

`link/go` is a FIFO at which start.sh waits, without using any processor time; `link/command` says
what to run and is there before anything is written to the FIFO; `warm` names the container and its
shape, once it waits.  The kernel tells who waits: a FIFO that nobody holds cannot be opened.
"""

import errno
import json
import logging
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .folder import replace_file

log = logging.getLogger(__name__)

READY_SECONDS = 10.0
LOOK_SECONDS = 0.005

# What the engine gives a container for good is its shape; these come with the command instead.
_COMMAND = ("Env", "Cmd", "Labels")
_LASTING_PREFIX = "NVIDIA_"  # read by the engine's hook, when the container is made
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A shell sets these itself, or lets nobody set them.
_SHELLS_OWN = re.compile(
    r"IFS|OPT(IND|ARG|ERR)|PPID|PWD|OLDPWD|E?UID|GROUPS|SHLVL|LINENO|RANDOM|SECONDS|PS[124]|ENV|_"
    r"|SHELLOPTS|BASH.*"
)
_MOUNTS = Path("/proc/self/mountinfo")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A container that waits, or waited, for a command."""

    id: str
    shape: str


def fifo(folder: Path) -> Path:
    """Return where the container of a folder waits."""
    return folder / "link" / "go"


def command_file(folder: Path) -> Path:
    """Return what tells a container that waits what to run; it is never taken back."""
    return folder / "link" / "command"


def make_fifo(folder: Path) -> None:
    """Let the container that is made of this folder wait."""
    with suppress(FileExistsError):
        os.mkfifo(fifo(folder), 0o600)


def read_waiting(folder: Path) -> Waiting | None:
    """Return what waits, or waited, in a folder."""
    try:
        return Waiting(**json.loads((folder / "warm").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def write_waiting(folder: Path, waiting: Waiting) -> None:
    """Remember what waits; from now on it may be taken over."""
    replace_file(folder / "warm", json.dumps(asdict(waiting)))
    (folder / "container").unlink(missing_ok=True)


def forget_waiting(folder: Path) -> None:
    """Let the folder be as if nothing had ever waited in it."""
    for path in (command_file(folder), fifo(folder), folder / "warm"):
        path.unlink(missing_ok=True)


def waits(folder: Path) -> bool:
    """Tell whether somebody waits at the FIFO."""
    return _write(fifo(folder), b"")


def wake(folder: Path) -> bool:
    """Let who waits read the command; False if nobody does."""
    return _write(fifo(folder), b"go\n")


def is_ready(folder: Path) -> bool:
    """Wait until somebody waits."""
    deadline = time.monotonic() + READY_SECONDS
    while not waits(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def waiting_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is asked of the engine for a container that waits, without its command."""
    lasting = [each for each in body["Env"] if each.startswith(_LASTING_PREFIX)]
    return {**body, "Env": lasting, "Cmd": []}


def write_command(folder: Path, body: Mapping[str, Any]) -> None:
    """Say what to run, with the environment that the container would have been made with."""
    variables = dict(each.partition("=")[::2] for each in body["Env"])
    lines = [f"export {name}={quoted(v)}\n" for name, v in variables.items() if is_plain(name)]
    words = " ".join(quoted(each) for each in body["Cmd"])
    write_others(folder, body)
    # There may be secrets among the variables.
    replace_file(command_file(folder), "".join([*lines, f"set -- {words}\n"]), mode=0o600)


def write_others(folder: Path, body: Mapping[str, Any]) -> None:
    """Write what a shell does not hand on, SM_HP_BATCH.SIZE for instance; `env` does."""
    others = [each for each in body["Env"] if not is_plain(each.partition("=")[0])]
    if others:
        words = " ".join(quoted(each) for each in others)
        replace_file(folder / "link" / "variables", f'set -- "$jt_found" {words} "$@"\n')


def is_plain(name: str) -> bool:
    """Tell whether every shell hands on a variable of this name as it is."""
    return bool(_NAME.fullmatch(name)) and not _SHELLS_OWN.fullmatch(name)


def quoted(text: str) -> str:
    """Return one word for a shell."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


def shape_of(body: Mapping[str, Any], folder: Path) -> str:
    """Return all that cannot be changed of a container: who differs in it takes another.

    A folder that was made anew under its old name is another, and so is one that something was
    mounted in since: a container goes on seeing what was there when it was made.
    """
    kept = {name: value for name, value in body.items() if name not in _COMMAND}
    lasting = sorted(each for each in body["Env"] if each.startswith(_LASTING_PREFIX))
    mounts = kept["HostConfig"]["Mounts"]
    shown = sorted((_relative(each, folder) for each in mounts), key=lambda each: each["Target"])
    kept["HostConfig"] = {**kept["HostConfig"], "Mounts": shown}
    return json.dumps([kept, lasting, identities(body, folder)], sort_keys=True)


def identities(body: Mapping[str, Any], folder: Path) -> list[list[Any]]:
    """Return which folders outside its own a container would be shown now."""
    sources = {Path(each["Source"]) for each in body["HostConfig"]["Mounts"]}
    outside = sorted(each for each in sources if not each.is_relative_to(folder))
    return list(_identities(outside))


def _relative(mount: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    source = Path(mount["Source"])
    inside = source.is_relative_to(folder)
    return {**mount, "Source": f"./{source.relative_to(folder)}" if inside else str(source)}


def _identities(sources: list[Path]) -> Iterator[list[Any]]:
    mounted = _mount_points()
    for source in sources:
        try:
            found = source.stat()
        except OSError:
            yield [str(source)]
            continue
        inside = [each for each in mounted if each[1].startswith(f"{source}/")]
        yield [str(source), found.st_dev, found.st_ino, inside]


def _mount_points() -> list[tuple[str, str]]:
    if not _MOUNTS.exists():
        return []
    lines = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    return [(words[0], words[4]) for line in lines if len(words := line.split()) > 4]


def _write(path: Path, data: bytes) -> bool:
    try:
        file = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ENOENT):
            return False
        raise
    try:
        return os.write(file, data) == len(data)
    except BrokenPipeError:
        return False
    finally:
        os.close(file)
