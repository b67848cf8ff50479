"""Which limit comes first."""

from dataclasses import replace

from jupyter_train.contract.record import StopReason, new_record
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
