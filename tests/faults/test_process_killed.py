"""kill -9 of the whole manager process at any moment, with clients talking and jobs under way."""

import pytest

from jupyter_train.testing.sudden_death import SuddenDeathSuite


@pytest.fixture
def desk(tmp_path, manager_at, desk_of):
    """A manager with room for all jobs at once."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text("[capacity]\ncpus = 8\n")
    return desk_of(manager_at(home))


class TestProcesses(SuddenDeathSuite):
    pass


class TestContainers(SuddenDeathSuite):
    @pytest.fixture
    def desk(self, docker_engine, desk):
        desk.given = {"AlgorithmSpecification": {"TrainingImage": docker_engine.image}}
        return desk
