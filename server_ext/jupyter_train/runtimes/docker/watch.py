"""What state our containers are in: told by the engine's events, checked by whole listings.

One connection serves all attempts, and a look costs no call while the events come.  The listing
decides whenever events may have been missed: when the stream has opened, when a container is
unknown, and every few seconds.
"""

import logging
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ...hosts.base import HostUnreachableError
from .engine import Engine, engine_started, give_up

log = logging.getLogger(__name__)

MANAGER_LABEL = "jupyter-train.manager"
FRESH_SECONDS = 5.0
RECONNECT_SECONDS = 0.5
SINCE_SECONDS = 2
AROUND_SECONDS = 30.0
# The time of the machine's boot, from which a process's start is reckoned, is in whole seconds.
ROUNDED_SECONDS = 1.0
KILL_SECONDS = 60.0

# What an event of this name says about the container's state.
_STATES = {
    "create": "created",
    "start": "running",
    "pause": "paused",
    "unpause": "running",
    "die": "exited",
    "destroy": "",
}
_ENDING = ("2", "9", "15")  # signals that are meant to end it


@dataclass(slots=True)
class Known:
    """A container as last heard of."""

    state: str
    heard: float


@dataclass(frozen=True, slots=True)
class Outage:
    """When the engine was away."""

    began: float
    ended: float


class Watch:
    """Follows the events in a thread from the first look on, until closed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, Known] = {}
        self._lock = threading.Lock()
        self._listing = threading.Lock()
        self._listed = 0.0
        self._opened = 0.0
        self._broke = 0.0
        self._stream: Any = None
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._outages: list[Outage] = []

    def fresh(self, identities: Collection[str]) -> bool:
        """Tell whether `state` can be trusted for these without asking the engine."""
        with self._lock:
            if not self._opened or self._listed < self._opened:
                return False
            if time.monotonic() - self._listed > FRESH_SECONDS:
                return False
            return all(identity in self._known for identity in identities)

    def state(self, identity: str) -> str:
        """Return a container's state as the engine calls it, "" if there is no such container."""
        with self._lock:
            known = self._known.get(identity)
            return known.state if known else ""

    def was_killed(self, identity: str, ended: float) -> bool:
        """Tell whether somebody had the engine kill it shortly before its end.

        Asked of the engine, which keeps its last 256 events: what the stream brings may come later.
        """
        filters = {"type": ["container"], "container": [identity], "event": ["kill"]}
        span = {"since": int(ended - KILL_SECONDS), "until": f"{time.time():.6f}"}
        kills = self._engine.call("events", filters=filters, decode=True, **span)
        try:
            return any(
                (each.get("Actor") or {}).get("Attributes", {}).get("signal", "") in _ENDING
                for each in kills
            )
        finally:
            give_up(kills)

    def started(self, identity: str) -> None:
        """Take note of a start, unless its end has been heard of meanwhile."""
        with self._lock:
            known = self._known.get(identity)
            if known is None or known.state == "created":
                self._note(identity, "running")

    def gone(self, identity: str) -> None:
        """Take note that there is no such container."""
        with self._lock:
            self._note(identity, "")

    def engine_was_away(self, started: float, ended: float) -> bool:
        """Tell whether the engine went, was away or came back about this container's end."""
        outages = list(self._outages)
        began = engine_started(self._engine.host)
        if began is not None:  # what happened before we listened
            outages.append(Outage(began, began + ROUNDED_SECONDS))
        return any(
            outage.began - AROUND_SECONDS <= ended <= outage.ended + AROUND_SECONDS
            for outage in outages
            if started <= outage.ended  # one that was started since saw nothing of it
        )

    def refresh(self) -> None:
        """List all containers of ours; HostUnreachableError leaves everything as it was."""
        asked = time.monotonic()
        with self._listing:
            if self._listed > asked:
                return
            self._start()
            began = time.monotonic()
            listed = self._engine.call("containers", all=True, filters={"label": MANAGER_LABEL})
            self._settle(began, {each["Id"]: self._stands(each) for each in listed})

    def close(self) -> None:
        """Stop listening."""
        self._closed.set()
        stream = self._stream
        if stream is not None:
            with suppress(OSError, AttributeError):
                stream.close()

    def _stands(self, listed: dict[str, Any]) -> str:
        """Return the state of a listed container; one not heard of yet is looked at itself.

        Listings go on saying "running" for a moment after the end, of which we may have no event,
        or none yet: those from before the stream was opened are told one by one.
        """
        import docker  # noqa: PLC0415  see engine

        state: str = listed["State"]
        just_opened = self._listed < self._opened
        if state != "running" or (listed["Id"] in self._known and not just_opened):
            return state
        try:
            found = self._engine.call("inspect_container", listed["Id"])
        except docker.errors.NotFound:
            return state
        return str(found["State"]["Status"])

    def _settle(self, began: float, listed: dict[str, str]) -> None:
        with self._lock:
            for identity in [*self._known, *listed]:
                known = self._known.get(identity)
                newer = known is not None and known.heard > began
                if newer and listed.get(identity) != "exited":
                    continue  # an event is newer than the listing
                if identity in listed:
                    self._note(identity, listed[identity])
                else:
                    self._known.pop(identity, None)
            self._listed = began

    def _note(self, identity: str, state: str) -> None:
        known = self._known.get(identity)
        if not state:
            self._known.pop(identity, None)
        elif known is None:
            self._known[identity] = Known(state, time.monotonic())
        elif known.state != "exited":  # which is final: none of ours is started twice
            known.state, known.heard = state, time.monotonic()

    def _start(self) -> None:
        if self._thread is None and not self._closed.is_set():
            self._thread = threading.Thread(target=self._follow, name="docker-events", daemon=True)
            self._thread.start()

    def _follow(self) -> None:
        while not self._closed.is_set():
            try:
                self._listen()
            except (HostUnreachableError, OSError, ValueError) as error:
                log.debug("no events from the engine: %s", error)
            with self._lock:
                if self._opened or not self._broke:
                    self._broke, self._opened = time.time(), 0.0
            self._closed.wait(RECONNECT_SECONDS)

    def _listen(self) -> None:
        filters = {"type": ["container"], "label": [MANAGER_LABEL], "event": list(_STATES)}
        # The engine answers before it listens: what happens between the two is asked for.
        since = int(time.time()) - SINCE_SECONDS
        self._stream = self._engine.call("events", since=since, filters=filters, decode=True)
        with self._lock:
            self._opened = time.monotonic()
            if self._broke:
                self._outages = [*self._outages[-7:], Outage(self._broke, time.time())]
        try:
            for event in () if self._closed.is_set() else self._stream:
                self._hear(event)
        finally:
            give_up(self._stream)

    def _hear(self, event: dict[str, Any]) -> None:
        action, identity = event.get("Action", ""), event.get("id", "")
        with self._lock:
            if action in _STATES:
                self._note(identity, _STATES[action])
