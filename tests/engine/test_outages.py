"""An engine that is silent proves nothing: it is waited for, said, and asked again."""

import asyncio
from dataclasses import replace

import pytest

from jupyter_train.engine import patience, reach
from jupyter_train.engine.errors import RefusedError
from jupyter_train.hosts.base import HostUnreachableError
from jupyter_train.testing.scripted import ScriptedRuntime

IMAGE = {"AlgorithmSpecification": {"TrainingImage": "mine:1"}}


class Engine(ScriptedRuntime):
    """An engine that can be away, or fail at one verb."""

    def __init__(self):
        super().__init__(kind="docker")
        self.away = False
        self.hangs = False
        self.failing = {}

    async def unavailable(self):
        if self.hangs:
            await asyncio.Event().wait()
        return await super().unavailable()

    def _ask(self, verb):
        left = self.failing.get(verb, 0)
        self.failing[verb] = left - 1
        if self.away or left > 0:
            raise HostUnreachableError("the engine does not answer")

    async def observe(self, host, keys):
        self._ask("observe")
        if self.hangs:
            await asyncio.Event().wait()
        return await super().observe(host, keys)

    async def prepare(self, host, spec, tell):
        self._ask("prepare")
        return await super().prepare(host, spec, tell)

    async def start(self, host, spec):
        self._ask("start")
        await super().start(host, spec)

    async def signal(self, host, spec, number):
        self._ask("signal")
        return await super().signal(host, spec, number)

    async def kill(self, host, spec):
        self._ask("kill")
        await super().kill(host, spec)

    async def remove(self, host, spec):
        self._ask("remove")
        await super().remove(host, spec)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(patience, "RETRY", 0.01)


@pytest.fixture
def engine(workshop):
    engine = Engine()
    workshop.runtimes = {"docker": engine}
    workshop.settings = replace(workshop.settings, unreachable_after=0.05)
    return engine


def is_training(record):
    return record.secondary == "Training"


def test_a_job_whose_engine_is_away_is_said_to_wait_and_goes_on_when_it_is_back(
    workshop, wait, engine
):
    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document("", **IMAGE), {}, "me")
            await wait.until(manager, "job-1", condition=is_training)
            engine.away = True
            lost = await wait.until(manager, "job-1", condition=lambda job: job.unreachable)
            engine.away = False
            back = await wait.until(manager, "job-1", condition=lambda job: not job.unreachable)
            engine.end(engine.started[0])
            return lost, back, await wait.ended(manager, "job-1")

    lost, back, end = asyncio.run(scene())
    assert (lost.status, lost.secondary) == ("InProgress", "Training")
    assert lost.transitions[-1].message == "Waiting: the engine does not answer"
    assert back.transitions[-1].message == "Training is under way"
    assert (end.status, end.unreachable, end.attempt) == ("Completed", False, 1)


def test_an_engine_that_hangs_is_as_good_as_away(workshop, wait, engine, monkeypatch):
    monkeypatch.setattr(reach, "GLANCE_SECONDS", 0.2)

    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document("", **IMAGE), {}, "me")
            await wait.until(manager, "job-1", condition=is_training)
            engine.hangs = True
            lost = await wait.until(manager, "job-1", condition=lambda job: job.unreachable)
            with pytest.raises(RefusedError, match=r"has not answered for 0\.2 seconds; start"):
                await manager.submit(workshop.document("", "second", **IMAGE), {}, "me")
            engine.hangs = False
            engine.end(engine.started[0])
            return lost, await wait.ended(manager, "job-1")

    lost, end = asyncio.run(scene())
    assert (
        lost.transitions[-1].message
        == "Waiting: the docker engine has not answered for 0.2 seconds"
    )
    assert end.status == "Completed"


@pytest.mark.parametrize("verb", ["observe", "prepare", "start", "kill", "remove"])
def test_what_an_outage_interrupts_is_done_again(workshop, wait, engine, verb):
    engine.failing = {verb: 2}

    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document("", **IMAGE), {}, "me")
            await wait.until(manager, "job-1", condition=is_training)
            engine.end(engine.started[0])
            return await wait.ended(manager, "job-1")

    record = asyncio.run(scene())
    assert (record.status, record.failure_reason, record.attempt) == ("Completed", None, 1)
    assert (len(engine.started), len(engine.removed)) == (1, 1)


@pytest.mark.parametrize("verb", ["prepare", "start"])
def test_a_job_that_waits_for_its_engine_can_be_stopped(workshop, wait, engine, verb):
    engine.failing = {verb: 1_000_000}

    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document("", **IMAGE), {}, "me")
            await wait.until(manager, "job-1", condition=lambda job: job.unreachable)
            await manager.stop("job-1")
            return await wait.ended(manager, "job-1")

    record = asyncio.run(scene())
    assert (record.status, record.failure_reason) == ("Stopped", None)
    assert engine.started == []


def test_a_stop_that_an_outage_interrupts_is_carried_out_after_it(workshop, wait, engine):
    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document("", **IMAGE), {}, "me")
            await wait.until(manager, "job-1", condition=is_training)
            engine.away = True
            await manager.stop("job-1")
            waiting = await wait.until(manager, "job-1", condition=lambda job: job.unreachable)
            engine.away = False
            return waiting, await wait.ended(manager, "job-1")

    waiting, end = asyncio.run(scene())
    assert (waiting.status, waiting.secondary) == ("Stopping", "Stopping")
    assert (end.status, end.unreachable) == ("Stopped", False)
    told = {str(stay.status): stay.message for stay in end.transitions}
    assert told["Stopping"] == "Stopping the training job, as was asked"


def test_a_job_is_adopted_though_its_engine_is_away_when_the_manager_comes(workshop, wait, engine):
    async def before():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document("", **IMAGE), {}, "me")
            await wait.until(manager, "job-1", condition=is_training)

    async def after():
        async with workshop.manager() as manager:
            await wait.until(manager, "job-1", condition=lambda job: job.unreachable)
            engine.away = False
            engine.end(engine.started[0])
            return await wait.ended(manager, "job-1")

    asyncio.run(before())
    engine.away = True
    record = asyncio.run(after())
    assert (record.status, record.attempt, engine.closed) == ("Completed", 1, True)
