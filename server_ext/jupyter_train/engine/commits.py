"""Metric batches of all jobs, written by one thread, as many in one commit as came meanwhile."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from ..store.base import Batch, CurveStore


class BatchWriter:
    """Groups what collectors bring; `write` returns when its batch and cursor are committed."""

    def __init__(self, curves: CurveStore) -> None:
        self._curves = curves
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="curves")
        self._waiting: list[tuple[Batch, asyncio.Future[None]]] = []
        self._busy: asyncio.Task[None] | None = None

    async def write(self, batch: Batch) -> None:
        """Store one batch."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((batch, done))
        if self._busy is None or self._busy.done():
            self._busy = asyncio.create_task(self._drain())
        await done

    async def fold(self, job_id: str) -> None:
        """Pack a job that has ended, and make it survive a loss of power."""
        await self._call(lambda: self._curves.fold(job_id))
        await self._call(self._curves.sync)

    async def delete(self, job_id: str) -> None:
        """Forget a job's series."""
        await self._call(lambda: self._curves.delete(job_id))

    def close(self) -> None:
        """Wait for the commit under way."""
        self._thread.shutdown()

    async def _call(self, action: object) -> None:
        assert callable(action)
        await asyncio.get_running_loop().run_in_executor(self._thread, action)

    async def _drain(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            batches = [batch for batch, _ in group]
            work = asyncio.ensure_future(
                self._call(lambda batches=batches: self._curves.append(batches))
            )
            await asyncio.wait([work])
            _settle(group, work.exception())


def _settle(group: list[tuple[Batch, "asyncio.Future[None]"]], error: BaseException | None) -> None:
    for _, done in group:
        if done.done():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
