"""Brings an attempt's log and metrics into the stores, each byte once, whatever dies meanwhile.

Every source has a cursor that is committed together with what was read up to it, so a collector
that starts again simply goes on.  A full disk is waited out: the attempt's files keep the truth.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, TypeVar

from ..contract.record import JobRecord
from ..contract.samples import Samples
from ..hosts.base import Host
from ..store.base import Batch, CurveStore, LogStream
from ..store.plain import NotPlainError
from .commits import BatchWriter
from .feed import METRICS, Feed
from .folders import AttemptFolder
from .lines import Line, LineSplitter, Marks
from .metrics import MetricScan
from .metrics_file import MetricsFile
from .patience import follow, insist
from .progress import Progress, ProgressReader, epochs_asked, telling_lines, telling_lines_of
from .tensorboard import EventFiles, Ledger, Place

log = logging.getLogger(__name__)
T = TypeVar("T")

PAGE = 2000
"""Lines scanned for metrics at once."""

LOOK_FOR_FILES = 0.1
LOOK_LATER = 0.5
EARLY_LOOKS = 100
"""Seconds between looks for new metrics files, of which each process of a job writes its own: the
first looks, and those that follow."""

MOST_FILES = 200
"""Metrics files of a job read while they grow, each by a descriptor of ours; others at its end."""

METRICS_EVERY = 1.0
"""Seconds between two notices to those who show the last values of all jobs."""

TOOLKIT_FIRST = 0.3
"""Seconds a metric that is new in the log waits for a script that logs it too to do so."""

MOST_MARKS = 64 << 20
"""Bytes of marks, a month's; the job can write to them too, and make them any size."""

GIB = 1 << 30

LOG = "log"
"""The topic of new lines, and the source whose cursor is a log position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sinks:
    """Where collected things go: one set for all attempts of a manager."""

    curves: CurveStore
    writer: BatchWriter
    log_thread: ThreadPoolExecutor
    feed: Feed
    progress: dict[str, Progress] = field(default_factory=dict)
    """How far jobs that are followed have come, by id."""
    clock: Callable[[], float] = time.time

    def close(self) -> None:
        """Wait for the writes under way."""
        self.writer.close()
        self.log_thread.shutdown()


class Collector:
    """One attempt's collector; `finish` after the attempt has ended reads what is left."""

    def __init__(
        self,
        record: JobRecord,
        folder: AttemptFolder,
        host: Host,
        stream: LogStream,
        sinks: Sinks,
    ) -> None:
        self._job_id = record.id
        # Each attempt has its own stream and files, read from their start.
        self._log_source = f"{record.attempt}/{LOG}"
        self._file_sources = f"{record.attempt}/{folder.metrics.name}"
        self._record = record
        # Bytes of log that are collected of an attempt; holes in it take no room of the job's.
        self._room = record.spec.volume_gib * GIB
        self._folder = folder
        self._metrics = folder.metrics
        self._host = host
        self._stream = stream
        self._sinks = sinks
        counts = {each.name: each.count for each in sinks.curves.series(record.id)}
        self._scan = MetricScan(record.spec.metric_definitions, counts)
        self._unscanned = asyncio.Event()
        self._reader: ProgressReader | None = None
        self._splitter = LineSplitter(stream.source_offset)
        self._at = stream.source_offset
        self._files: dict[str, MetricsFile] = {}
        self._printed: set[str] = set()
        self._ahead: set[str] = set()
        self._events = self._event_files(())
        self._tasks: list[asyncio.Task[None]] = []
        self._writes: set[asyncio.Task[Any]] = set()
        self._stops = asyncio.Event()
        self.shut: set[str] = set()

    @property
    def switched_off(self) -> list[str]:
        """Metric definitions that took too long on a line."""
        return self._scan.switched_off

    def start(self, kept: Sequence[Place] = ()) -> None:
        """Follow the attempt's files from where the stores end.

        `kept` are places beyond its folder where it may leave files for TensorBoard.
        """
        self._unscanned.set()
        self._events = self._event_files(kept)
        self._reader = ProgressReader(epochs_asked(self._record.spec.hyperparameters))
        works = [self._follow_log(), self._follow_metrics(), self._events.follow()]
        if self._scan:
            works.append(self._follow_scan())
        self._tasks = [asyncio.create_task(work) for work in works]
        for task in self._tasks:
            task.add_done_callback(self._followed)

    def _followed(self, task: asyncio.Task[None]) -> None:
        # Nobody awaits a follower; what it did not read is read when the attempt has ended.
        if not task.cancelled() and task.exception() is not None:
            log.error("job %s is not followed any more", self._job_id, exc_info=task.exception())

    async def stop(self) -> None:
        """Stop following; what was read is stored, or on a full disk left to be read again."""
        self._stops.set()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*self._writes, return_exceptions=True)
        self._reader = None
        self._sinks.progress.pop(self._job_id, None)
        self._files = {}
        self._stops.clear()

    async def finish(self) -> None:
        """Read everything that the ended attempt left, to its last byte."""
        await self.stop()
        await self._finish_log()
        for name in await self._metrics_names():
            with suppress(NotPlainError), self._unless_shut(f"metrics/{name}"):
                await self._metrics_file(name).finish()
        await self._events.finish()
        while await self._scan_page():
            pass

    async def _close_log(self, at: int, marks: Marks) -> None:
        """Say, behind the last byte that is collected, that there are no more."""
        most = self._record.spec.volume_gib
        words = f"(the log ends here: it is larger than VolumeSizeInGB, which is {most})"
        await self._store([(at + 1, words.encode())], marks)

    @contextmanager
    def _unless_shut(self, name: str) -> Iterator[None]:
        """Pass over what a job has let nobody read; its owner is told."""
        try:
            yield
        except PermissionError:
            self.shut.add(name)

    async def _metrics_names(self) -> list[str]:
        with self._unless_shut(self._metrics.name):
            return await self._host.list(self._metrics)
        return []

    async def _finish_log(self) -> None:
        marks = await self._marks()
        at = 0 if await self._was_cut() else self._stream.source_offset
        splitter = LineSplitter(at)
        if at > self._room:
            return
        while chunk := await self._read_log(at, self._room - at):
            at += len(chunk)
            await self._take(splitter, chunk, marks)
        await self._store(splitter.finish(), marks)
        if await self._host.size(self._folder.log) > at == self._room:
            await self._close_log(at, marks)

    async def _read_log(self, at: int, room: int) -> bytes:
        with suppress(FileNotFoundError), self._unless_shut(LOG):
            return await self._host.read(self._folder.log, at, min(1 << 22, room))
        return b""

    async def _marks(self) -> Marks:
        with suppress(FileNotFoundError, PermissionError):
            text = await self._host.read(self._folder.marks, 0, MOST_MARKS)
            return await asyncio.to_thread(Marks, text)
        return Marks()

    async def _follow_log(self) -> None:
        await self._look_back()
        late = await self._host.size(self._folder.log) > self._at
        marks = await self._marks() if late else Marks()
        if await self._was_cut():
            self._start_over()
        elif await self._host.size(self._folder.log) < self._at:
            return  # a loss of power took its end, and whoever wrote it
        async for chunk in follow(self._host, self._folder.log, lambda: self._at, self._start_over):
            if self._at + len(chunk) > self._room:
                return  # what is left of the room is filled when the attempt has ended
            self._at += len(chunk)
            await self._through(self._take(self._splitter, chunk, marks))

    def _start_over(self) -> None:
        # `echo … > /dev/stderr` in a shell opens the log anew and cuts it, as it would any file.
        self._at = 0
        self._splitter = LineSplitter(0)

    async def _was_cut(self) -> bool:
        """Whether the job began its log anew; a loss of power only takes a log's end."""
        if await self._host.size(self._folder.log) >= self._stream.source_offset:
            return False
        first = self._stream.read(0, 1)[0].text
        with suppress(FileNotFoundError, PermissionError):
            there = await self._host.read(self._folder.log, 0, len(first.encode()))
            return there.decode("utf-8", "replace") != first
        return False

    async def _take(self, splitter: LineSplitter, chunk: bytes, marks: Marks) -> None:
        start, block = splitter.block(chunk)
        if not block:
            await self._store(splitter.feed(chunk), marks)
            return
        now = int(self._sinks.clock() * 1000)
        time = marks.time_of(start + 1, now)
        if time == marks.time_of(start + len(block), now):
            await self._write(partial(self._stream.append_block, time, start, block))
            self._look(time, telling_lines_of(block))
        else:
            await self._store(LineSplitter(start).feed(block), marks)

    async def _store(self, lines: list[Line], marks: Marks) -> None:
        if not lines:
            return
        now = int(self._sinks.clock() * 1000)
        rows = [(marks.time_of(end, now), end, text) for end, text in lines]
        await self._write(partial(self._stream.append, rows))
        self._look(rows[-1][0], telling_lines([text for _, text in lines]))

    async def _look_back(self) -> None:
        """See how far the job had come when its log was last followed."""
        end = self._stream.end
        for line in await asyncio.to_thread(self._stream.read_before, end, PAGE) if end else ():
            self._look(line.time, [line.text.encode()])

    def _look(self, time: int, lines: Sequence[bytes]) -> None:
        """See from lines of a time (ms) how far the job is."""
        reader = self._reader
        if reader is None or not reader.look(time / 1000, lines):
            return
        if reader.progress is None:
            self._sinks.progress.pop(self._job_id, None)
        else:
            self._sinks.progress[self._job_id] = reader.progress
        self._sinks.feed.notify_soon(METRICS, METRICS_EVERY)

    async def _write(self, action: Callable[[], object]) -> None:
        loop = asyncio.get_running_loop()
        thread = self._sinks.log_thread
        await self._insist(lambda: loop.run_in_executor(thread, action))
        self._sinks.feed.notify((LOG, self._job_id))
        self._unscanned.set()

    async def _follow_scan(self) -> None:
        while True:
            await self._unscanned.wait()
            self._unscanned.clear()
            while await self._through(self._scan_page(TOOLKIT_FIRST)):
                pass

    async def _through(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this to its end even if the follower is cancelled meanwhile; `stop` waits for it."""
        task = asyncio.create_task(work)
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)
        return await asyncio.shield(task)

    async def _insist(self, action: Callable[[], Awaitable[object]]) -> None:
        await insist(action, unless=self._stops.is_set)

    async def _scan_page(self, patience: float = 0.0) -> bool:
        """Scan the next stored lines; False when all are scanned."""
        if not self._scan:
            return False
        position = self._sinks.curves.cursor(self._job_id, self._log_source)
        lines = self._stream.read(position, PAGE)
        if not lines:
            return False
        # In a thread: a catastrophic pattern may take its time limit on a line.
        found = await asyncio.to_thread(self._scan.scan, lines)
        # A script may print what it also logs: each sample counts once, the logged one.
        logged = await self._logged_names() | self._ahead
        if patience and found.keys() - logged - self._printed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stops.wait(), patience)
            self._ahead |= await self._names_ahead()
            logged |= self._ahead
        new = {name: each for name, each in found.items() if name not in logged}
        await self._commit(self._log_source, lines[-1].next, new)
        self._printed |= new.keys()
        return True

    async def _logged_names(self) -> set[str]:
        found: set[str] = set()
        for file in list(self._files.values()):
            with suppress(PermissionError):
                found |= await file.names()
        return found

    async def _names_ahead(self) -> set[str]:
        """Return the names in all metrics files, though on a busy machine none was read yet."""
        found: set[str] = set()
        for name in (await self._metrics_names())[:MOST_FILES]:
            file = self._files.get(name) or self._new_file(name)
            with suppress(FileNotFoundError, NotPlainError, PermissionError):
                found |= await file.names_ahead()
        return found

    async def _follow_metrics(self) -> None:
        async with asyncio.TaskGroup() as group:
            for look in count():
                for name in await self._metrics_names():
                    if name not in self._files and len(self._files) < MOST_FILES:
                        group.create_task(self._metrics_file(name).follow())
                await asyncio.sleep(LOOK_FOR_FILES if look < EARLY_LOOKS else LOOK_LATER)

    def _metrics_file(self, name: str) -> MetricsFile:
        if name not in self._files:
            self._files[name] = self._new_file(name)
        return self._files[name]

    def _new_file(self, name: str) -> MetricsFile:
        source = f"{self._file_sources}/{name}"
        offset = self._sinks.curves.cursor(self._job_id, source)
        sink = partial(self._commit_through, source)
        return MetricsFile(self._host, self._metrics / name, offset, sink)

    def _event_files(self, kept: Sequence[Place]) -> EventFiles:
        attempt, cursor = self._record.attempt, self._sinks.curves.cursor
        own = Place(folder=self._folder.ml, source=f"{attempt}/{self._folder.ml.name}")
        ledger = Ledger(
            claims=f"{attempt}/names",
            cursor=partial(cursor, self._job_id),
            commit=self._commit_through,
            logged=self._logged_names,
            defined={each.name for each in self._record.spec.metric_definitions},
        )
        return EventFiles(self._host, (*kept, own), ledger, since=self._record.created)

    async def _commit_through(self, source: str, offset: int, found: Mapping[str, Samples]) -> None:
        await self._through(self._commit(source, offset, found))

    async def _commit(self, source: str, offset: int, found: Mapping[str, Samples]) -> None:
        batch = Batch(job_id=self._job_id, source=source, offset=offset, samples=found)
        await self._insist(lambda: self._sinks.writer.write(batch))
        if found:
            self._sinks.feed.notify(("series", self._job_id))
            self._sinks.feed.notify_soon(METRICS, METRICS_EVERY)
