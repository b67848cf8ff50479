"""A full disk, and files that are none: nothing hangs on them and nothing is lost."""

import asyncio
import errno

import pytest

from jupyter_train.engine import patience
from jupyter_train.runtimes.process import ProcessRuntime

LOGS = """
import os, time
from pathlib import Path
import jupyter_train_toolkit as train

Path(os.environ["JUPYTER_TRAIN_METRICS"], "a folder").mkdir()
for step in range(3):
    train.log({"loss": step}, step=step)
while not Path("go on").exists():
    time.sleep(0.01)
"""


class FullAtFirst(ProcessRuntime):
    """A runtime that finds no room when it first ends an attempt."""

    kills = 0

    async def kill(self, host, spec):
        self.kills += 1
        if self.kills == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        await super().kill(host, spec)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(patience, "RETRY", 0.01)


def test_a_job_that_cannot_be_ended_for_want_of_room_is_ended_when_there_is_some(workshop, wait):
    async def scene():
        async with workshop.manager() as manager:
            manager._shop.lanes.of("process").runtime.__class__ = FullAtFirst
            document = workshop.document("", HyperParameters={"sagemaker_program": "none.py"})
            await manager.submit(document, {}, "me")
            return await wait.ended(manager, "job-1")

    assert "no script 'none.py'" in asyncio.run(scene()).failure_reason


def no_room_for_metrics(manager, monkeypatch):
    """Fill the disk; returns an event that is set once something did not fit."""
    found, loop = asyncio.Event(), asyncio.get_running_loop()

    def append(batches):
        loop.call_soon_threadsafe(found.set)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(manager.curves, "append", append)
    return found


def test_a_manager_is_closed_though_the_disk_is_full_and_the_next_one_misses_nothing(
    workshop, wait, monkeypatch
):
    async def without_room():
        async with asyncio.timeout(20), workshop.manager() as manager:
            found = no_room_for_metrics(manager, monkeypatch)
            await manager.submit(workshop.document(LOGS), {}, "me")
            await found.wait()

    async def with_room():
        async with workshop.manager() as manager:
            folder = manager.attempt_folder(manager.jobs.find("job-1"))
            (folder / "ml" / "code" / "go on").touch()
            record = await wait.ended(manager, "job-1")
            return record.status, manager.curves.series(record.id)[0].count

    asyncio.run(without_room())
    assert asyncio.run(with_room()) == ("Completed", 3)
