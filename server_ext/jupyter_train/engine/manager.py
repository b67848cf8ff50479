"""The façade of the engine: what the API and the stream may ask for."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..contract.names import AttemptKey
from ..contract.record import JobRecord, StopReason, new_record
from ..contract.spec import Document, read_spec
from ..hosts.base import Host
from ..runtimes.base import LocalImage, Runtime, Shell
from .admission import admit, check_runtime, refusals
from .artifacts import Artifacts
from .attempt import remove_folder
from .belongings import Belongings
from .cost import Cost, cost_of
from .doors import NO_DOORS, Doors
from .engines import Engine, look
from .errors import RefusedError
from .feed import Feed
from .folders import attempt_folder
from .leftovers import Ground, Leftovers, living_of
from .placement import Capacity, demand_of, names_of
from .progress import Progress
from .remote_debug import check_shell, updated
from .run import JobRun
from .settings import Settings
from .stores import Stores
from .sweep import Sweep
from .wiring import chosen, sinks_for, surroundings, wire

log = logging.getLogger(__name__)


class Manager:
    """Takes jobs, looks after them, and gives them back; everything durable is in `stores`."""

    def __init__(
        self,
        manager_id: str,
        settings: Settings,
        stores: Stores,
        place: tuple[Host, Mapping[str, Runtime]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.id = manager_id
        self.region = settings.region
        self.clock = clock
        self.jobs = stores.jobs
        self.logs = stores.logs
        self.curves = stores.curves
        self.objects = stores.objects
        self.feed = Feed()
        self.progress: dict[str, Progress] = {}
        self._settings = settings
        self._stores = stores
        self._host, self._runtimes = place
        self._runs: dict[str, tuple[JobRun, asyncio.Task[None]]] = {}

    async def start(self, doors: Doors = NO_DOORS) -> None:
        """Adopt what runs and queue what waits; jobs in containers reach us by the doors."""
        facts = chosen(await self._host.facts(), self._settings)
        shop = wire(
            surroundings(self.id, self._settings, facts),
            self._settings,
            self._stores,
            sinks_for(self._stores, self.feed, self.progress, self.clock),
            (self._host, self._runtimes, facts),
        )
        self._shop = replace(shop, doors=doors)
        adopted = living_of(self.jobs.active())
        self.leftovers = Leftovers(
            Ground(home=self._settings.home, toolkit=self._shop.around.toolkit, adopted=adopted),
            self.jobs,
            (self._host, self._runtimes),
            self._living,
        )
        for record in self.jobs.active():
            self._run(record)
        self._shop.pool.sweep(self._settings.attempts)
        self._sweep = Sweep(self._shop, self.jobs)
        self._sweep.begin()
        self._shop.reserve.keep()

    async def close(self) -> None:
        """Let go of everything; jobs run on."""
        runs, self._runs = list(self._runs.values()), {}
        for _, task in runs:
            task.cancel()
        await asyncio.gather(*(task for _, task in runs), return_exceptions=True)
        for run, _ in runs:
            await run.let_go()
        await self._shop.pool.close()
        await self._sweep.close()
        await self._shop.meter.close()
        await self._shop.lanes.close()
        self._shop.sinks.close()
        await self._stores.close()

    async def check(self, document: Document) -> None:
        """Raise RefusedError or LimitError where `submit` would; nothing is created."""
        spec = admit(document, self._settings, self._shop.facts)
        await check_runtime(spec, self._shop.lanes.of(spec.runtime).runtime)

    async def refusals(self, document: Document) -> list[Exception]:
        """Return every reason for which `check` would raise."""
        spec = read_spec(document)
        found = refusals(document, self._settings, self._shop.facts)
        try:
            await check_runtime(spec, self._shop.lanes.of(spec.runtime).runtime)
        except RefusedError as error:
            found.append(error)
        return found

    def forecast(self, document: Document) -> str:
        """Return what an admitted job would wait for now, in words; empty if it would start."""
        spec = read_spec(document)
        return self._shop.queue.forecast(
            demand_of(spec.instance_type, self._settings.instance_types)
        )

    async def submit(
        self, document: Document, tags: Mapping[str, str], owner: str = ""
    ) -> JobRecord:
        """Take a job; it is durable when this returns."""
        await self.check(document)
        record = new_record(
            uuid4().hex[:16], document, self.clock(), owner, "Looking for free capacity"
        )
        kept = await self._shop.book.submit(record, tags)
        self._run(kept)
        return kept

    async def stop(self, name: str) -> JobRecord:
        """Let a job stop; one that is stopping already is left alone."""
        record = self.jobs.find(name)
        run = self._runs.get(record.id)
        if run is None or run[0].record.is_terminal:
            raise RefusedError(
                f"The training job {name!r} cannot be stopped: it is {record.status} already."
            )
        await run[0].request_stop(StopReason.USER)
        return run[0].record

    async def update(self, name: str, changes: Mapping[str, Any]) -> JobRecord:
        """Change members of a running job's document."""
        record = self.jobs.find(name)
        run = self._runs.get(record.id)
        if run is None or run[0].record.is_terminal:
            return await self._shop.pool.update(record, changes)
        return await run[0].update(lambda now: updated(now, changes))

    async def shell(self, name: str, rows: int, columns: int) -> Shell:
        """Open a terminal in a running job; RefusedError says why not."""
        record = self.jobs.find(name)
        check_shell(record)
        if record.id not in self._runs:
            raise RefusedError(f"the training job {name!r} is not looked after now; try again")
        return await self._runs[record.id][0].shell(rows, columns)

    async def delete(self, name: str) -> None:
        """Forget a job that has ended; its artifacts stay where they are."""
        record = self.jobs.find(name)
        if not record.is_terminal:
            raise RefusedError(
                f"The training job {name!r} cannot be deleted while it is {record.status}; stop it."
            )
        if record.id in self._runs:
            await asyncio.wait([self._runs[record.id][1]])
        await self._shop.pool.forget(record.id)
        # The record last: a deletion that is cut off can be asked for again.
        sinks = self._shop.sinks
        await sinks.writer.delete(record.id)
        thread = sinks.log_thread
        await asyncio.get_running_loop().run_in_executor(thread, self.logs.delete, record.id)
        for number in range(1, record.attempt + 1):
            await asyncio.to_thread(remove_folder, self._folder(record, number))
        await self._shop.book.delete(self.jobs.get(record.id))

    async def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        """Add or replace a job's tags."""
        await self._shop.book.set_tags(self.jobs.find(name), tags)

    async def remove_tags(self, name: str, keys: Sequence[str]) -> None:
        """Remove tags of a job."""
        await self._shop.book.remove_tags(self.jobs.find(name), keys)

    def capacity(self) -> Capacity:
        """Return what there is and what is free."""
        return self._shop.queue.capacity()

    def instance_types(self) -> list[str]:
        """Return the names of the shares of this machine: the administrator's, then ours."""
        return names_of(self._settings.instance_types)

    async def engines(self) -> list[Engine]:
        """Return what can start jobs here, and what cannot and why."""
        return await look(self._runtimes)

    async def images(self) -> list[LocalImage]:
        """Return the images that the engines have; HostUnreachableError if one does not answer."""
        return [each for runtime in self._runtimes.values() for each in await runtime.images()]

    def cost(self, record: JobRecord) -> Cost:
        """Return what a job takes."""
        return cost_of(record, self._settings, self._shop.facts, self.clock())

    @property
    def currency(self) -> str:
        """In what prices are told."""
        return self._settings.currency

    @property
    def artifacts(self) -> Artifacts:
        """What jobs were given and have published."""
        return self._shop.artifacts

    @property
    def belongings(self) -> Belongings:
        """The files in the folders of jobs."""
        return self._shop.belongings

    @property
    def image_table(self) -> Path:
        """The file that says what names of images mean."""
        return self._settings.images

    def attempt_folder(self, record: JobRecord) -> Path | None:
        """Return the folder of the job's newest attempt, while there is one."""
        folder = self._folder(record, record.attempt)
        return folder if folder.is_dir() else None

    def _folder(self, record: JobRecord, number: int) -> Path:
        key = AttemptKey(job_id=record.id, attempt=number)
        return attempt_folder(self._settings.attempts, key).root

    def _living(self) -> set[AttemptKey]:
        running = [run.record for run, _ in list(self._runs.values())]
        return living_of([*running, *self.jobs.active()]) | self._shop.pool.keys

    def _run(self, record: JobRecord) -> None:
        run = JobRun(record, self._shop)
        task = asyncio.create_task(run.run(), name=f"job {record.name}")
        self._runs[record.id] = (run, task)
        task.add_done_callback(lambda task: self._ended(record, task))

    def _ended(self, record: JobRecord, task: "asyncio.Task[None]") -> None:
        self._runs.pop(record.id, None)
        if not task.cancelled() and task.exception() is not None:
            log.error("job %s was not tidied up", record.name, exc_info=task.exception())
