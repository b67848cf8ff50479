"""Which limit comes first."""

import asyncio
from dataclasses import replace

import pytest

from jupyter_train.contract.record import StopReason, new_record
from jupyter_train.contract.status import SecondaryStatus as S
from jupyter_train.engine.limits import next_limit


def record(started=None, **condition):
    document = {
        "TrainingJobName": "j",
        "StoppingCondition": condition,
        "EnableManagedSpotTraining": "MaxWaitTimeInSeconds" in condition,
    }
    return replace(new_record("id", document, 1000.0), training_started=started)


def test_a_job_that_waits_has_no_runtime_limit():
    assert next_limit(record(MaxRuntimeInSeconds=5), 1003.0) is None


def test_runtime_counts_from_the_first_start():
    limit = next_limit(record(1010.0, MaxRuntimeInSeconds=5), 1012.0)
    assert limit == (3.0, StopReason.MAX_RUNTIME)


def test_of_two_limits_the_sooner_one_counts():
    waiting = record(1010.0, MaxRuntimeInSeconds=500, MaxWaitTimeInSeconds=600)
    assert next_limit(waiting, 1100.0).reason is StopReason.MAX_RUNTIME
    waiting = record(1010.0, MaxRuntimeInSeconds=500, MaxWaitTimeInSeconds=505)
    assert next_limit(waiting, 1100.0).reason is StopReason.MAX_WAIT


def test_pending_time_is_limited_only_while_the_job_waits():
    assert next_limit(record(MaxPendingTimeInSeconds=1800), 1001.0).reason is StopReason.MAX_PENDING


def moved(now, *stays):
    """Return a job with an hour to be pending that has been moved like this, and its limit."""
    job = record(MaxPendingTimeInSeconds=3600)
    for status, time in stays:
        job = job.moved(status, time)
    return next_limit(job, now)


def test_pending_time_counts_from_the_moment_the_job_began_to_wait():
    assert moved(1100.0, (S.PENDING, 1050.0)) == (3500.0, StopReason.MAX_PENDING)


@pytest.mark.parametrize("again", [S.RESTARTING, S.INTERRUPTED])
def test_a_job_that_waits_again_has_all_its_pending_time_again(again):
    ran = (S.DOWNLOADING, 1010.0), (S.TRAINING, 1020.0), (again, 9000.0)
    assert moved(9100.0, *ran) == (3500.0, StopReason.MAX_PENDING)
    assert moved(9100.0, *ran, (S.PENDING, 9050.0)) == (3500.0, StopReason.MAX_PENDING)


def test_a_job_that_waits_for_room_too_long_is_stopped_and_never_starts(workshop, wait):
    all_there_is = {"InstanceType": "ml.m5.xlarge"}
    waits = {"MaxPendingTimeInSeconds": 0}

    async def scene():
        async with workshop.manager() as manager:
            for name, limits in (("first", {}), ("second", waits)):
                members = {"ResourceConfig": all_there_is, "StoppingCondition": limits}
                document = workshop.document("import time; time.sleep(60)", name, **members)
                await manager.submit(document, {}, "me")
            record = await wait.ended(manager, "second")
            await manager.stop("first")
            await wait.ended(manager, "first")
            return record

    record = asyncio.run(scene())
    assert (record.status, record.stop_reason) == ("Stopped", StopReason.MAX_PENDING)
    assert (record.attempt, record.training_started) == (0, None)
    told = {str(stay.status): stay.message for stay in record.transitions}
    assert told["Stopping"] == "Stopping: MaxPendingTimeInSeconds is over"
