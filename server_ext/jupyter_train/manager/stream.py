"""One client of `/stream`: many subscriptions, each "after n, then follow"."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..engine.feed import Feed, Topic, Watch
from .ask import AskError, number, subscription
from .subscriptions import Message, SeriesSubscription, Sources, Subscription

TICK = 0.02
DROP_AFTER = 30.0
_MOST_SUBSCRIPTIONS = 500
_FRAME = 1 << 16

log = logging.getLogger(__name__)

Send = Callable[[Message], Awaitable[None]]


class SlowClientError(Exception):
    """The client has not taken anything for too long."""


class Conversation:
    """Reads for one client what is due to it, in rounds, and never ahead of the client.

    The next message is read only when the last one has left for the socket: nothing piles up here,
    however slow the client is.
    """

    def __init__(
        self, feed: Feed, sources: Sources, send: Send, *, drop_after: float = DROP_AFTER
    ) -> None:
        self._feed = feed
        self._sources = sources
        self._send = send
        self._drop_after = drop_after
        self._interval = TICK
        self._subscriptions: dict[int, Subscription] = {}
        self._due: set[int] = set()
        self._answers: list[Message] = []
        self._blocks = b""
        self._watchers: dict[Topic, set[int]] = {}
        self._watch: Watch = feed.watch()

    def hear(self, text: str | bytes) -> None:
        """Take a message of the client; a bad one is answered and harms nothing else."""
        message: dict[str, Any] = {}
        try:
            message = _parse(text)
            self._obey(message)
        except AskError as error:
            self._answers.append(_error(message, error))
        self._watch.wake()

    async def run(self) -> None:
        """Send what is due until cancelled; SlowClientError if the client does not take it."""
        loop = asyncio.get_running_loop()
        with self._watch:
            while True:
                started = loop.time()
                await self._round()
                pause = self._interval - (loop.time() - started)
                if pause > 0:
                    await asyncio.sleep(pause)
                if not (self._due or self._answers):
                    self._mark(await self._watch.changed())

    async def _round(self) -> None:
        answers, self._answers = self._answers, []
        for answer in answers:
            await self._deliver(answer)
        due, self._due = self._due, set()
        for key in sorted(due, key=self._place):
            if current := self._subscriptions.get(key):
                await self._take(current)
        await self._deliver_blocks()

    def _place(self, key: int) -> tuple[bool, int]:
        current = self._subscriptions.get(key)
        return not isinstance(current, SeriesSubscription), key

    async def _take(self, current: Subscription) -> None:
        for message in current.read():
            if isinstance(message, bytes) and len(message) + len(self._blocks) < _FRAME:
                self._blocks += message
                continue
            await self._deliver_blocks()
            await self._deliver(message)
        if current.has_ended:
            self._forget(current.number)
        elif current.is_behind:
            self._due.add(current.number)

    async def _deliver_blocks(self) -> None:
        """Send the points of many series in one frame: each frame is a call of the system."""
        blocks, self._blocks = self._blocks, b""
        if blocks:
            await self._deliver(blocks)

    async def _deliver(self, message: Message) -> None:
        try:
            # Not wait_for: before Python 3.12 it may swallow the cancellation that ends all this.
            async with asyncio.timeout(self._drop_after):
                await self._send(message)
        except TimeoutError as error:
            raise SlowClientError(f"took nothing for {self._drop_after:.0f} s") from error

    def _obey(self, message: Mapping[str, Any]) -> None:
        operation = message.get("op")
        if operation == "subscribe":
            self._add(subscription(message, self._sources))
        elif operation == "unsubscribe":
            self._forget(number(message, "id"))
        elif operation == "clock":
            clock = {"id": number(message, "id", 0), "type": "clock", "time": time.time()}
            self._answers.append(json.dumps(clock))
        elif operation == "rate":
            self._interval = max(5, number(message, "interval_ms", None, 60_000)) / 1000
        else:
            rule = "subscribe, unsubscribe, clock or rate"
            raise AskError("ValidationException", f"op is {operation!r:.200}; it must be {rule}")

    def _add(self, new: Subscription) -> None:
        if new.number in self._subscriptions:
            raise AskError("ValidationException", f"subscription {new.number} is in use")
        if len(self._subscriptions) >= _MOST_SUBSCRIPTIONS:
            limit = f"at most {_MOST_SUBSCRIPTIONS} subscriptions on one socket"
            raise AskError("ResourceLimitExceeded", limit)
        self._subscriptions[new.number] = new
        self._due.add(new.number)
        for topic in new.topics:
            if topic not in self._watchers:
                self._watch.add(topic)
            self._watchers.setdefault(topic, set()).add(new.number)

    def _forget(self, key: int) -> None:
        old = self._subscriptions.pop(key, None)
        for topic in old.topics if old else ():
            self._watchers[topic].discard(key)
            if not self._watchers[topic]:
                del self._watchers[topic]
                self._watch.discard(topic)

    def _mark(self, changed: set[Topic]) -> None:
        for topic in changed:
            for key in self._watchers.get(topic, ()):
                self._subscriptions[key].changed.add(topic)
                self._due.add(key)


def _parse(text: str | bytes) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except ValueError as error:
        raise AskError("SerializationException", f"no JSON: {error}") from error
    if not isinstance(message, dict):
        raise AskError("SerializationException", "a message is a JSON object")
    return message


def _error(message: Mapping[str, Any], error: AskError) -> Message:
    key = message.get("id")
    known = key if isinstance(key, int) else None
    return json.dumps({"id": known, "type": "error", "code": error.code, "message": str(error)})
