"""Who wants to look again: level-triggered notice that something about a topic changed.

A notice carries no data and is never queued: a watcher learns that it should read "after n" from
the stores.  So a slow watcher costs nothing, and nothing can be lost or doubled here.
"""

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Self

Topic = tuple[str, str]
"""("jobs", ""), ("job", job id), ("log", job id) or ("series", job id), or METRICS."""

JOBS: Topic = ("jobs", "")
METRICS: Topic = ("metrics", "")
"""Some job's last metric values changed; told at most once a second."""


class Watch:
    """One watcher's topics; use it as a context manager."""

    def __init__(self, feed: "Feed", topics: Iterable[Topic]) -> None:
        self._feed = feed
        self._topics = set(topics)
        self._changed: set[Topic] = set()
        self._event = asyncio.Event()

    def __enter__(self) -> Self:
        for topic in self._topics:
            self._feed.join(topic, self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for topic in self._topics:
            self._feed.leave(topic, self)

    def add(self, topic: Topic) -> None:
        """Watch one topic more."""
        self._topics.add(topic)
        self._feed.join(topic, self)

    def discard(self, topic: Topic) -> None:
        """Watch one topic less."""
        self._topics.discard(topic)
        self._feed.leave(topic, self)

    def wake(self, topic: Topic | None = None) -> None:
        """Note that a topic changed; without one, only wake the watcher."""
        if topic is not None:
            self._changed.add(topic)
        self._event.set()

    async def changed(self, timeout: float | None = None) -> set[Topic]:
        """Wait for a change; return the topics that changed, none after `timeout` seconds."""
        try:
            # Not wait_for: before Python 3.12 it may swallow a cancellation.
            async with asyncio.timeout(timeout):
                await self._event.wait()
        except TimeoutError:
            return set()
        self._event.clear()
        changed, self._changed = self._changed, set()
        return changed


class Feed:
    """Joins those who change something with those who want to know; one event loop's own."""

    def __init__(self) -> None:
        self._watches: dict[Topic, set[Watch]] = {}
        self._soon: set[Topic] = set()

    def watch(self, *topics: Topic) -> Watch:
        """Return a watch on these topics."""
        return Watch(self, topics)

    def notify(self, *topics: Topic) -> None:
        """Tell everybody who watches these topics to look again; never waits."""
        for topic in topics:
            for watch in self._watches.get(topic, ()):
                watch.wake(topic)

    def notify_soon(self, topic: Topic, delay: float) -> None:
        """Tell of a topic in `delay` seconds, once for all who ask for that meanwhile."""
        if topic not in self._soon:
            self._soon.add(topic)
            asyncio.get_running_loop().call_later(delay, self._fire, topic)

    def _fire(self, topic: Topic) -> None:
        self._soon.discard(topic)
        self.notify(topic)

    def join(self, topic: Topic, watch: Watch) -> None:
        """Let a watch hear of a topic."""
        self._watches.setdefault(topic, set()).add(watch)

    def leave(self, topic: Topic, watch: Watch) -> None:
        """Let a watch hear of a topic no more."""
        watches = self._watches.get(topic, set())
        watches.discard(watch)
        if not watches:
            self._watches.pop(topic, None)
