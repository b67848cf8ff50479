"""What the end of a container means, and writing it down."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from .engine import Engine
from .folder import End, mark_killed, was_killed, write_end, write_lost
from .settings import IMAGE_LABEL
from .watch import Watch

# How the engine's death shows: it kills what it finds when it comes back, and 255 means that it
# does not know.  143 is what its orderly end leaves of a program that does not care.
_TAKEN_DOWN = (137, 143, 255)
AROUND_SECONDS = 30.0
REFUSAL = re.compile(rb"(?:^|\n)jupyter-train: ([^\n]+)\n$")
TAIL = 2000
_LIVING = ("created", "running", "paused", "restarting")


class Ender:
    """Writes `rc`, or `lost`, as soon as the engine knows the exit code."""

    def __init__(self, engine: Engine, watch: Watch) -> None:
        self._engine = engine
        self._watch = watch

    def finish(self, folder: Path, identity: str) -> bool:
        """Write the end of a container that has ended; False if it lives or is gone."""
        import docker  # noqa: PLC0415  see engine

        try:
            found = self._engine.call("inspect_container", identity)
        except docker.errors.NotFound:
            self._watch.heard(identity, "")
            return False
        state = found["State"]
        self._watch.heard(identity, state["Status"])
        if state["Status"] in _LIVING:
            return False
        if self._was_lost(folder, identity, state):
            write_lost(folder)
        else:
            write_end(folder, self._end(folder, found))
        return True

    def _end(self, folder: Path, found: dict[str, Any]) -> End:
        state = found["State"]
        code = int(state["ExitCode"])
        sentence = refusal(folder) if code in (126, 127) else ""
        image = (found["Config"].get("Labels") or {}).get(IMAGE_LABEL, "")
        return End(
            code=code,
            time=epoch(state["FinishedAt"]),
            out_of_memory=bool(state.get("OOMKilled")),
            refused=f"the image {image!r} {sentence}" if sentence else None,
        )

    def _was_lost(self, folder: Path, identity: str, state: dict[str, Any]) -> bool:
        if int(state["ExitCode"]) not in _TAKEN_DOWN or state.get("OOMKilled"):
            return False
        if was_killed(folder):
            return False
        if self._watch.killed(identity):
            return True  # by hand, or by an engine that goes down in order
        finished = epoch(state["FinishedAt"])
        return any(
            outage.began - AROUND_SECONDS <= finished <= outage.ended + AROUND_SECONDS
            for outage in self._watch.outages
        )


def refusal(folder: Path) -> str:
    """Return the sentence with which start.sh said that it cannot run what was asked for."""
    try:
        with (folder / "log").open("rb") as log:
            log.seek(max(log.seek(0, 2) - TAIL, 0))
            found = REFUSAL.search(log.read())
    except FileNotFoundError:
        return ""
    return found[1].decode("utf-8", "replace") if found else ""


def epoch(text: str) -> float:
    """Return a time of the engine, which has nanoseconds, in epoch seconds."""
    return datetime.fromisoformat(re.sub(r"\.(\d{1,6})\d*", r".\1", text)).timestamp()


__all__ = ["Ender", "epoch", "mark_killed", "refusal"]
