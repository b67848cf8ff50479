"""Jobs that do what no job should: the manager stays well, and what they left is told truly."""

import pytest

from jupyter_train.testing.hostile import HostileSuite


@pytest.fixture(scope="class")
def manager(tmp_path_factory, manager_class):
    """A manager that gives a job two seconds to end."""
    home = tmp_path_factory.mktemp("hostile") / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text("stop_grace = 2\n")
    manager = manager_class(home)
    manager.connect().close()
    yield manager
    manager.end()


class TestProcesses(HostileSuite):
    @pytest.fixture
    def desk(self, manager, desk_of):
        return desk_of(manager)


class TestContainers(HostileSuite):
    @pytest.fixture
    def desk(self, docker_engine, manager, desk_of):
        self._engine = docker_engine
        desk = desk_of(manager)
        desk.given = {"AlgorithmSpecification": {"TrainingImage": docker_engine.image}}
        return desk

    def living(self, desk):
        attempts = (desk.home / "attempts").resolve()
        return self._engine.containers(f"jupyter-train.attempts={attempts}")
