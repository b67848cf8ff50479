"""kill -9 of the manager at any step of its warm pool: each job runs once, and nothing is left."""

import os
import random
import signal

import pytest

from jupyter_train.manager.build import open_manager
from jupyter_train.testing.kills import World

ROUNDS = int(os.environ.get("JT_FAULT_ROUNDS", "2"))
NAMES = ["first", "second", "third"]
WORDS = """
echo $TRAINING_JOB_NAME >>/opt/ml/checkpoints/witness
for n in 1 2 3; do echo line $n; done
"""


STEPS = (
    "jupyter_train.engine.book:Book._change",
    "jupyter_train.engine.idle:Idles.give",
    "jupyter_train.runtimes.docker.engine:Engine.call",
    "jupyter_train.runtimes.docker.keeping:wake",
    "jupyter_train.runtimes.docker.keeping:write_command",
    "jupyter_train.runtimes.docker.keeping:write_id",
)


class Pool(World):
    """Three jobs of one shape, one after the other, and managers that die."""

    names = tuple(NAMES)
    options = ("--settle",)

    def __init__(self, workshop, engine):
        super().__init__(workshop)
        self.engine = engine
        workshop.given = {
            "AlgorithmSpecification": {
                "TrainingImage": engine.image,
                "ContainerEntrypoint": ["/bin/sh", "-c", WORDS],
            },
            "ResourceConfig": {"KeepAlivePeriodInSeconds": 2},
        }
        self.ask("")

    def check(self, *kept):
        """Each job ran once, its lines are there once, and nothing is left of any."""
        assert sorted(self.starts()) == sorted(NAMES)
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
def pool(workshop, docker_engine):
    pool = Pool(workshop, docker_engine)
    yield pool
    for container in docker_engine.containers(f"jupyter-train.manager={pool.manager}"):
        container.remove(force=True, v=True)


def test_without_any_death_each_job_follows_the_other(pool):
    pool.run()
    pool.check("Reused", "Reused", "Terminated")


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_manager_killed_at_any_steps_runs_each_job_once_and_leaves_nothing(pool, seed):
    chance = random.Random(seed)
    deaths = [pool.run(chance.randint(4, 120), STEPS) for _ in range(6)]
    assert -signal.SIGKILL in deaths
    pool.run()
    pool.check()
