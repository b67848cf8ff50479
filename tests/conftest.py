"""What several folders of tests share: a real engine on this machine in a temporary folder."""

from pathlib import Path

import pytest

from jupyter_train.client.find import find_manager
from jupyter_train.testing.manager_process import ManagerProcess
from jupyter_train.testing.workshop import Workshop

pytest_plugins = ["engine_fixtures", "pool_scene"]


@pytest.fixture
def workshop_class():
    """For tests that make many, each in a folder of its own."""
    return Workshop


@pytest.fixture
def workshop(tmp_path):
    return Workshop(tmp_path / "home")


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
