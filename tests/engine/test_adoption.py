"""What a new manager makes of the jobs that the one before it left, wherever they stood."""

import asyncio
import os
import signal
import time
from dataclasses import replace

import pytest

from jupyter_train.contract.record import Desired, StopReason, new_record
from jupyter_train.contract.status import SecondaryStatus as S
from jupyter_train.engine.placement import Demand
from jupyter_train.manager.build import open_manager

SLEEPS = "import time; time.sleep(60)"
WAITS = """
import os, time
while not os.path.exists("go on"):
    time.sleep(0.01)
"""


def test_a_job_whose_instance_type_is_no_longer_known_is_adopted_all_the_same(workshop, wait):
    plain = workshop.settings
    own = {"ResourceConfig": {"InstanceType": "ours"}}

    async def before():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document(SLEEPS, **own), {}, "me")
            await wait.until(manager, "job-1", condition=lambda job: job.secondary == "Training")

    async def after():
        async with workshop.manager() as manager:
            await manager.stop("job-1")
            return await wait.ended(manager, "job-1")

    workshop.settings = replace(plain, instance_types={"ours": Demand(cpus=2)})
    asyncio.run(before())
    workshop.settings = plain
    assert asyncio.run(after()).status == "Stopped"


def test_a_job_that_ended_in_time_is_not_said_to_have_run_too_long(workshop, wait):
    limit = {"StoppingCondition": {"MaxRuntimeInSeconds": 30}}

    async def before():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document(WAITS, **limit), {}, "me")
            await wait.until(manager, "job-1", condition=lambda job: job.secondary == "Training")
            return manager.attempt_folder(manager.jobs.find("job-1"))

    async def an_hour_later():
        manager = open_manager("manager-1", workshop.settings)
        manager.clock = lambda: time.time() + 3600
        await manager.start()
        ended = await wait.ended(manager, "job-1")
        await manager.close()
        return ended

    folder = asyncio.run(before())
    (folder / "ml" / "code" / "go on").touch()
    while not (folder / "rc").exists():
        time.sleep(0.01)
    assert asyncio.run(an_hour_later()).secondary == "Completed"


def test_a_job_stopped_between_two_attempts_ends_stopped(workshop, wait):
    record = new_record("id", workshop.document(SLEEPS), 1000.0)
    record = record.moved(S.DOWNLOADING, 1001.0, attempt=1)
    record = record.moved(S.TRAINING, 1002.0, training_started=1002.0).moved(S.RESTARTING, 1003.0)
    asked = {"desired": Desired.STOP, "stop_reason": StopReason.USER}
    record = record.moved(S.STOPPING, 1004.0, **asked)

    async def scene():
        manager = open_manager("manager-1", workshop.settings)
        manager.jobs.submit(record, {})
        await manager.start()
        ended = await wait.ended(manager, "job-1")
        await manager.close()
        return ended

    ended = asyncio.run(scene())
    assert (ended.status, ended.failure_reason) == ("Stopped", None)


def test_a_deletion_that_was_cut_off_can_be_asked_for_again(workshop, wait, monkeypatch):
    async def scene():
        async with workshop.manager() as manager:
            record = await manager.submit(workshop.document("print('hello')"), {}, "me")
            await wait.ended(manager, "job-1")
            with monkeypatch.context() as broken:
                broken.setattr(manager.logs, "delete", cut_off)
                with pytest.raises(OSError, match="cut off"):
                    await manager.delete("job-1")
            await manager.delete("job-1")
            return manager.logs.streams(record.id)

    def cut_off(job_id):
        raise OSError("cut off")

    assert asyncio.run(scene()) == []


@pytest.mark.parametrize(
    ("left", "kept"),
    [("one\n", ["one", "two"]), ("new\n", ["one", "two", "new"])],
)
def test_a_log_that_lost_its_end_is_not_read_again_and_one_begun_anew_is(
    workshop, wait, left, kept
):
    script = f"print('one', flush=True); print('two', flush=True){WAITS}"

    async def before():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document(script), {}, "me")
            await wait.until(
                manager, "job-1", condition=lambda job: "two" in wait.log_of(manager, job)
            )
            return manager.attempt_folder(manager.jobs.find("job-1"))

    async def after():
        async with workshop.manager() as manager:
            return wait.log_of(manager, await wait.ended(manager, "job-1"))

    folder = asyncio.run(before())
    (folder / "log").write_text(left)
    os.kill(int((folder / "pid").read_text().split()[0]), signal.SIGKILL)
    assert asyncio.run(after()) == kept
