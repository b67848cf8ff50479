"""One try of a job on its host: start it, collect from it, end it, tidy up after it."""

import asyncio
import shutil
import signal
from pathlib import Path

from ..contract.names import AttemptKey, log_stream
from ..contract.record import JobRecord
from ..hosts.base import HostUnreachableError
from ..runtimes.base import (
    AttemptSpec,
    NotRunningError,
    Observation,
    Phase,
    Resources,
    Shell,
    StartError,
)
from ..store.base import LogStream
from .collect import Collector
from .command import attempt_spec
from .errors import ClientError, RefusedError
from .folders import AttemptFolder, attempt_folder
from .patience import insist
from .shop import Shop


class Attempt:
    """The running side of a job; everything here may be done again after a crash."""

    def __init__(self, record: JobRecord, lent: Resources, shop: Shop) -> None:
        self._record = record
        self._spec = record.spec
        self._lent = lent
        self._shop = shop
        self.key = AttemptKey(job_id=record.id, attempt=record.attempt)
        self.folder: AttemptFolder = attempt_folder(shop.settings.attempts, self.key)
        self._collector: Collector | None = None

    @property
    def stream(self) -> LogStream:
        """The log of this attempt, made on first use: it is listed before its first line."""
        name = log_stream(self._record.name, self.key.rank, self._record.created)
        if self.key.attempt > 1:
            name = f"{name}-{self.key.attempt}"
        return self._shop.logs.create(self._record.id, name, self._record.created)

    async def observe(self) -> Observation:
        """Look at it once."""
        seen = await self._shop.runtime.observe(self._shop.host, [self.key])
        return seen.get(self.key, Observation(phase=Phase.ABSENT))

    async def has_started(self) -> bool:
        """Whether it runs or ran; if not, it may be staged and started."""
        return (await self.observe()).phase not in (Phase.ABSENT, Phase.CREATED)

    async def stage(self) -> None:
        """Make its folder ready."""
        self.stream  # noqa: B018 - makes it
        await asyncio.to_thread(self._shop.stager.stage, self._spec, self.folder)

    async def start(self) -> None:
        """Start it, once."""
        spec = self.runtime_spec()
        problems = self._shop.runtime.validate(spec, self._shop.facts)
        if problems:
            raise ClientError("; ".join(each.message for each in problems))
        try:
            await self._shop.runtime.start(self._shop.host, spec)
        except StartError as error:
            raise ClientError(str(error)) from error

    def runtime_spec(self) -> AttemptSpec:
        """Return what the runtime is told."""
        return attempt_spec(self._spec, self.key, self.folder, self._lent, self._shop.around)

    def collect(self) -> None:
        """Follow its log and metrics, if that is not being done."""
        if self._collector is None:
            self._collector = Collector(
                self._record, self.folder, self._shop.host, self.stream, self._shop.sinks
            )
            self._collector.start()

    async def finish_collecting(self) -> None:
        """Read all that it left, after it has ended."""
        self.collect()
        assert self._collector is not None
        await self._collector.finish()

    async def stop_collecting(self) -> None:
        """Let go of its files; the next collector goes on from here."""
        if self._collector is not None:
            await self._collector.stop()

    @property
    def warnings(self) -> list[str]:
        """What its owner should know about how it was observed."""
        off = self._collector.switched_off if self._collector else []
        return [f"metric definition {name!r} took too long and was switched off" for name in off]

    async def ended(self) -> Observation:
        """Wait for its end."""
        return await self._shop.tower.ended(self.key)

    async def shell(self, rows: int, columns: int) -> Shell:
        """Open a terminal in it; RefusedError if that cannot be."""
        spec = self.runtime_spec()
        try:
            return await self._shop.runtime.shell(self._shop.host, spec, rows, columns)
        except (NotRunningError, HostUnreachableError) as error:
            raise RefusedError(str(error)) from error

    async def terminate(self) -> None:
        """SIGTERM to every process of it."""
        await self._shop.runtime.signal(self._shop.host, self.runtime_spec(), signal.SIGTERM)

    async def kill(self) -> None:
        """SIGKILL until nothing of it is left."""
        spec = self.runtime_spec()
        await insist(lambda: self._shop.runtime.kill(self._shop.host, spec))

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
        spec = self.runtime_spec()
        await insist(lambda: self._shop.runtime.remove(self._shop.host, spec))
        await asyncio.to_thread(self.stream.sync)
        if not keep_folder:
            await asyncio.to_thread(remove_folder, self.folder.root)


def remove_folder(folder: Path) -> None:
    """Delete a folder; links in it are cut, never followed."""
    shutil.rmtree(folder, ignore_errors=True)
