"""What the operations ask of the engine; `engine.manager.Manager` is it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from ..contract.record import JobRecord
from ..contract.spec import Document
from ..engine.feed import Feed
from ..engine.placement import Capacity
from ..store.base import CurveStore, JobStore, LogStore, ObjectStore


class Facade(Protocol):
    """Commands go through it and to the journal; reads may be made from its stores."""

    jobs: JobStore
    logs: LogStore
    curves: CurveStore
    objects: ObjectStore
    feed: Feed
    id: str
    region: str
    clock: Callable[[], float]

    async def submit(self, document: Document, tags: Mapping[str, str], owner: str) -> JobRecord:
        """Accept a job: durable when this returns; NameTakenError, RefusedError."""

    async def stop(self, name: str) -> JobRecord:
        """Ask a job to stop; UnknownJobError, RefusedError if it has ended."""

    async def update(self, name: str, changes: Mapping[str, Any]) -> JobRecord:
        """Change what may be changed of a running job."""

    async def delete(self, name: str) -> None:
        """Forget a job that has ended."""

    async def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        """Add or replace tags."""

    async def remove_tags(self, name: str, keys: Sequence[str]) -> None:
        """Remove tags."""

    def capacity(self) -> Capacity:
        """Return what there is and what is free."""
