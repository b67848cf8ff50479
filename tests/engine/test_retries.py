"""What was no fault of its owner's is tried again, and what the second try says is heard whole."""

import errno
import sqlite3

import pytest

from jupyter_train.engine.errors import (
    AlgorithmError,
    ClientError,
    InternalServerError,
    LimitError,
    failure_reason,
    is_ours,
)
from jupyter_train.runtimes.base import MachineError, StartError
from jupyter_train.store.plain import NotPlainError
from jupyter_train.testing.scripted import ScriptedRuntime

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


@pytest.mark.parametrize(
    ("error", "word", "ours"),
    [
        (ClientError("x"), "ClientError", False),
        (LimitError("x"), "ClientError", False),
        (AlgorithmError("x"), "AlgorithmError", False),
        (InternalServerError("x"), "InternalServerError", True),
        (FileNotFoundError(errno.ENOENT, "x"), "ClientError", False),
        (PermissionError(errno.EACCES, "x"), "ClientError", False),
        (NotPlainError("x"), "ClientError", False),
        (OSError(errno.ENOSPC, "x"), "InternalServerError", True),
        (OSError(errno.EIO, "x"), "InternalServerError", True),
        (OSError(errno.EMFILE, "x"), "InternalServerError", True),
        (sqlite3.OperationalError("x"), "InternalServerError", True),
        (KeyError("x"), "InternalServerError", True),
    ],
)
def test_whose_fault_an_error_is_decides_its_word_and_whether_it_is_repeated(error, word, ours):
    assert failure_reason(error).startswith(f"{word}: ")
    assert is_ours(error) is ours


class Failing(ScriptedRuntime):
    """An engine whose starts fail like this, one after the other, and whose jobs end at once."""

    def __init__(self, *failures):
        super().__init__(kind="docker")
        self.failures = list(failures)
        self.code = 0

    async def start(self, host, spec):
        if self.failures:
            raise self.failures.pop(0)
        await super().start(host, spec)
        self.end(spec, self.code)


@pytest.fixture
def ended(play, workshop):
    """Play a job in an image over an engine that fails; returns its record."""

    def run(engine, retries=0):
        workshop.runtimes = {"docker": engine}
        members = {"RetryStrategy": {"MaximumRetryAttempts": retries}} if retries else {}
        return play("", AlgorithmSpecification={"TrainingImage": "mine:1"}, **members)[0]

    return run


@pytest.mark.parametrize(
    "failure", [MachineError("the engine is full"), OSError(errno.ENOSPC, "full"), KeyError("x")]
)
def test_a_start_that_the_machine_fails_is_repeated_and_said(ended, failure):
    record = ended(Failing(failure, failure), retries=2)
    assert (record.status, record.attempt) == ("Completed", 3)
    told = [stay.message for stay in record.transitions if stay.status == "Restarting"]
    assert told == [f"Trying again: {failure}"] * 2


def test_when_all_tries_are_used_up_the_last_reason_is_the_job_s(ended):
    record = ended(Failing(*[MachineError("the engine is full")] * 3), retries=2)
    assert (record.status, record.attempt) == ("Failed", 3)
    assert record.failure_reason == "InternalServerError: the engine is full"


def test_without_a_strategy_nothing_is_repeated(ended):
    record = ended(Failing(MachineError("the engine is full")))
    assert (record.status, record.attempt) == ("Failed", 1)


def test_what_its_owner_must_mend_is_not_repeated(ended):
    record = ended(Failing(StartError("no program 'train'")), retries=5)
    assert (record.failure_reason, record.attempt) == ("ClientError: no program 'train'", 1)


def test_a_program_that_fails_is_not_repeated(ended):
    engine = Failing()
    engine.code = 3
    record = ended(engine, retries=5)
    assert (record.failure_reason, record.attempt) == ("AlgorithmError: exit code: 3", 1)
