"""kill -9 of a manager whose jobs are containers, at every step: each runs once, none is left."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

import docker
import pytest
from registry import Registry, served

import debian
from jupyter_train.manager.build import open_manager

MORTAL = Path(__file__).with_name("mortal_manager.py")
ROUNDS = int(os.environ.get("JT_FAULT_ROUNDS", "1"))
LINES = 60
# What a job's life writes, and what it asks of the engine; some of each where time is short.
WRITES = [(write, when) for write in range(1, 13) for when in ("before", "after")]
CALLS = [(call, when) for call in range(1, 25) for when in ("before", "after")]
SOME = random.Random(7)
DEATHS = (WRITES, CALLS) if ROUNDS > 1 else (SOME.sample(WRITES, 3), SOME.sample(CALLS, 4))

WORDS = f"""
echo $TRAINING_JOB_NAME >>/opt/ml/checkpoints/witness
n=0
while [ $n -lt {LINES} ]; do echo "line $n loss=$n"; n=$((n+1)); sleep 0.005; done
echo 42 >/opt/ml/model/weights
"""
STUBBORN = """
trap '' TERM
echo $TRAINING_JOB_NAME >>/opt/ml/checkpoints/witness
while :; do sleep 0.1; done
"""


class World:
    """Two jobs in containers, and managers that die over them."""

    def __init__(self, workshop, engine, folder: Path) -> None:
        self.workshop, self.engine, self.folder = workshop, engine, folder
        self.manager = f"mortal-{uuid.uuid4().hex[:8]}"
        self.names = ["job-a", "job-b"]
        self.begun = time.time()
        self.requests = []
        self.ask(WORDS)

    def ask(self, words: str, image: str = "") -> None:
        """Let the jobs be these."""
        self.requests = [self._request(name, words, image) for name in self.names]

    def _request(self, name: str, words: str, image: str) -> str:
        document = self.workshop.document(
            "",
            name,
            AlgorithmSpecification={
                "TrainingImage": image or self.engine.image,
                "ContainerEntrypoint": ["/bin/sh", "-c", words],
                "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9]+)"}],
            },
            CheckpointConfig={"S3Uri": "s3://jupyter-train/shared"},
        )
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(document))
        return str(path)

    def run(self, death: int, when: str, **environment: str) -> int:
        """Run one manager until it dies or all jobs have ended; returns its exit code."""
        command = [sys.executable, str(MORTAL), str(self.workshop.home), str(death), when]
        done = subprocess.run(
            [*command, *self.requests],
            capture_output=True, text=True, timeout=100, check=False,
            env={**os.environ, "MANAGER": self.manager, **environment},
        )  # fmt: skip
        assert death or "all ended" in done.stdout, done.stderr
        return done.returncode

    def starts(self) -> list[str]:
        """Return the names of containers the engine has started for these managers."""
        label = f"jupyter-train.manager={self.manager}"
        heard = self.engine.api.events(
            since=int(self.begun), until=int(time.time()) + 1, decode=True,
            filters={"type": "container", "event": "start", "label": label},
        )  # fmt: skip
        return [each["Actor"]["Attributes"]["name"] for each in heard]

    def left(self) -> list[str]:
        """Return what is left of the jobs: containers, sockets, folders."""
        found = self.engine.containers(f"jupyter-train.manager={self.manager}")
        sockets = [path for path in self.workshop.home.rglob("*") if path.is_socket()]
        folders = list(self.workshop.settings.attempts.iterdir())
        return [str(each) for each in (*found, *sockets, *folders)]

    def check(self, status: str = "Completed") -> None:
        """Each job ran once, every line and sample is there once, and nothing else is."""
        witness = self.workshop.object("shared/witness").read_text().split()
        assert sorted(witness) == self.names
        assert len(self.starts()) == len(self.names)
        assert self.left() == []
        manager = open_manager(self.manager, self.workshop.settings)
        try:
            for name in self.names:
                self._check_job(manager, manager.jobs.find(name), status)
        finally:
            for store in (manager._stores.jobs, manager._stores.logs, manager._stores.curves):
                store.close()

    def _check_job(self, manager, record, status: str) -> None:
        assert (record.status, record.attempt) == (status, 1), record.failure_reason
        [stream] = manager.logs.streams(record.id)
        lines = [each.text for each in manager.logs.open(record.id, stream).read(0, 10_000)]
        assert lines == [f"line {n} loss={n}" for n in range(LINES)]
        [series] = [each for each in manager.curves.series(record.id) if each.name == "loss"]
        samples = manager.curves.after(record.id, series.id, 0)
        assert samples.values.tolist() == list(range(LINES))
        assert self.workshop.object(f"{record.name}/output/model.tar.gz").is_file()


@pytest.fixture
def world(workshop, docker_engine, tmp_path):
    world = World(workshop, docker_engine, tmp_path)
    yield world
    for container in docker_engine.containers(f"jupyter-train.manager={world.manager}"):
        container.remove(force=True, v=True)


@pytest.mark.parametrize(("write", "when"), DEATHS[0])
def test_a_manager_killed_at_any_write_loses_no_container_and_doubles_none(world, write, when):
    world.run(write, when)
    world.run(0, "never")
    world.check()


@pytest.mark.parametrize(("call", "when"), DEATHS[1])
def test_a_manager_killed_at_any_call_of_its_engine_starts_each_container_once(world, call, when):
    world.run(call, when, ENGINE="1")
    world.run(0, "never")
    world.check()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_managers_killed_again_and_again_lose_nothing(world, seed):
    chance = random.Random(seed)
    deaths = []
    for _ in range(5):
        engine = {"ENGINE": "1"} if chance.random() < 0.5 else {}
        deaths.append(world.run(chance.randint(1, 6), chance.choice(["before", "after"]), **engine))
    assert -signal.SIGKILL in deaths
    world.run(0, "never")
    world.check()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_managers_killed_while_they_stop_containers_leave_none_running(world, seed):
    chance = random.Random(seed)
    world.ask(STUBBORN)
    for _ in range(3):
        engine = {"ENGINE": "1"} if chance.random() < 0.5 else {}
        when = chance.choice(["before", "after"])
        world.run(chance.randint(3, 10), when, STOP="job-a job-b", **engine)
    world.run(0, "never", STOP="job-a job-b")
    assert world.left() == []
    starts = world.starts()
    assert len(starts) == len(set(starts))
    manager = open_manager(world.manager, world.workshop.settings)
    found = [manager.jobs.find(name) for name in world.names]
    for store in (manager._stores.jobs, manager._stores.logs, manager._stores.curves):
        store.close()
    assert [(str(each.status), each.attempt <= 1) for each in found] == [("Stopped", True)] * 2


@pytest.fixture
def pulled(docker_engine):
    """The name of an image that has to be pulled, slowly."""
    busybox = debian.unpacked("busybox-static") / "bin" / "busybox"
    names = ("sh", "cat", "mkdir", "rm", "sleep")
    with served(Registry({f"bin/{name}": busybox for name in names})) as registry:
        registry.rate = 4 << 20
        yield registry.image()
        with suppress(docker.errors.ImageNotFound):
            docker_engine.api.images.remove(registry.image(), force=True)


def test_a_manager_killed_while_it_pulls_is_followed_by_one_that_pulls_on(world, pulled):
    world.ask(WORDS, pulled)
    chance = random.Random(1)
    for _ in range(3):
        command = [sys.executable, str(MORTAL), str(world.workshop.home), "0", "never"]
        environment = {**os.environ, "MANAGER": world.manager}
        with subprocess.Popen([*command, *world.requests], env=environment) as process:
            time.sleep(chance.uniform(0.8, 1.6))
            process.kill()
    world.run(0, "never")
    world.check()
