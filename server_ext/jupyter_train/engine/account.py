"""What is said of a job on its way: its record, changed by one at a time and written down first."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from ..contract.events import Kind
from ..contract.record import Desired, JobRecord, StopReason
from ..contract.status import TERMINAL
from ..contract.status import SecondaryStatus as S
from .book import Book
from .endings import TRAINING, WAITING


class Account:
    """One job's record; who reads it sees what the journal has."""

    def __init__(self, record: JobRecord, book: Book, clock: Callable[[], float]) -> None:
        self.record = record
        self._book = book
        self._clock = clock
        self._lock = asyncio.Lock()
        self._covered = TRAINING

    async def note(self, kind: Kind, **changes: Any) -> None:
        """Note other facts about it."""
        async with self._lock:
            self.record = await self._book.note(self.record, kind, **changes)

    async def move(self, to: S, message: str, **changes: Any) -> None:
        """Move it to another status."""
        async with self._lock:
            unreachable = self.record.unreachable and to not in TERMINAL
            self.record = await self._book.move(
                self.record, to, message, unreachable=unreachable, **changes
            )

    async def say(self, message: str) -> None:
        """Say how far it is in its status."""
        async with self._lock:
            told = self.record.said(self._clock(), message).transitions
            self.record = await self._book.note(self.record, Kind.JOB_NOTED, transitions=told)

    async def turn(self, *, lost: bool, words: str) -> None:
        """Say that what runs it is silent, or is back."""
        async with self._lock:
            now = self.record.transitions[-1].message
            if lost:
                self._covered = now
            # What was said since, by a stop for instance, stays.
            said = words if lost else self._covered if now.startswith(WAITING) else now
            told = self.record.said(self._clock(), said).transitions
            if not self.record.is_terminal:
                self.record = await self._book.note(
                    self.record, Kind.JOB_NOTED, unreachable=lost, transitions=told
                )

    async def request_stop(self, reason: StopReason, before: Callable[[], object]) -> bool:
        """Note that it is to stop, once; `before` that is written, do this."""
        async with self._lock:
            if self.record.desired is Desired.STOP or self.record.is_terminal:
                return False
            before()
            self.record = await self._book.note(
                self.record, Kind.STOP_REQUESTED, desired=Desired.STOP, stop_reason=reason
            )
            return True

    async def update(self, change: Callable[[JobRecord], Mapping[str, Any]]) -> JobRecord:
        """Change its document to what `change` makes of the present record."""
        async with self._lock:
            document = change(self.record)
            self.record = await self._book.note(self.record, Kind.JOB_UPDATED, document=document)
            return self.record
