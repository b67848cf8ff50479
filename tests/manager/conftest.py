"""Stores that a test fills by hand, and one client's conversation about them."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress

import pytest

from jupyter_train.client.stream import read_points
from jupyter_train.contract.events import Kind
from jupyter_train.contract.record import new_record
from jupyter_train.contract.samples import samples
from jupyter_train.contract.status import SecondaryStatus
from jupyter_train.engine.feed import JOBS, Feed
from jupyter_train.manager.stream import Conversation
from jupyter_train.manager.subscriptions import Sources
from jupyter_train.store.base import Batch
from jupyter_train.store.curves import SqlCurves
from jupyter_train.store.logs import SegmentLogs
from jupyter_train.store.memory import MemoryJobs

STREAM = "j1/algo-1-0"


class Listener:
    """What one client hears; `stuck` makes it take nothing more."""

    def __init__(self):
        self.heard = []
        self.stuck = False
        self.news = asyncio.Event()

    async def take(self, message):
        if self.stuck:
            await asyncio.Event().wait()
        found = list(read_points(message)) if isinstance(message, bytes) else [json.loads(message)]
        self.heard += found
        self.news.set()

    async def until(self, condition):
        async with asyncio.timeout(10):
            while not condition(self.heard):
                self.news.clear()
                await self.news.wait()
        return self.heard

    async def count(self, number):
        return await self.until(lambda heard: len(heard) >= number)


class World:
    """One job `j1` (more by `add_job`), its log and its curves."""

    def __init__(self, folder):
        self.feed = Feed()
        self.jobs = MemoryJobs(lambda: 100.0)
        self.logs = SegmentLogs(folder / "logs")
        self.curves = SqlCurves(folder / "curves.sqlite")
        self.progress = {}
        self.sources = Sources(
            jobs=self.jobs,
            logs=self.logs,
            curves=self.curves,
            progress=self.progress,
            region="us-east-1",
        )
        self.add_job("j1")

    def add_job(self, name):
        document = {"TrainingJobName": name, "ResourceConfig": {"InstanceType": "local"}}
        self.jobs.submit(new_record(f"id-{name}", document, 100.0), {})
        self.feed.notify(JOBS)

    def move(self, name, to):
        record = self.jobs.find(name)
        self.jobs.change(record.moved(to, 101.0), Kind.JOB_MOVED, {"to": to})
        self.feed.notify(JOBS, ("job", record.id))

    def end(self, name="j1"):
        for to in (SecondaryStatus.DOWNLOADING, SecondaryStatus.FAILED):
            self.move(name, to)

    def delete(self, name):
        record = self.jobs.find(name)
        self.jobs.delete(record)
        self.feed.notify(JOBS, ("job", record.id))

    def print(self, *texts, stream=STREAM):
        kept = self.logs.create("id-j1", stream, 0.0)
        offset = kept.source_offset
        lines = []
        for text in texts:
            offset += len(text.encode()) + 1
            lines.append((1000, offset, text.encode()))
        kept.append(lines)
        self.feed.notify(("log", "id-j1"))

    def log(self, name, values):
        values = list(values)
        offset = self.curves.cursor("id-j1", name) + len(values)
        batch = Batch(
            job_id="id-j1",
            source=name,
            offset=offset,
            samples={name: samples(range(len(values)), [1.0] * len(values), values)},
        )
        self.curves.append([batch])
        self.feed.notify(("series", "id-j1"))

    @asynccontextmanager
    async def client(self, **options):
        listener = Listener()
        talk = Conversation(self.feed, self.sources, listener.take, **options)
        task = asyncio.create_task(talk.run())
        try:
            yield listener, (lambda **message: talk.hear(json.dumps(message))), task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])

    def close(self):
        for store in (self.jobs, self.logs, self.curves):
            store.close()


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def asking(world):
    """Ask one question and return the first `count` messages (and what a test does in between)."""

    def ask(count, *messages, then=lambda: None):
        async def talk():
            async with world.client() as (listener, say, _):
                for message in messages:
                    say(**message)
                await listener.count(1)
                then()
                return await listener.count(count)

        return asyncio.run(talk())

    return ask
