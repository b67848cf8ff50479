"""kill -9 of the manager at every write of its journal: no job lost, none twice, none stuck."""

import random
import subprocess
import time
from contextlib import suppress

import docker
import pytest
from registry import Registry, served

import debian
from jupyter_train.testing.kills import KillSuite

PULLED = """
echo $TRAINING_JOB_NAME >>/opt/ml/checkpoints/witness
n=0
while [ $n -lt 60 ]; do echo "line $n loss=$n"; n=$((n+1)); sleep 0.005; done
echo 42 >/opt/ml/model/weights
"""
PROCESSES = "jupyter_train.runtimes.process:ProcessRuntime"


class TestProcesses(KillSuite):
    calls = tuple(f"{PROCESSES}.{name}" for name in ("start", "signal", "kill", "remove"))


class TestContainers(KillSuite):
    calls = ("jupyter_train.runtimes.docker.engine:Engine.call",)

    @pytest.fixture
    def workshop(self, container_workshop, docker_engine):
        self._api, self._begun = docker_engine, time.time()
        return container_workshop

    def left(self, world):
        left = self._api.containers(f"jupyter-train.manager={world.manager}")
        return [*map(str, left), *super().left(world)]

    def check(self, world):
        super().check(world)
        assert len(self.starts(world)) == len(world.names)

    def starts(self, world):
        """Return the names of containers the engine has started for these managers."""
        label = f"jupyter-train.manager={world.manager}"
        heard = self._api.api.events(
            since=int(self._begun), until=int(time.time()) + 1, decode=True,
            filters={"type": "container", "event": "start", "label": label},
        )  # fmt: skip
        return [each["Actor"]["Attributes"]["name"] for each in heard]

    @pytest.fixture
    def pulled(self, docker_engine):
        """The name of an image that has to be pulled, slowly."""
        busybox = debian.unpacked("busybox-static") / "bin" / "busybox"
        names = ("sh", "cat", "mkdir", "rm", "sleep")
        with served(Registry({f"bin/{name}": busybox for name in names})) as registry:
            registry.rate = 4 << 20
            yield registry.image()
            with suppress(docker.errors.ImageNotFound):
                docker_engine.api.images.remove(registry.image(), force=True)

    def test_a_manager_killed_while_it_pulls_is_followed_by_one_that_pulls_on(self, world, pulled):
        entry = {"TrainingImage": pulled, "ContainerEntrypoint": ["/bin/sh", "-c", PULLED]}
        world.workshop.given = {"AlgorithmSpecification": entry}
        world.series = {"loss"}
        world.ask("")
        chance = random.Random(1)
        for _ in range(3):
            with subprocess.Popen(world.command()) as process:
                time.sleep(chance.uniform(0.8, 1.6))
                process.kill()
        world.run()
        self.check(world)
