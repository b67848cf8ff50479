"""The warm pool: after a job that asks for it, a fresh container waits for the next of its shape.

It holds the job's share of the host, and its folder lies among the attempts.  Whoever takes it gets
the share at once and the folder when it begins; the runtime finds in the folder what waits.  A job
that has no room gets the room of what waits longest.  The order of the steps makes each of them a
place to die at: a folder with a container is there before the job says `Available`, and goes after
it has said otherwise, so that the next manager finds whatever nobody has taken.
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from ..contract.events import Kind
from ..contract.names import AttemptKey
from ..contract.record import JobRecord
from ..hosts.base import HostUnreachableError
from ..runtimes.base import Resources, StartError
from ..store.base import JobStore, StaleRecordError, UnknownJobError
from .book import Book
from .errors import ClientError, InternalServerError, RefusedError
from .idle import Idle, Idles, can_wait, shape_of
from .patience import whole
from .placement import WARM
from .queue import Queue

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
CLOSE_SECONDS = 10.0

AVAILABLE, REUSED, IN_USE, TERMINATED = "Available", "Reused", "InUse", "Terminated"

# Nothing is kept after a failure of ours, as on AWS.
_KEPT_FAILURES = ("AlgorithmError", "ClientError")
_NOT_MADE = (HostUnreachableError, StartError, ClientError, InternalServerError, OSError)


class Pool:
    """What waits, and to whom it goes."""

    def __init__(self, idles: Idles, queue: Queue, book: Book, jobs: JobStore) -> None:
        self._idles = idles
        self._queue = queue
        self._book = book
        self._jobs = jobs
        self._waiting: dict[str, Idle] = {}
        self._promised: dict[str, Idle] = {}
        self._given: dict[str, Idle] = {}
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._is_open = True
        queue.spare = self._spare

    @property
    def keys(self) -> set[AttemptKey]:
        """The folders and containers that somebody needs."""
        known = self._waiting, self._promised, self._given
        return {idle.key for each in known for idle in each.values()}

    # What a job's life asks for, in order.

    def claim(self, record: JobRecord) -> Resources | None:
        """Promise a job what waits for one of its shape; its share is the job's from now on."""
        if not can_wait(record.spec):
            return None
        shape = shape_of(record)
        for idle in sorted(self._waiting.values(), key=lambda each: not each.made.done()):
            if idle.shape == shape and self._queue.hand(idle.id, record.id) is not None:
                del self._waiting[idle.id]
                self._promised[record.id] = idle
                idle.taker = record.name
                idle.poked.set()
                return idle.lent
        return None

    def status(self, record: JobRecord) -> dict[str, Any]:
        """Return a job's WarmPoolStatus while it runs."""
        spec = record.spec
        is_of_pool = record.id in self._promised or (spec.keep_alive and not spec.is_process)
        return {"Status": IN_USE} if is_of_pool else {}

    async def hand_over(self, record: JobRecord, folder: Path) -> bool:
        """Let a job's folder be the one in which its promised container waits, if there is one."""
        idle = self._promised.get(record.id)
        if idle is None:
            return True
        made = await asyncio.shield(idle.made)
        await whole(partial(self._give, idle, record, folder, made=made))
        return True

    def settle(self, record: JobRecord) -> None:
        """Keep what a job that has ended asked for, or give back what it held."""
        self._given.pop(record.id, None)
        unused = self._promised.pop(record.id, None)
        if unused is not None:
            self._spawn(unused.record.id, self._end(unused))
        if not self._is_open or not _leaves_something(record) or not self._keep(record):
            self._queue.leave(record.id)
            if record.warm_pool:
                self._spawn(record.id, self._note(record, Status=TERMINATED))

    # What its owner, the next manager and the end ask for.

    async def update(self, record: JobRecord, changes: Mapping[str, Any]) -> JobRecord:
        """Change for how long something waits after a job that has ended."""
        idle = self._waiting.get(f"{WARM}{record.id}")
        if idle is None or set(changes) != {"ResourceConfig"}:
            raise RefusedError(
                f"The training job {record.name!r} cannot be updated: it is {record.status} "
                "already, and nothing is kept warm of it."
            )
        async with idle.lock:
            document = {**idle.record.document, **changes}
            idle.record = await self._book.note(idle.record, Kind.JOB_UPDATED, document=document)
        idle.poked.set()
        return idle.record

    async def forget(self, job_id: str) -> None:
        """End what waits after a job that is to be deleted, and say nothing of it any more.

        An engine that hangs holds this up for a while only; what it has is removed later.
        """
        known = self._waiting, self._promised, self._given
        for idle in [each for some in known for each in some.values()]:
            if idle.record.id == job_id:
                async with idle.lock:
                    idle.is_forgotten = True
        if (waiting := self._waiting.get(f"{WARM}{job_id}")) is not None:
            self._drop(waiting)
        if mine := [task for task, owner in self._tasks.items() if owner == job_id]:
            await asyncio.wait(mine, timeout=CLOSE_SECONDS)

    def sweep(self, attempts: Path) -> None:
        """End what a manager before us left: it is nobody's."""
        for folder in sorted(attempts.glob("*")) if attempts.is_dir() else ():
            with suppress(ValueError, UnknownJobError):
                key = AttemptKey.parse(folder.name)
                if key.job_id.startswith(WARM):
                    self._spawn(key.job_id.removeprefix(WARM), self._end_former(key))
                else:
                    self._spawn(key.job_id, self._terminate(self._jobs.get(key.job_id)))

    async def close(self) -> None:
        """End everything that waits; what an engine that is away still has, the next one ends."""
        self._is_open = False
        for idle in list(self._waiting.values()):
            self._drop(idle)
        for idle in self._promised.values():
            self._spawn(idle.record.id, self._end(idle))
        self._promised.clear()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # The life of one that waits.

    def _keep(self, record: JobRecord) -> bool:
        lent = self._queue.hand(record.id, f"{WARM}{record.id}")
        if lent is None:
            return False
        made = asyncio.get_running_loop().create_future()
        idle = Idle(record=record, lent=lent, since=self._book.now(), made=made)
        self._waiting[idle.id] = idle
        self._spawn(record.id, self._live(idle))
        return True

    async def _live(self, idle: Idle) -> None:
        try:
            await self._watch(idle)
        finally:
            if self._waiting.pop(idle.id, None) is not None:
                self._queue.leave(idle.id)
        if not idle.taker:
            await self._end(idle)

    async def _watch(self, idle: Idle) -> None:
        made = await self._make(idle)
        if made:
            await self._say(idle, Status=AVAILABLE)
        while made and idle.id in self._waiting and await self._idles.waits(idle):
            left = idle.left(self._book.now())
            if left <= 0:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(idle.poked.wait(), min(left, LOOK_SECONDS))
            idle.poked.clear()

    async def _make(self, idle: Idle) -> bool:
        made = False
        try:
            made = await self._idles.make(idle)
        except _NOT_MADE as error:
            log.info("nothing is kept warm of %s: %s", idle.record.name, error)
        finally:
            idle.made.set_result(made)
        return made

    def _spare(self) -> str:
        """Give up what waits longest, for a job that has no room."""
        idle = next(iter(self._waiting.values()), None)
        if idle is None:
            return ""
        del self._waiting[idle.id]
        idle.poked.set()
        return idle.id

    def _drop(self, idle: Idle) -> None:
        del self._waiting[idle.id]
        self._queue.leave(idle.id)
        idle.poked.set()

    async def _give(self, idle: Idle, record: JobRecord, folder: Path, *, made: bool) -> None:
        self._given[record.id] = self._promised.pop(record.id)
        await self._say(idle, Status=REUSED, ReusedByJob=record.name)
        if not made or not await asyncio.to_thread(self._idles.give, idle, folder):
            self._spawn(idle.record.id, self._idles.clear(idle.key))

    async def _end(self, idle: Idle) -> None:
        await asyncio.shield(idle.made)
        await self._idles.remove(idle.key)
        await self._say(idle, Status=TERMINATED)
        await self._idles.clear(idle.key)

    async def _end_former(self, key: AttemptKey) -> None:
        await self._idles.remove(key)
        with suppress(UnknownJobError):  # deleted meanwhile
            await self._terminate(self._jobs.get(key.job_id.removeprefix(WARM)))
        await self._idles.clear(key)

    # What is said of it.

    async def _say(self, idle: Idle, **status: Any) -> None:
        async with idle.lock:
            if idle.is_forgotten or (status["Status"] == AVAILABLE and idle.taker):
                return
            kept = max(0, round(self._book.now() - idle.since))
            billed = {**status, "ResourceRetainedBillableTimeInSeconds": kept}
            idle.record = await self._note(idle.record, **billed)

    async def _terminate(self, record: JobRecord) -> None:
        if record.is_terminal and record.warm_pool.get("Status") in (AVAILABLE, IN_USE):
            await self._note(record, **{**record.warm_pool, "Status": TERMINATED})

    async def _note(self, record: JobRecord, **status: Any) -> JobRecord:
        try:
            return await self._book.note(record, Kind.JOB_NOTED, warm_pool=status)
        except (UnknownJobError, StaleRecordError) as error:
            log.info("what was kept warm of %s is not noted: %s", record.name, error)
            return record

    def _spawn(self, job_id: str, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks[task] = job_id
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.pop(task, None)
        if not task.cancelled() and task.exception() is not None:
            log.error("the warm pool has failed", exc_info=task.exception())


def _leaves_something(record: JobRecord) -> bool:
    """Tell whether a job that has ended asks for something to be kept, and has been in one."""
    spec, failure = record.spec, record.failure_reason or ""
    return (
        spec.keep_alive > 0
        and can_wait(spec)
        and record.training_started is not None
        and (not failure or failure.startswith(_KEPT_FAILURES))
    )
