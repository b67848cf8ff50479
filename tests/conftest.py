"""What several folders of tests share: a real engine on this machine in a temporary folder."""

import io
import os
import signal
import subprocess
import sys
import tarfile
import textwrap
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_train.client.find import connect, find_manager
from jupyter_train.client.runtime_file import is_running
from jupyter_train.contract.names import DEFAULT_ROLE
from jupyter_train.engine.settings import Settings
from jupyter_train.manager.build import open_manager

pytest_plugins = ["engine_fixtures", "pool_scene"]


class Workshop:
    """Makes managers of one state folder, one after the other, and the documents they take."""

    def __init__(self, home: Path, **settings) -> None:
        self.home = home
        self.runtimes = {}
        self.settings = Settings(home=home, cpus=4, stop_grace=1.0, observe_every=0.01, **settings)

    def measure(self, every: float) -> None:
        """Sample what attempts use so often."""
        self.settings = replace(self.settings, measure_every=every)

    @asynccontextmanager
    async def manager(self):
        """Open the engine; on leaving, let go of the jobs and leave them running."""
        manager = open_manager("manager-1", self.settings, self.runtimes)
        await manager.start()
        try:
            yield manager
        finally:
            await manager.close()

    def document(self, script: str, name: str = "job-1", **members):
        """Return a script-mode request whose source is already in the object folder."""
        key = self.source(name, {"train.py": textwrap.dedent(script)})
        document = {
            "TrainingJobName": name,
            "RoleArn": DEFAULT_ROLE,
            "AlgorithmSpecification": {"TrainingInputMode": "File"},
            "HyperParameters": {
                "sagemaker_program": "train.py",
                "sagemaker_submit_directory": f"s3://jupyter-train/{key}",
            },
            "OutputDataConfig": {"S3OutputPath": "s3://jupyter-train"},
            "ResourceConfig": {"InstanceType": "local", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        }
        for member, value in members.items():
            known = document.get(member)
            merges = isinstance(known, dict) and isinstance(value, dict)
            document[member] = {**known, **value} if merges else value
        return document

    def source(self, name: str, files: dict[str, str]) -> str:
        """Put a source archive into the object folder; returns its key."""
        key = f"{name}/source/sourcedir.tar.gz"
        path = self.home / "objects" / "jupyter-train" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w:gz") as archive:
            for file, text in files.items():
                data = text.encode()
                member = tarfile.TarInfo(file)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        return key

    def object(self, key: str) -> Path:
        """Return where an object of the default bucket is."""
        return self.home / "objects" / "jupyter-train" / key


@pytest.fixture
def workshop_class():
    """For tests that make many, each in a folder of its own."""
    return Workshop


@pytest.fixture
def workshop(tmp_path):
    return Workshop(tmp_path / "home")


class ManagerProcess:
    """A real manager of one state folder, started as clients start it, killed when it must die."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def connect(self):
        """Return a connection, to be closed by the test."""
        return connect(self.home)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Signal the manager and wait until it is gone; returns the pid it had."""
        pid = find_manager(self.home).pid
        os.kill(pid, number)
        deadline = time.monotonic() + 20
        while is_running(pid) and Path(f"/proc/{pid}/cmdline").read_bytes():
            assert time.monotonic() < deadline, f"process {pid} did not end"
            time.sleep(0.01)
        return pid

    def cli(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        """Run `jupyter train` with this state folder."""
        words = [sys.executable, "-m", "jupyter_train.cli", *arguments, "--home", str(self.home)]
        return subprocess.run(
            words, capture_output=True, text=True, timeout=60, check=False, **options
        )


@pytest.fixture(scope="session")
def manager_class():
    """For tests that choose the state folder."""
    return ManagerProcess


def _manager_process(home: Path):
    process = ManagerProcess(home)
    process.connect().close()
    yield process
    if find_manager(home) is not None:
        process.end()


@pytest.fixture(scope="module")
def manager_process(tmp_path_factory):
    """A manager that the tests of one module share."""
    yield from _manager_process(tmp_path_factory.mktemp("home"))


@pytest.fixture
def own_manager(tmp_path):
    """A manager that a test may kill."""
    yield from _manager_process(tmp_path / "home")
