"""Limits of time and disk end a job in a real container, and what it made is not lost."""

import tarfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from jupyter_train.contract.record import StopReason
from jupyter_train.contract.status import SecondaryStatus as S
from jupyter_train.engine import volume

pytestmark = [pytest.mark.timeout(120)]
STOPPABLE = "trap 'echo told; exit 3' TERM; echo 7 >/opt/ml/model/weights; sleep 60 & wait"
FILLS = "dd if=/dev/zero of=/opt/ml/output/data/all bs=1048576 count=4; sleep 60"


@pytest.fixture
def run(contain):
    """Run a shell script in a container to its end; returns its record and its log."""
    return partial(contain, "/bin/sh", "-c")


def test_a_container_that_runs_too_long_is_told_to_end_and_its_model_published(run, workshop):
    record, log = run(STOPPABLE, StoppingCondition={"MaxRuntimeInSeconds": 1})
    assert (record.status, record.secondary) == ("Stopped", S.MAX_RUNTIME_EXCEEDED)
    assert (record.stop_reason, log) == (StopReason.MAX_RUNTIME, ["told"])
    with tarfile.open(workshop.object("job-1/output/model.tar.gz")) as archive:
        assert archive.getnames() == ["weights"]


def test_a_container_that_fills_its_volume_is_ended_and_what_it_made_is_kept(
    run, workshop, monkeypatch
):
    monkeypatch.setattr(volume, "GIB", 1 << 20)
    workshop.settings = replace(workshop.settings, weigh_every=0.05)
    record, _ = run(FILLS, ResourceConfig={"VolumeSizeInGB": 2})
    assert record.failure_reason.startswith("ClientError: No space left on device")
    kept = Path(record.failure_reason.rpartition("is kept in ")[2])
    assert (kept / "output/data/all").stat().st_size == 4 << 20
