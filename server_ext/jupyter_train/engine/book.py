"""Every change of a job goes through here: durable first, told to watchers after."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..contract.events import Kind
from ..contract.record import JobRecord
from ..contract.status import SecondaryStatus
from ..store.writer import Writer
from .feed import JOBS, Feed
from .patience import insist


class Book:
    """Writes the journal; a full disk holds a change back, it never loses one."""

    def __init__(self, writer: Writer, feed: Feed, clock: Callable[[], float]) -> None:
        self._writer = writer
        self._feed = feed
        self._clock = clock

    def now(self) -> float:
        """Return the time by which changes are dated."""
        return self._clock()

    async def submit(self, record: JobRecord, tags: Mapping[str, str]) -> JobRecord:
        """Keep a new job; a full disk refuses it, for its caller can be told."""
        kept = await self._writer.do(lambda store: store.submit(record, tags))
        self._told(record)
        return kept

    async def move(
        self, record: JobRecord, to: SecondaryStatus, message: str, **changes: Any
    ) -> JobRecord:
        """Move a job to another secondary status."""
        moved = record.moved(to, self._clock(), message, **changes)
        return await self._change(moved, Kind.JOB_MOVED, {"to": to, "message": message})

    async def note(self, record: JobRecord, kind: Kind, **changes: Any) -> JobRecord:
        """Change what is known of a job and leave its status."""
        return await self._change(record.changed(self._clock(), **changes), kind, {})

    async def delete(self, record: JobRecord) -> None:
        """Forget a job."""
        await self._writer.do(lambda store: store.delete(record))
        self._told(record)

    async def set_tags(self, record: JobRecord, tags: Mapping[str, str]) -> None:
        """Add or replace tags."""
        await self._writer.do(lambda store: store.set_tags(record.id, tags))
        self._told(record)

    async def remove_tags(self, record: JobRecord, keys: Sequence[str]) -> None:
        """Remove tags."""
        await self._writer.do(lambda store: store.remove_tags(record.id, keys))
        self._told(record)

    async def _change(self, record: JobRecord, kind: Kind, data: Mapping[str, Any]) -> JobRecord:
        kept = await insist(lambda: self._writer.do(lambda store: store.change(record, kind, data)))
        self._told(record)
        return kept

    def _told(self, record: JobRecord) -> None:
        self._feed.notify(JOBS, ("job", record.id))
