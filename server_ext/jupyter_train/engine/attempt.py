"""One try of a job on its host: start it, collect from it, end it, tidy up after it."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..contract.names import AttemptKey, log_stream
from ..contract.record import JobRecord
from ..hosts.base import HostUnreachableError
from ..runtimes.base import (
    AttemptSpec,
    Container,
    MachineError,
    Mount,
    NotRunningError,
    Observation,
    Phase,
    Prepared,
    Resources,
    Shell,
    StartError,
    Tell,
)
from ..store.base import LogStream
from .collect import Collector
from .command import Try, attempt_spec, envs_of
from .errors import AlgorithmError, ClientError, InternalServerError, RefusedError
from .folders import AttemptFolder, attempt_folder
from .intermediate import follow
from .reasons import algorithm_error, out_of_memory
from .removal import delete, unlock, walk
from .shop import Shop
from .volume import VolumeFullError, overflow


class Attempt:
    """The running side of a job; everything here may be done again after a crash."""

    def __init__(self, record: JobRecord, lent: Resources, shop: Shop) -> None:
        self._record = record
        self._spec = record.spec
        self._lent = lent
        self._shop = shop
        self.key = AttemptKey(job_id=record.id, attempt=record.attempt)
        self.folder: AttemptFolder = attempt_folder(shop.settings.attempts, self.key)
        self._lane = shop.lane_of(record)
        self._mounts: tuple[Mount, ...] = ()
        self._image_id = record.image
        self._collector: Collector | None = None
        self._following: asyncio.Task[None] | None = None

    @property
    def stream(self) -> LogStream:
        """The log of this attempt, made on first use: it is listed before its first line."""
        name = log_stream(self._record.name, self.key.rank, self._record.created)
        if self.key.attempt > 1:
            name = f"{name}-{self.key.attempt}"
        return self._shop.logs.create(self._record.id, name, self._record.created)

    @property
    def has_made(self) -> bool:
        """Whether its folder holds anything that is nowhere else."""
        folder = self.folder
        made = folder.model, folder.output, folder.intermediate, folder.checkpoints
        return any(path != each for each in made for path, _ in walk(each))

    async def observe(self) -> Observation:
        """Look at it once."""
        return await self._lane.observe(self.key)

    async def has_started(self) -> bool:
        """Whether it runs or ran; if not, it may be staged and started."""
        return (await self.observe()).phase not in (Phase.ABSENT, Phase.CREATED)

    async def prepare(self, tell: Tell) -> Prepared:
        """Make ready what takes its time, such as an image."""
        self.stream  # noqa: B018 - makes it
        self._check()
        with _told_as_aws_s():
            prepared = await self._lane.prepare(self.runtime_spec(), tell)
        self._image_id = prepared.image_id
        return prepared

    async def stage(self) -> None:
        """Make its folder ready."""
        stager, document = self._shop.stager, self._record.document
        self._mounts = await asyncio.to_thread(stager.stage, self._spec, self.folder, document)
        if self._spec.is_script_mode:
            envs_of(self._try, self._shop.around).mkdir(parents=True, exist_ok=True)
        container = self.runtime_spec().container
        if container is not None and container.user is None:
            self._let_write(container)

    def _let_write(self, container: Container) -> None:
        """Let an image's own user write: it is anybody, but nobody else comes through our home."""
        ours = [self.folder.output, self.folder.intermediate]
        kept = [Path(each.source) for each in container.mounts if each.writable]
        home = self._shop.settings.home.resolve()
        for path in [*ours, *(each for each in kept if each.is_relative_to(home))]:
            with suppress(OSError):  # another user's, who wrote there before
                path.chmod(0o777)

    def adopt(self) -> None:
        """Take over what a manager before us started."""
        self._shop.stager.adopt(self._spec, self.folder)

    async def start(self) -> bool:
        """Start it, once; True when it is."""
        self._check()
        self._open_door()
        with _told_as_aws_s():
            await self._lane.start(self.runtime_spec())
        return True

    def _open_door(self) -> None:
        container = self.runtime_spec().container
        if container is not None and not container.isolated:
            shared = container.user is None
            self._shop.doors.open(self._record, self.folder.link, shared=shared)

    def _check(self) -> None:
        problems = self._lane.runtime.validate(self.runtime_spec(), self._shop.facts)
        if problems:
            raise ClientError("; ".join(each.message for each in problems))

    @property
    def _try(self) -> Try:
        return Try(
            spec=self._spec,
            key=self.key,
            folder=self.folder,
            lent=self._lent,
            mounts=self._mounts,
            image_id=self._image_id,
        )

    def runtime_spec(self) -> AttemptSpec:
        """Return what the runtime is told; of mounts only what was staged by this manager."""
        return attempt_spec(self._try, self._shop.around)

    def collect(self) -> None:
        """Follow its log and metrics, and let it reach us, if that is not being done."""
        if self._collector is None:
            self._open_door()
            self._collector = Collector(
                self._record, self.folder, self._shop.host, self.stream, self._shop.sinks
            )
            self._collector.start(self._shop.stager.event_places(self._spec))
            every = self._shop.settings.publish_every
            work = follow(self._shop.publisher, self._spec, self.folder, every)
            self._following = asyncio.create_task(work)

    async def finish_collecting(self) -> None:
        """Read all that it left, after it has ended."""
        left = self.folder.log, self.folder.marks, self.folder.metrics
        made = self.folder.model, self.folder.results
        await asyncio.to_thread(unlock, (*left, *made))
        self.collect()
        await self._stop_following()
        assert self._collector is not None
        await self._collector.finish()

    async def stop_collecting(self) -> None:
        """Let go of its files; the next collector goes on from here."""
        await self._stop_following()
        if self._collector is not None:
            await self._collector.stop()

    async def _stop_following(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    @contextmanager
    def metered(self, record: JobRecord) -> Iterator[None]:
        """Sample what it uses meanwhile."""
        self._shop.meter.add(record, self.key, self._lane)
        try:
            yield
        finally:
            self._shop.meter.drop(self.key)

    def warnings(self, seen: Observation | None = None) -> list[str]:
        """What its owner should know about how it was observed, and how it went."""
        off = self._collector.switched_off if self._collector else []
        slow = [f"metric definition {name!r} took too long and was switched off" for name in off]
        shut = sorted(self._collector.shut) if self._collector else []
        slow += [f"{name} may not be read by the manager and is left out" for name in shut]
        if seen is not None and seen.out_of_memory:
            return [*slow, f"a process of it was killed: {out_of_memory(self._lent.memory)}"]
        return slow

    def reason(self, seen: Observation) -> AlgorithmError:
        """Return why its program failed."""
        return algorithm_error(seen, self.folder.failure, self.stream, self._lent.memory)

    async def ended(self) -> Observation:
        """Wait for its end."""
        return await self._lane.ended(self.key)

    @property
    def is_overfull(self) -> bool:
        """Whether a manager, we or one before us, began to end it for what it holds."""
        return self.folder.overfull.exists()

    async def ended_in_its_volume(self) -> Observation:
        """Wait for its end; VolumeFullError, after its end by force, if it fills too much."""
        if self.is_overfull:
            raise await self._ended_for(VolumeFullError(self.folder.overfull.read_text()))
        every = self._shop.settings.weigh_every
        over = asyncio.create_task(self.ended())
        full = asyncio.create_task(overflow(self._spec, self.folder, every))
        try:
            await asyncio.wait((over, full), return_when="FIRST_COMPLETED")
            if over.done():
                return over.result()
            raise await self._ended_for(full.result())
        finally:
            over.cancel()
            full.cancel()
            await asyncio.gather(over, full, return_exceptions=True)

    async def _ended_for(self, error: VolumeFullError) -> VolumeFullError:
        landing = self.folder.overfull.with_suffix(".new")
        with suppress(OSError):  # the disk is full indeed
            landing.write_text(str(error))
            landing.replace(self.folder.overfull)
        await self.kill()
        await self.finish_collecting()
        return error

    async def ended_after(self, deadline: float) -> Observation:
        """Tell it to end and wait for that, by force when its grace is over."""
        await self.terminate()
        try:
            async with asyncio.timeout(max(0.0, deadline - self._shop.sinks.clock())):
                return await self.ended()
        except TimeoutError:
            await self.kill()
            return await self.ended()

    async def shell(self, rows: int, columns: int) -> Shell:
        """Open a terminal in it; RefusedError if that cannot be."""
        spec = self.runtime_spec()
        try:
            return await self._lane.runtime.shell(self._lane.host, spec, rows, columns)
        except (NotRunningError, HostUnreachableError) as error:
            raise RefusedError(str(error)) from error

    async def terminate(self) -> None:
        """SIGTERM to every process of it."""
        await self._lane.signal(self.runtime_spec(), signal.SIGTERM)

    async def kill(self) -> None:
        """SIGKILL until nothing of it is left."""
        await self._lane.kill(self.runtime_spec())

    async def publish_model(self) -> str:
        """Publish its model; returns where it is."""
        return await asyncio.to_thread(self._shop.publisher.publish_model, self._spec, self.folder)

    async def publish_output(self) -> None:
        """Publish its other output."""
        await asyncio.to_thread(self._shop.publisher.publish_output, self._spec, self.folder)

    async def keep(self) -> None:
        """Let nobody tidy its folder away: it holds what is nowhere else."""
        self.folder.keep.touch()

    async def tidy(self, *, keep_folder: bool) -> None:
        """Leave nothing behind: no process, and no folder unless it holds what is nowhere else."""
        await self.stop_collecting()
        await self._shop.doors.close(self.folder.link)
        await self._lane.remove(self.runtime_spec())
        self._shop.stager.writers.leave(self.folder.root)
        await asyncio.to_thread(self.stream.sync)
        if not keep_folder:
            await asyncio.to_thread(remove_folder, self.folder.root)


@contextmanager
def _told_as_aws_s() -> Iterator[None]:
    try:
        yield
    except MachineError as error:
        raise InternalServerError(str(error)) from error
    except StartError as error:
        raise ClientError(str(error)) from error


def remove_folder(folder: Path) -> None:
    """Delete a folder as far as that is possible; links in it are cut, never followed."""
    delete(folder)
