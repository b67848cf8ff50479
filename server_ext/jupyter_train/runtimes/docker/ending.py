"""What the end of a container means, and writing it down."""

import logging
import re
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import Any

from ...store.plain import open_plain
from .engine import Engine
from .folder import End, was_ended_by_us, write_end, write_lost
from .giving import give_back
from .settings import ARCHITECTURE_LABEL, IMAGE_LABEL
from .shellless import Copiers, is_copied
from .watch import Watch

log = logging.getLogger(__name__)

# How the engine's death shows: it kills what it finds when it comes back, and 255 means that it
# does not know.  143 is what its orderly end leaves of a program that does not care.
_TAKEN_DOWN = (137, 143, 255)
_REFUSALS = (
    (re.compile(rb"(?:^|\n)jupyter-train: ([^\n]+)\n$"), "{}"),
    (re.compile(rb"^\[FATAL tini \(\d+\)\] exec (.+) failed: No such file[^\n]*\n$"),
     "has no program {!r}"),
    (re.compile(rb"^\[FATAL tini \(\d+\)\] exec (.+) failed: Permission[^\n]*\n$"),
     "has {!r}, which is not executable"),
)  # fmt: skip
_REFUSED = (126, 127)
_NOT_OF_THIS_MACHINE = (1, 126, 127, 255)  # as which a first program of another machine's kind ends
TAIL = 4000
_LIVING = ("created", "running", "paused", "restarting")


class Fate(Enum):
    """What has become of a container."""

    LIVES = auto()
    ENDED = auto()
    GONE = auto()


class Ender:
    """Writes `rc`, or `lost`, as soon as the engine knows the exit code."""

    def __init__(self, engine: Engine, watch: Watch, copiers: Copiers) -> None:
        self._engine = engine
        self._watch = watch
        self._copiers = copiers

    def finish(self, folder: Path, identity: str) -> Fate:
        """Write the end of a container that has ended."""
        import docker  # noqa: PLC0415  see engine

        try:
            found = self._engine.call("inspect_container", identity)
        except docker.errors.NotFound:
            self._watch.gone(identity)
            return Fate.GONE
        state = found["State"]
        if state["Status"] in _LIVING:
            return Fate.LIVES
        if is_copied(str(folder)):
            self._copiers.finish(folder, identity)
        self._give_back(found)
        if self._was_lost(folder, identity, state):
            write_lost(folder)
        else:
            write_end(folder, _end(folder, found))
        return Fate.ENDED

    def _give_back(self, found: dict[str, Any]) -> None:
        import docker  # noqa: PLC0415  see engine

        try:
            give_back(self._engine, found)
        except docker.errors.APIError as error:
            log.warning("files of %s could not be given back: %s", found["Name"], error)

    def _was_lost(self, folder: Path, identity: str, state: dict[str, Any]) -> bool:
        if int(state["ExitCode"]) not in _TAKEN_DOWN or state.get("OOMKilled"):
            return False
        if was_ended_by_us(folder):
            return False
        finished = epoch(state["FinishedAt"])
        if self._watch.was_killed(identity, finished):
            return True  # by hand, or by an engine that goes down in order
        return self._watch.engine_was_away(epoch(state["StartedAt"]), finished)


def _end(folder: Path, found: dict[str, Any]) -> End:
    state = found["State"]
    code = int(state["ExitCode"])
    labels = found["Config"].get("Labels") or {}
    sentence = refusal(folder, code, labels.get(ARCHITECTURE_LABEL, ""))
    image = labels.get(IMAGE_LABEL, "")
    return End(
        code=code,
        time=epoch(state["FinishedAt"]),
        out_of_memory=bool(state.get("OOMKilled")),
        refused=f"the image {image!r} {sentence}" if sentence else None,
    )


def refusal(folder: Path, code: int, architectures: str) -> str:
    """Say why what was asked for could not be run at all, "" if it was run."""
    said = _tail(folder / "log")
    if architectures and code in _NOT_OF_THIS_MACHINE and (not said or b"Exec format" in said):
        image, machine = architectures.split("/")
        return f"is for {image}, and this machine is {machine}; build it for this one"
    for pattern, words in _REFUSALS:
        if code in _REFUSED and (found := pattern.search(said)):
            return words.format(found[1].decode("utf-8", "replace"))
    return ""


def _tail(path: Path) -> bytes:
    try:
        with open_plain(path) as log:
            log.seek(max(log.seek(0, 2) - TAIL, 0))
            return log.read(TAIL)
    except OSError:  # it is gone, or the job has shut it
        return b""


def epoch(text: str) -> float:
    """Return a time of the engine, which has nanoseconds, in epoch seconds."""
    return datetime.fromisoformat(re.sub(r"\.(\d{1,6})\d*", r".\1", text)).timestamp()
