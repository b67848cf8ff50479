"""kill -9 of the manager at any step of its warm pool: each job runs once, and nothing is left."""

import json
import os
import random
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from jupyter_train.manager.build import open_manager

MORTAL = Path(__file__).with_name("mortal_pool.py")
ROUNDS = int(os.environ.get("JT_FAULT_ROUNDS", "2"))
NAMES = ["first", "second", "third"]
WORDS = """
echo $TRAINING_JOB_NAME >>/opt/ml/checkpoints/witness
for n in 1 2 3; do echo line $n; done
"""


class World:
    """Three jobs of one shape, one after the other, and managers that die."""

    def __init__(self, workshop, engine, tmp_path):
        self.workshop, self.engine = workshop, engine
        self.manager = uuid.uuid4().hex[:8]
        self.requests = [self.request(name, tmp_path / f"{name}.json") for name in NAMES]

    def request(self, name, path):
        document = self.workshop.document(
            "",
            name,
            AlgorithmSpecification={
                "TrainingImage": self.engine.image,
                "ContainerEntrypoint": ["/bin/sh", "-c", WORDS],
            },
            CheckpointConfig={"S3Uri": "s3://jupyter-train/shared"},
            ResourceConfig={"KeepAlivePeriodInSeconds": 2},
        )
        path.write_text(json.dumps(document))
        return str(path)

    def run(self, death):
        home = str(self.workshop.home)
        return subprocess.run(
            [sys.executable, str(MORTAL), home, self.manager, str(death), *self.requests],
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip

    def check(self, *kept):
        """Each job ran once, its lines are there once, and nothing is left of any."""
        witness = self.workshop.object("shared/witness").read_text().split()
        assert sorted(witness) == sorted(NAMES)
        attempts = self.workshop.settings.attempts.resolve()
        assert self.engine.containers(f"jupyter-train.attempts={attempts}") == []
        assert self.engine.containers(f"jupyter-train.manager={self.manager}") == []
        manager = open_manager(self.manager, self.workshop.settings)
        try:
            records = [manager.jobs.find(name) for name in NAMES]
            for record in records:
                self.check_job(manager, record)
            assert not kept or tuple(each.warm_pool["Status"] for each in records) == kept
        finally:
            for store in (manager._stores.jobs, manager._stores.logs, manager._stores.curves):
                store.close()

    def check_job(self, manager, record):
        assert (record.status, record.attempt) == ("Completed", 1), record.failure_reason
        assert record.warm_pool["Status"] in ("Reused", "Terminated")
        [stream] = manager.logs.streams(record.id)
        lines = [each.text for each in manager.logs.open(record.id, stream).read(0, 100)]
        assert lines == ["line 1", "line 2", "line 3"]


@pytest.fixture
def world(workshop, docker_engine, tmp_path):
    world = World(workshop, docker_engine, tmp_path)
    yield world
    for container in docker_engine.containers(f"jupyter-train.manager={world.manager}"):
        container.remove(force=True, v=True)


def test_without_any_death_each_job_follows_the_other(world):
    assert "all ended" in (done := world.run(0)).stdout, done.stderr
    world.check("Reused", "Reused", "Terminated")


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_manager_killed_at_any_steps_runs_each_job_once_and_leaves_nothing(world, seed):
    chance = random.Random(seed)
    deaths = [world.run(chance.randint(2, 60)).returncode for _ in range(6)]
    assert -signal.SIGKILL in deaths
    assert "all ended" in (done := world.run(0)).stdout, done.stderr
    world.check()
