import asyncio
import threading

import pytest

from jupyter_train.contract.names import AttemptKey
from jupyter_train.hosts.local import LocalHost
from jupyter_train.runtimes.base import AttemptSpec
from jupyter_train.runtimes.docker import DockerRuntime, Options
from jupyter_train.runtimes.process import ProcessRuntime


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
