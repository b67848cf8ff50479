"""Playing jobs to their end, and waiting for what happens to them."""

import asyncio

import pytest

from jupyter_train.testing.life import LifeSuite
from jupyter_train.testing.workshop import ended, log_of, until


@pytest.fixture
def play(workshop):
    """Run one script as a job to its end; returns (record, log lines, series by name)."""

    def run(script, **members):
        played = LifeSuite().play(workshop, script, **members)
        return played.record, played.log, played.series

    return run


@pytest.fixture
def wait():
    """The helpers, for tests that drive a manager themselves."""

    class Waits:
        pass

    Waits.until, Waits.ended, Waits.log_of = staticmethod(until), staticmethod(ended), log_of
    return Waits


@pytest.fixture
def contain(workshop, docker_engine, wait):
    """Run a program in a container to its end; returns its record and its log."""

    def contained(*argv, **members):
        algorithm = {"TrainingImage": docker_engine.image, "ContainerEntrypoint": list(argv)}

        async def scene():
            async with workshop.manager() as manager:
                document = workshop.document("", AlgorithmSpecification=algorithm, **members)
                await manager.submit(document, {}, "me")
                record = await wait.ended(manager, "job-1")
                return record, wait.log_of(manager, record)

        return asyncio.run(scene())

    return contained
