import asyncio
import os
import threading
import time
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_train.contract.names import AttemptKey
from jupyter_train.hosts.local import LocalHost
from jupyter_train.runtimes.base import AttemptSpec, Container, Phase, Resources
from jupyter_train.runtimes.docker import DockerRuntime, Options
from jupyter_train.runtimes.process import ProcessRuntime
from jupyter_train.testing.runtime import KEY, PATIENCE, has_ended, until


@pytest.fixture
def host(tmp_path):
    """A host whose attempts are all gone after the test, shims too."""
    (tmp_path / "attempts").mkdir()
    host = LocalHost("here", tmp_path / "attempts")
    yield host
    for folder in (tmp_path / "attempts").iterdir():
        if (folder / "attempt.json").exists():
            key = AttemptKey.parse(folder.name)
            spec = AttemptSpec(manager_id="suite", key=key, folder=folder, argv=())
            asyncio.run(ProcessRuntime().kill(host, spec))


@pytest.fixture
def runtime():
    return ProcessRuntime()


@pytest.fixture
def docker_runtime(docker_engine, host):
    """A runtime whose containers and threads are all gone after the test."""
    runtime = DockerRuntime(Options(host=docker_engine.host))
    yield runtime
    asyncio.run(runtime.close())
    for container in docker_engine.containers(f"jupyter-train.attempts={host.folder}"):
        container.remove(force=True, v=True)
    assert not [each for each in threading.enumerate() if each.name.startswith("docker-log")]


class Yard:
    """One runtime, its host and the engine below: attempts are started, looked at and ended."""

    def __init__(self, runtime, host, engine) -> None:
        self.runtime, self.host, self.engine = runtime, host, engine
        self.manager = uuid.uuid4().hex[:8]

    def spec(self, *argv, key=KEY, environment=None, resources=None, **container):
        """Return argv as an attempt in the base image, as this process' user."""
        given = {"image": self.engine.image, "user": f"{os.getuid()}:{os.getgid()}", **container}
        return AttemptSpec(
            manager_id=self.manager,
            key=key,
            folder=self.host.folder / str(key),
            argv=argv,
            environment=environment or {},
            resources=resources or Resources(),
            container=Container(**given),
        )

    def script(self, text, **options):
        """Return a shell script as an attempt."""
        return self.spec("sh", "-c", text, **options)

    def start(self, spec):
        asyncio.run(self.runtime.start(self.host, spec))
        return spec

    def ready(self, spec):
        """Start and wait for the word `ready`."""
        self.start(spec)
        deadline = time.monotonic() + PATIENCE
        while b"ready" not in self.log(spec):
            assert time.monotonic() < deadline, self.log(spec)
            time.sleep(0.01)
        return spec

    def ended(self, spec):
        return asyncio.run(until(self.runtime, self.host, spec.key, has_ended))

    def run(self, spec):
        """Run to the end; returns what is observed."""
        return self.ended(self.start(spec))

    def prints(self, spec):
        """Run to the end; returns what it printed."""
        seen = self.run(spec)
        assert (seen.phase, seen.exit_code) == (Phase.EXITED, 0), (seen, self.log(spec))
        return self.log(spec).decode()

    def look(self, spec):
        return asyncio.run(self.runtime.observe(self.host, [spec.key]))[spec.key]

    def log(self, spec):
        path = Path(spec.folder / "log")
        return path.read_bytes() if path.exists() else b""

    def container(self, spec):
        """Return the engine's own view of an attempt's container."""
        return self.engine.api.containers.get(f"jt-{self.manager}-{spec.key}")

    def anew(self, **options):
        """Throw the runtime away and make another, as the next manager would."""
        asyncio.run(self.runtime.close())
        self.runtime = DockerRuntime(replace(self.runtime.options, **options))


@pytest.fixture
def yard(docker_runtime, host, docker_engine):
    yard = Yard(docker_runtime, host, docker_engine)
    yield yard
    asyncio.run(yard.runtime.close())


@pytest.fixture
def yard_over(host):
    """Make a yard over an engine of the test's own."""
    made = []

    def make(engine):
        made.append(Yard(DockerRuntime(Options(host=engine.host)), host, engine))
        return made[-1]

    yield make
    for each in made:
        asyncio.run(each.runtime.close())
