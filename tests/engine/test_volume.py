"""A job that fills more of the disk than its volume is ended, and what it made is kept."""

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_train.contract.spec import TrainingJob
from jupyter_train.engine import volume
from jupyter_train.engine.folders import AttemptFolder
from jupyter_train.engine.volume import overflow
from jupyter_train.testing.adoption import WAITS, AdoptionSuite

MIB = 1 << 20
FILLS = """
import os, time
with open(os.environ["SM_MODEL_DIR"] + "/weights", "wb", buffering=0) as file:
    print("filling", flush=True)
    for _ in range(4):
        file.write(os.urandom(1 << 20))
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def gib(monkeypatch):
    """A gibibyte of these tests is one MiB."""
    monkeypatch.setattr(volume, "GIB", MIB)


def test_a_job_that_fills_its_volume_is_ended_as_by_a_full_disk(play, workshop):
    workshop.settings = replace(workshop.settings, weigh_every=0.05)
    record, log, _ = play(FILLS, ResourceConfig={"VolumeSizeInGB": 2})
    assert (record.status, log) == ("Failed", ["filling"])
    assert record.failure_reason.startswith("ClientError: No space left on device: /opt/ml holds")
    assert "ResourceConfig.VolumeSizeInGB is 2; leave less there, or raise it" in (
        record.failure_reason
    )
    kept = Path(record.failure_reason.rpartition("is kept in ")[2])
    assert (kept / "model/weights").stat().st_size > MIB


def test_a_job_within_its_volume_is_left_alone(play, workshop):
    workshop.settings = replace(workshop.settings, weigh_every=0.01)
    script = FILLS.replace("time.sleep(60)", "time.sleep(0.3)")
    record, _, _ = play(script, ResourceConfig={"VolumeSizeInGB": 8})
    assert record.status == "Completed"


@pytest.mark.parametrize("ends", [False, True])
def test_a_manager_killed_while_it_ends_such_a_job_leaves_word_for_the_next(workshop, ends):
    managers = AdoptionSuite()
    folder = managers.leave(workshop, WAITS, StoppingCondition={"MaxRuntimeInSeconds": 30})
    AttemptFolder(folder).overfull.write_text("No space left on device: /opt/ml holds 3 GiB")
    if ends:
        (folder / "ml" / "code" / "go on").touch()
        managers.wait_for_the_end(folder)
    record, _ = managers.adopt(workshop, clock=lambda: time.time() + 3600)
    assert record.failure_reason.startswith("ClientError: No space left on device: /opt/ml holds")
    assert "is kept in " in record.failure_reason


def holding(tmp_path, make):
    """Return whether a folder with that in its model is too much for 2 of those gibibytes."""
    folder = AttemptFolder(tmp_path)
    folder.create()
    make(folder)
    spec = TrainingJob(name="a", volume_gib=2)

    async def look():
        async with asyncio.timeout(0.2):
            await overflow(spec, folder, 0.05)

    try:
        asyncio.run(look())
    except TimeoutError:
        return False
    return True


def test_what_takes_room_counts_and_only_that(tmp_path):
    def make(folder):
        (folder.model / "holes").touch()
        os.truncate(folder.model / "holes", 100 * MIB)
        (folder.model / "data").write_bytes(bytes(MIB))
        (folder.model / "same").hardlink_to(folder.model / "data")
        (folder.model / "link").symlink_to("/usr")
        (folder.root / "log").write_bytes(bytes(4 * MIB))

    assert not holding(tmp_path / "a", make)
    assert holding(tmp_path / "b", lambda folder: (folder.ml / "x").write_bytes(bytes(3 * MIB)))


class Exhausted(ThreadPoolExecutor):
    """A machine that has no thread to spare, the first time it is asked."""

    asked = 0

    def submit(self, *work, **more):
        self.asked += 1
        if self.asked == 1:
            raise RuntimeError("can't start new thread")
        return super().submit(*work, **more)


def test_a_look_that_cannot_be_had_ends_no_job_and_is_made_up_for(tmp_path):
    folder = AttemptFolder(tmp_path)
    folder.create()
    (folder.model / "data").write_bytes(bytes(3 * MIB))

    async def look():
        threads = Exhausted()
        asyncio.get_running_loop().set_default_executor(threads)
        found = await overflow(TrainingJob(name="a", volume_gib=2), folder, 0.01)
        return found, threads.asked

    found, asked = asyncio.run(look())
    assert (type(found).__name__, asked) == ("VolumeFullError", 2)
