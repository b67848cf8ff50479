"""Changes of jobs as Jupyter events: told to whoever listens to this server, each once."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from ..client.connection import Connection
from .link import UnreachableError

SCHEMA = Path(__file__).with_name("job_state.yaml")
SCHEMA_ID = "urn:jupyter-train:job-state:v1"

_TOLD = frozenset({"JobSubmitted", "JobMoved", "JobDeleted"})
_AGAIN = 5.0
_LARGEST_MESSAGE = 64 << 20

Event = dict[str, Any]


class Doors(Protocol):
    """What is needed of the link: a manager that others look for is listened to, none started."""

    async def sought(self) -> None:
        """Wait until somebody needs the manager."""

    async def find(self) -> Connection:
        """Return it."""

    def forget(self, connection: Connection) -> None:
        """It does not answer."""


class JobEvents:
    """Follows the manager's facts and hands them on; goes on after the last one after a loss.

    `heard` is told True when there is anything new, and False when the stream has ended.
    """

    def __init__(
        self,
        link: Doors,
        emit: Callable[[Event], None],
        heard: Callable[[bool], None] = lambda _: None,
        *,
        again: float = _AGAIN,
    ) -> None:
        self._link = link
        self._emit = emit
        self._heard = heard
        self._again = again
        self._seq = 0

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            await self._link.sought()
            with suppress(UnreachableError):
                await self._listen(await self._link.find())
            await asyncio.sleep(self._again)

    async def _listen(self, manager: Connection) -> None:
        request = HTTPRequest(
            f"{manager.url.replace('http', 'ws', 1)}/stream",
            headers={"Authorization": f"Bearer {manager.token}"},
            connect_timeout=10,
        )
        try:
            stream = await websocket_connect(request, max_message_size=_LARGEST_MESSAGE)
        except (OSError, HTTPClientError):
            self._link.forget(manager)
            return
        ask = {"op": "subscribe", "id": 1, "topic": "jobs", "limit": 1, "after": self._seq}
        try:
            await stream.write_message(json.dumps({"op": "rate", "interval_ms": 500}))
            await stream.write_message(json.dumps(ask))
            while (message := await stream.read_message()) is not None:
                self._take(json.loads(message))
        finally:
            self._heard(False)
            stream.close()

    def _take(self, message: Mapping[str, Any]) -> None:
        if message.get("type") not in {"jobs", "facts"}:
            return
        self._seq = message["seq"]
        self._heard(True)
        for event in events(message.get("facts", ())):
            self._emit(event)


def events(facts: Any) -> list[Event]:
    """Return what is told of these facts: the last of each job, as each bears the job as it is."""
    last = {fact["job"]: fact for fact in facts if fact["kind"] in _TOLD}
    return [_event(fact) for fact in last.values()]


def _event(fact: Mapping[str, Any]) -> Event:
    summary = fact["summary"] or {}
    told = {
        "job": fact["job"],
        "number": fact["seq"],
        "time": fact["time"],
        "kind": fact["kind"],
        "status": summary.get("TrainingJobStatus"),
        "secondary_status": summary.get("SecondaryStatus"),
        "failure_reason": summary.get("FailureReason"),
    }
    return {name: value for name, value in told.items() if value is not None}


def log_lost(task: "asyncio.Task[None]", log: logging.Logger) -> None:
    """Say when events end for a reason that nobody foresaw; the server goes on."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("jupyter-train: no more events of jobs", exc_info=error)
