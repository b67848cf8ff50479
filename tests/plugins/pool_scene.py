"""A scripted engine behind a real manager, for the tests of the warm pool."""

import asyncio

import pytest

from jupyter_train.hosts.base import HostUnreachableError
from jupyter_train.runtimes.base import Prepared
from jupyter_train.testing.scripted import ScriptedRuntime

IMAGE = {"AlgorithmSpecification": {"TrainingImage": "mine:1"}}
KEEP = {"ResourceConfig": {"KeepAlivePeriodInSeconds": 600}}


class PoolEngine(ScriptedRuntime):
    """An engine whose containers end at once, unless the test ends them itself."""

    def __init__(self):
        super().__init__(kind="docker")
        self.image = Prepared(image_id="sha256:1")
        self.code = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.away = False

    async def start(self, host, spec):
        await super().start(host, spec)
        if self.code is not None:
            self.end(spec, self.code)

    async def keep(self, host, spec):
        await self.gate.wait()
        if self.away:
            raise HostUnreachableError("the engine does not answer")
        return await super().keep(host, spec)


@pytest.fixture
def pool_engine(workshop):
    """What containers are asked of."""
    engine = PoolEngine()
    workshop.runtimes = {"docker": engine}
    return engine


class Scene:
    """A manager with a scripted engine, and what its tests do to it."""

    def __init__(self, manager, workshop, engine, wait):
        self.manager, self.workshop, self.engine, self.wait = manager, workshop, engine, wait
        self.pool = manager._shop.pool

    async def submit(self, name, owner="me", **members):
        document = self.workshop.document("print()", name, **{**IMAGE, **members})
        return await self.manager.submit(document, {}, owner)

    async def end(self, name, **members):
        """Run a job to its end; returns its record."""
        await self.submit(name, **members)
        return await self.wait.ended(self.manager, name)

    async def available(self, name="first", **members):
        """Run a job that leaves something, and wait until that is available."""
        await self.end(name, **{**KEEP, **members})
        return await self.until(name, "Available")

    async def until(self, name, status):
        return await self.wait.until(
            self.manager, name, condition=lambda job: job.warm_pool.get("Status") == status
        )

    def status(self, name):
        return dict(self.manager.jobs.find(name).warm_pool)

    def folders(self):
        return sorted(each.name for each in self.workshop.settings.attempts.iterdir())

    async def at_rest(self):
        """Wait until nothing is left of any job."""
        async with asyncio.timeout(10):
            while self.folders():  # noqa: ASYNC110 - nothing announces that folders are gone
                await asyncio.sleep(0.005)
        capacity = self.manager.capacity()
        assert (capacity.free_cpus, capacity.running) == (capacity.cpus, 0)


@pytest.fixture
def play_scene(workshop, pool_engine, wait):
    """Run a coroutine function of a scene."""

    def run(play):
        async def scene():
            async with workshop.manager() as manager:
                return await play(Scene(manager, workshop, pool_engine, wait))

        return asyncio.run(scene())

    return run


def channel(uri, name="data"):
    """Return a channel of what is at an address."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}
    return {"ChannelName": name, "DataSource": source}
