"""The four memories of a manager, and the thread that writes the jobs."""

from dataclasses import dataclass

from ..store.base import CurveStore, JobStore, LogStore, ObjectStore
from ..store.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Opened stores; `close` lets go of all of them."""

    jobs: JobStore
    writer: Writer
    logs: LogStore
    curves: CurveStore
    objects: ObjectStore

    async def close(self) -> None:
        """Finish what is being written and close the files."""
        await self.writer.close()
        self.jobs.close()
        self.logs.close()
        self.curves.close()
        self.objects.close()
