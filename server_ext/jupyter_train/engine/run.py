"""The life of one job, driven from wherever its record stands to its end.

Every step may be cut off by a crash and is then done again from its beginning: staging, starting,
signalling, collecting and publishing are all such that twice is once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any, TypeVar

from ..contract.events import Kind
from ..contract.record import Desired, JobRecord, StopReason
from ..contract.status import SecondaryStatus as S
from ..runtimes.base import Observation, Phase, Resources, Shell
from .account import Account
from .attempt import Attempt
from .endings import ENDED_WORDS, ENDS, TRAINING, WAITING, lost_words
from .errors import (
    AlgorithmError,
    ClientError,
    InternalServerError,
    LimitError,
    RefusedError,
    failure_reason,
    is_foreseen,
    is_ours,
)
from .limits import next_limit
from .patience import insist, whole
from .placement import Demand, demand_of
from .shop import Shop
from .telling import Telling
from .volume import VolumeFullError

log = logging.getLogger(__name__)
T = TypeVar("T")

# No room, a name that cannot be a file there, links in a circle, an address that may not be used.
_UNPUBLISHED = (OSError, ValueError, RuntimeError, ClientError)


class JobRun:
    """One job on its way."""

    def __init__(self, record: JobRecord, shop: Shop) -> None:
        self._account = Account(record, shop.book, shop.sinks.clock)
        self._shop = shop
        self._clock = shop.sinks.clock
        self._poked = asyncio.Event()
        self._attempt: Attempt | None = None
        self._keep_folder = False
        self._pause = 0.0
        if record.attempt and record.secondary in (S.DOWNLOADING, S.TRAINING, S.STOPPING):
            self._adopt()

    @property
    def record(self) -> JobRecord:
        """How far the job has come."""
        return self._account.record

    async def request_stop(self, reason: StopReason) -> None:
        """Let the job stop; asking twice, or for one that has ended, changes nothing."""
        # It may be the job itself that fills the disk.
        if await self._account.request_stop(reason, before=self._shop.reserve.give_if_full):
            self._poked.set()

    async def update(self, change: Callable[[JobRecord], Mapping[str, Any]]) -> JobRecord:
        """Change the job's document to what `change` makes of the present record."""
        return await self._account.update(change)

    async def run(self) -> None:
        """Run to the end; every outcome, good or bad, ends in the journal."""
        minding = asyncio.create_task(self._mind_reach())
        try:
            while not self.record.is_terminal:
                await self._step()
        finally:
            minding.cancel()
            await asyncio.gather(minding, return_exceptions=True)
        await self._tidy()

    async def _step(self) -> None:
        try:
            await _STEPS[self.record.secondary](self)
        except Exception as error:  # the one place where a failure becomes a fact
            log.info("job %s failed: %r", self.record.name, error, exc_info=error)
            await (self._repeat(error) if self._may_repeat(error) else self._fail(error))

    async def shell(self, rows: int, columns: int) -> Shell:
        """Open a terminal in what runs of the job now."""
        if self._attempt is None:
            raise RefusedError(f"nothing of the training job {self.record.name!r} runs now")
        return await self._attempt.shell(rows, columns)

    async def let_go(self) -> None:
        """Stop looking after the job; it runs on, and the next manager adopts it."""
        if self._attempt is not None:
            await self._attempt.stop_collecting()

    # The steps, in the order in which a job meets them.

    async def wait_for_turn(self) -> None:
        """Starting, Pending: wait for a share of the host."""
        if self._pause:  # what has just failed would fail again
            await self._unless_stopped(asyncio.sleep(self._pause))
            self._pause = 0.0
        if self.record.desired is Desired.STOP:
            await self._account.move(S.STOPPING, ENDS[self.record.stop_reason][1])
            return
        lent = self._shop.pool.claim(self.record) or await self._turn_in_line()
        if lent is None:
            self._shop.queue.leave(self.record.id)
            return
        await self._account.move(
            S.DOWNLOADING,
            "Preparing the input data and the source",
            attempt=self.record.attempt + 1,
            host=self._shop.host.id,
            runtime=self.record.spec.runtime,
            gpus=lent.gpus,
            warm_pool=self._shop.pool.status(self.record),
        )
        self._attempt = Attempt(self.record, lent, self._shop)

    async def begin(self) -> None:
        """Downloading: stage and start, unless a manager before us did."""
        begun = await self._unless_stopped(self._live.has_started())
        if begun is None or not (begun or await self._start()):
            await self._account.move(S.STOPPING, ENDS[self.record.stop_reason][1])
            return
        started = self.record.training_started or self._clock()
        moving = asyncio.create_task(
            self._account.move(S.TRAINING, TRAINING, training_started=started)
        )
        over = asyncio.create_task(self._live.ended())
        try:
            await asyncio.wait((moving, over), return_when="FIRST_COMPLETED")
            if not moving.done():  # it may have filled the disk, and takes no more of it
                self._shop.reserve.give_if_full()
            await moving
        finally:
            moving.cancel()
            over.cancel()
            await asyncio.gather(moving, over, return_exceptions=True)

    async def train(self) -> None:
        """Training: collect until the attempt ends, or is to be stopped."""
        self._live.collect()
        # It may have ended within its limits while no manager was there to see it.
        seen = await self._unless_stopped(self._live.observe(), limited=False)
        overfull = self._live.is_overfull
        if seen is not None and (seen.phase is not Phase.EXITED or overfull):
            with self._live.metered(self.record):
                seen = await self._unless_stopped(self._in_its_volume(), limited=not overfull)
        if self.record.desired is Desired.STOP:
            await self._account.move(S.STOPPING, ENDS[self.record.stop_reason][1])
            return
        # The attempt is over: what is freed now, it cannot take.
        self._shop.reserve.give_if_full()
        if seen is not None and seen.phase is Phase.EXITED:
            await self._exited(seen)
        elif seen is not None:
            await self._lost()

    async def wind_down(self) -> None:
        """Stopping: SIGTERM, a time of grace, SIGKILL; what is there is published."""
        if not await self._has_trained():
            await self._account.move(self._end, "The job was stopped before it started")
            return
        self._live.collect()
        seen = await self._stopped()
        self._shop.reserve.give_if_full()
        await self._live.finish_collecting()
        await self._upload(seen)

    async def publish(self) -> None:
        """Uploading: model and output go where the user wants them."""
        if self._attempt is None:
            self._attempt = Attempt(self.record, Resources(), self._shop)
        try:
            model = await self._live.publish_model()
            await self._live.publish_output()
        except _UNPUBLISHED as error:
            raise ClientError(await self._kept(error)) from error
        await self._account.move(self._end, ENDED_WORDS[self._end], artifact_uri=model)

    # What the steps are made of.

    @property
    def _live(self) -> Attempt:
        assert self._attempt is not None
        return self._attempt

    @property
    def _end(self) -> S:
        return ENDS[self.record.stop_reason][0]

    @property
    def _demand(self) -> Demand:
        return demand_of(self.record.spec.instance_type, self._shop.settings.instance_types)

    def _adopt(self) -> None:
        try:
            demand = self._demand
        except LimitError:  # the administrator's table has lost it; the attempt runs all the same
            demand = Demand()
        lent = self._shop.queue.reclaim(self.record.id, demand, self.record.gpus)
        self._attempt = Attempt(self.record, lent, self._shop)
        self._attempt.adopt()

    async def _turn_in_line(self) -> Resources | None:
        demand = self._demand
        turn = self._shop.queue.enter(self.record.id, demand)
        if not turn.done() and self.record.secondary is not S.PENDING:
            free = self._shop.queue.capacity().free_cpus
            await self._account.move(
                S.PENDING, f"Waiting for {demand.cpus:g} cpus; {free:g} are free"
            )
        return await self._unless_stopped(_wait(turn))

    async def _start(self) -> bool:
        """Prepare, stage and start; False as soon as the job is to stop."""
        async with Telling(self._account.say) as tell:
            prepared = await self._unless_stopped(self._live.prepare(tell))
        if prepared is None:
            return False
        if prepared.image_id:
            facts = {"image": prepared.image_id, "image_digest": prepared.image_digest}
            await self._account.note(Kind.JOB_NOTED, **facts)
        folder = self._live.folder.root
        if not await self._unless_stopped(self._shop.pool.hand_over(self.record, folder)):
            return False
        await self._live.stage()
        if self.record.desired is Desired.STOP:
            return False
        return await self._unless_stopped(self._live.start()) is not None

    async def _mind_reach(self) -> None:
        """Say when what runs the job has been silent for too long, and when it is back."""
        reach = self._shop.lane_of(self.record).reach
        while not self.record.is_terminal:
            await reach.turned(lost=not self.record.unreachable)
            await whole(
                partial(self._account.turn, lost=reach.is_lost, words=WAITING + reach.words)
            )

    async def _unless_stopped(
        self, work: Coroutine[Any, Any, T], *, limited: bool = True
    ) -> T | None:
        """Wait for `work`; None as soon as the job is to stop, by its owner or by a limit."""
        task, poked = asyncio.create_task(work), asyncio.create_task(self._poked.wait())
        limit = next_limit(self.record, self._clock()) if limited else None
        try:
            if self.record.desired is Desired.RUN:
                timeout = max(0.0, limit.seconds) if limit else None
                await asyncio.wait((task, poked), timeout=timeout, return_when="FIRST_COMPLETED")
            if task.done():
                return task.result()
        finally:
            task.cancel()
            poked.cancel()
            await asyncio.gather(task, poked, return_exceptions=True)
        if limit and not self._poked.is_set():
            await self.request_stop(limit.reason)
        return None

    async def _exited(self, seen: Observation) -> None:
        await self._live.finish_collecting()
        if seen.exit_code == 0:
            await self._upload(seen)
            return
        ended = seen.ended or self._clock()
        await self._account.note(Kind.ATTEMPT_ENDED, exit_code=seen.exit_code, training_ended=ended)
        if seen.refused is not None:
            raise ClientError(seen.refused)
        reason = self._live.reason(seen)
        try:
            await self._live.publish_output()
        except _UNPUBLISHED as error:
            raise AlgorithmError(f"{reason}; {await self._kept(error)}") from error
        raise reason

    async def _kept(self, error: Exception) -> str:
        """Keep what cannot be published; returns why, and where it is."""
        self._keep_folder = True
        # Before the failure is known: a manager killed in between must not tidy this away.
        await insist(self._live.keep)
        return f"{error}; what the job made is kept in {self._live.folder.ml}"

    async def _upload(self, seen: Observation) -> None:
        message = "; ".join(["Uploading the model", *self._live.warnings(seen)])
        ended = seen.ended or self._clock()
        await self._account.move(
            S.UPLOADING, message, exit_code=seen.exit_code, training_ended=ended
        )

    async def _lost(self) -> None:
        await self._live.kill()
        await self._live.finish_collecting()
        raise InternalServerError(lost_words(self.record.runtime))

    async def _in_its_volume(self) -> Observation:
        try:
            return await self._live.ended_in_its_volume()
        except VolumeFullError as error:
            raise ClientError(await self._kept(error)) from error

    def _may_repeat(self, error: Exception) -> bool:
        under_way = self.record.secondary in (S.DOWNLOADING, S.TRAINING)
        left = self.record.attempt <= self.record.spec.max_retries
        return is_ours(error) and under_way and left and self.record.desired is Desired.RUN

    async def _repeat(self, error: Exception) -> None:
        await self._live.kill()
        if keeps := not is_foreseen(error) and self._live.has_made:
            await insist(self._live.keep)
        await self._live.tidy(keep_folder=keeps)
        self._attempt = None
        self._shop.queue.leave(self.record.id)
        if self.record.secondary is S.DOWNLOADING:
            self._pause = self._shop.settings.repeat_after
        await self._account.move(S.RESTARTING, f"Trying again: {error}")

    async def _has_trained(self) -> bool:
        """Whether this attempt, not only one before it, has run; if not, it never will."""
        if self._attempt is None:
            return False
        if self.record.training_started is not None and await self._live.has_started():
            return True
        await self._live.kill()
        return False

    async def _stopped(self) -> Observation:
        if self.record.stop_signalled is None:
            await self._account.note(Kind.JOB_NOTED, stop_signalled=self._clock())
        signalled = self.record.stop_signalled or self._clock()
        return await self._live.ended_after(signalled + self._shop.settings.stop_grace)

    async def _fail(self, error: Exception) -> None:
        message = "Training job failed"
        if self._attempt is not None:
            await self._live.kill()
            message = "; ".join([message, *self._live.warnings()])
            if not is_foreseen(error) and self._live.has_made:
                # Ours, not the job's: what it made must not go with it.
                words = f"{type(error).__name__}: {await self._kept(error)}"
                error = InternalServerError(words)
        ended = self.record.training_ended
        if ended is None and self.record.training_started is not None:
            ended = self._clock()
        await self._account.move(
            S.FAILED,
            message,
            failure_reason=failure_reason(error),
            training_ended=ended,
        )

    async def _tidy(self) -> None:
        self._shop.pool.settle(self.record)
        if self._attempt is not None:
            await self._live.stop_collecting()
        # Before the attempt's folder goes: it is the truth that a loss of power would fall back on.
        await insist(lambda: self._shop.sinks.writer.fold(self.record.id))
        if self._attempt is not None:
            await self._live.tidy(keep_folder=self._keep_folder)
        self._shop.reserve.keep()
        self._shop.sinks.feed.notify(
            ("log", self.record.id), ("series", self.record.id), ("job", self.record.id)
        )


async def _wait(turn: "asyncio.Future[Resources]") -> Resources:
    return await asyncio.shield(turn)


_STEPS: Mapping[S, Callable[[JobRun], Awaitable[None]]] = {
    S.STARTING: JobRun.wait_for_turn,
    S.PENDING: JobRun.wait_for_turn,
    S.RESTARTING: JobRun.wait_for_turn,
    S.INTERRUPTED: JobRun.wait_for_turn,
    S.DOWNLOADING: JobRun.begin,
    S.TRAINING: JobRun.train,
    S.STOPPING: JobRun.wind_down,
    S.UPLOADING: JobRun.publish,
}
