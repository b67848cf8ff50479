"""Curves of many jobs in a few points each."""

import pytest

from jupyter_train.api.operations.sketches import main_series
from jupyter_train.store.base import Series


def series(*names):
    return [Series(id=n, name=name, count=1) for n, name in enumerate(names)]


# Read a row as: a job's series, and the one that a list shows.
@pytest.mark.parametrize(
    ("names", "main"),
    [
        (["accuracy", "val_loss", "train_loss"], "train_loss"),
        (["accuracy", "eval/loss"], "eval/loss"),
        (["system/CPUUtilization", "accuracy", "f1"], "accuracy"),
    ],
)
def test_the_main_series_is_a_loss_of_training_or_the_first(names, main):
    assert main_series(series(*names)).name == main


def test_the_main_series_is_the_one_wanted_where_there_is_one():
    assert main_series(series("loss", "f1"), "f1").name == "f1"
    assert main_series(series("loss", "f1"), "auc").name == "loss"
    assert main_series(series("system/CPUUtilization")) is None


def test_sketches_are_few_points_and_jobs_without_curves_are_left_out(call, job, manager):
    for name in ("a", "b"):
        call("sagemaker", "CreateTrainingJob", **job(name))
    manager.add_samples("a", "loss", range(10_000), [1 / (n + 1) for n in range(10_000)])
    names = ["a", "b", "gone", "a"]
    status, answer = call("jupytertrain", "ListMetricSketches", TrainingJobNames=names, Points=30)
    (sketch,) = answer["Sketches"]
    assert (status, sketch["TrainingJobName"], sketch["MetricName"]) == (200, "a", "loss")
    assert 2 <= len(sketch["Values"]) <= 32
    assert (sketch["Values"][0], sketch["Values"][-1]) == (1.0, 1 / 10_000)


def test_so_many_jobs_are_sketched_at_once_and_no_more(call):
    names = [f"a{n}" for n in range(101)]
    status, answer = call("jupytertrain", "ListMetricSketches", TrainingJobNames=names)
    assert (status, "trainingJobNames" in str(answer)) == (400, True)
