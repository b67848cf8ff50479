"""The docker runtime against a real engine: what every runtime must do."""

import os
import uuid
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from jupyter_train.runtimes.base import Container
from jupyter_train.runtimes.docker import DockerRuntime, Options
from jupyter_train.runtimes.docker.settings import FOREIGNER
from jupyter_train.testing.runtime import KEY
from jupyter_train.testing.services import ServiceSuite

pytestmark = pytest.mark.usefixtures("docker_engine")


PROGRAM = """
from jupyter_train.runtimes.docker import DockerRuntime, Options
from jupyter_train.runtimes.docker.settings import FOREIGNER
runtime = DockerRuntime(Options(host={host!r}))
"""


class TestDockerRuntime(ServiceSuite):
    limits_memory = leaves = True
    ambient = frozenset({"HOME", "HOSTNAME", "NVIDIA_VISIBLE_DEVICES", "PYTHONPATH"}) | (
        FOREIGNER.keys() if os.getuid() else frozenset()
    )

    @pytest.fixture
    def runtime(self, docker_runtime):
        return docker_runtime

    @pytest.fixture(autouse=True)
    def image(self, docker_engine):
        self._image = docker_engine.image
        self._manager = uuid.uuid4().hex[:8]
        self.program = PROGRAM.format(host=docker_engine.host)

    def anew(self, runtime):
        return DockerRuntime(runtime.options)

    def away(self):
        return DockerRuntime(Options(host="unix:///nowhere/docker.sock"))

    def spec(self, host, script, key=KEY):
        user = f"{os.getuid()}:{os.getgid()}"
        container = Container(image=self._image, user=user)
        spec = super().spec(host, script, key)
        return replace(spec, manager_id=self._manager, container=container)

    def elsewhere(self, host):
        return PurePosixPath("/usr/lib")
