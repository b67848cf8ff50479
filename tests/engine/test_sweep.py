"""What a manager that died left of jobs that have ended is tidied up by the next one."""

import asyncio

import pytest

from jupyter_train.engine.attempt import Attempt
from jupyter_train.testing.scripted import ScriptedRuntime

IMAGE = {"AlgorithmSpecification": {"TrainingImage": "mine:1"}}


class Engine(ScriptedRuntime):
    """An engine whose containers end at once."""

    async def start(self, host, spec):
        await super().start(host, spec)
        (spec.folder / "container").write_text("1")
        self.end(spec)


@pytest.fixture
def engine(workshop):
    engine = Engine(kind="docker")
    workshop.runtimes = {"docker": engine}
    return engine


def test_a_container_of_a_job_that_has_ended_is_removed_with_its_folder(
    workshop, wait, engine, monkeypatch
):
    async def dies(*_, **__):
        await asyncio.Event().wait()

    async def before():
        async with workshop.manager() as manager:
            monkeypatch.setattr(Attempt, "tidy", dies)
            await manager.submit(workshop.document("", **IMAGE), {}, "me")
            await wait.until(manager, "job-1", condition=lambda job: job.is_terminal)
            return manager.attempt_folder(manager.jobs.find("job-1"))

    async def after(folder):
        async with asyncio.timeout(10), workshop.manager():
            while folder.exists():  # noqa: ASYNC110 - nothing announces that a folder is gone
                await asyncio.sleep(0.01)

    folder = asyncio.run(before())
    assert (folder.is_dir(), engine.removed) == (True, [])
    asyncio.run(after(folder))
    assert [str(key) for key in engine.removed] == [folder.name]
