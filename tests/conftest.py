"""What several folders of tests share: a real engine on this machine in a temporary folder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jupyter_train.client.find import connect, find_manager
from jupyter_train.client.runtime_file import is_running
from jupyter_train.testing.workshop import Workshop

pytest_plugins = ["engine_fixtures", "pool_scene"]


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
