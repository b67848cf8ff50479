"""The example with an image of one's own: its program by the contract, alone in a container."""

import json
import time

import pytest

POINTS = "".join(f"{x},{3 * x + 1}\n" for x in range(3))


class Platform:
    """A hand-made /opt/ml and a container that sees it: what any platform of the contract gives."""

    def __init__(self, engine, image, folder) -> None:
        self.engine, self.image, self.ml = engine, image, folder / "ml"
        for each in ("input/config", "input/data/training", "model", "output", "checkpoints"):
            (self.ml / each).mkdir(parents=True)
        self.give(points=POINTS, epochs="3")

    def give(self, points, **hyperparameters):
        config = self.ml / "input" / "config"
        (config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
        (config / "inputdataconfig.json").write_text(json.dumps({"training": {}}))
        (self.ml / "input" / "data" / "training" / "points.csv").write_text(points)

    def start(self):
        volumes = [f"{self.ml}:/opt/ml"]
        return self.engine.api.containers.run(
            self.image, ["train"], detach=True, init=True, volumes=volumes
        )

    def train(self):
        """Return the exit status and the log."""
        container = self.start()
        code = container.wait()["StatusCode"]
        said = container.logs().decode()
        container.remove()
        return code, said

    @property
    def model(self):
        return json.loads((self.ml / "model" / "line.json").read_text())


@pytest.fixture
def platform(docker_engine, own_image, tmp_path):
    return Platform(docker_engine, own_image, tmp_path)


def test_it_trains_and_leaves_a_model(platform):
    code, said = platform.train()
    assert code == 0, said
    assert [line.split(":")[0] for line in said.splitlines()[1:]] == [
        f"epoch {n}" for n in (1, 2, 3)
    ]
    assert platform.model["epoch"] == 3


def test_it_says_what_went_wrong_where_the_platform_looks(platform):
    platform.give(points="x,y\n", epochs="3")
    code, _ = platform.train()
    assert code == 1
    failure = (platform.ml / "output" / "failure").read_text()
    assert failure == "ValueError: could not convert string to float: 'x'"


def test_it_goes_on_from_its_checkpoint(platform):
    platform.train()
    platform.give(points=POINTS, epochs="5")
    _, said = platform.train()
    assert said.splitlines()[1] == "going on after epoch 3"
    assert platform.model["epoch"] == 5


def test_it_saves_when_it_is_told_to_end(platform):
    platform.give(points=POINTS, epochs="100000", pause="0.01")
    container = platform.start()
    while b"epoch 2" not in container.logs():
        time.sleep(0.05)
    container.kill("SIGTERM")
    assert container.wait()["StatusCode"] == 0
    container.remove()
    assert 2 <= platform.model["epoch"] < 100000
