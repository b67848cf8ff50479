"""An attempt that is lost is tried again, and what the second one says is heard from its start."""

import pytest

LOSES_ITS_FIRST_ATTEMPT = """
import os, signal, time
import jupyter_train_toolkit as train

first = "-a1-" in os.environ["JUPYTER_TRAIN_ATTEMPT"]
for step in range(9 if first else 5):
    print(f"loss={step}", flush=True)
    train.log({"reward": step}, step=step)
if first:
    time.sleep(0.5)
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)
"""
MEMBERS = {
    "AlgorithmSpecification": {"MetricDefinitions": [{"Name": "loss", "Regex": "loss=(.*)"}]},
    "RetryStrategy": {"MaximumRetryAttempts": 1},
}


@pytest.fixture
def retried(play):
    """Play a job whose first attempt is lost."""
    return play(LOSES_ITS_FIRST_ATTEMPT, **MEMBERS)


def test_a_lost_attempt_is_tried_again_where_a_place_is_free(retried):
    record, _, _ = retried
    assert (record.status, record.failure_reason, record.attempt) == ("Completed", None, 2)
    assert "Restarting" in [stay.status for stay in record.transitions]


def test_all_metrics_of_both_attempts_are_kept(retried):
    _, log, series = retried
    assert len(log) == 14
    assert (series["loss"].count, series["reward"].count) == (14, 14)
