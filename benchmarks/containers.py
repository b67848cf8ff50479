"""An engine and an image for the benches of containers: the very image that the tests stand on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_train.client.connection import Connection
from jupyter_train.client.submit import JobOptions, submit, training_job_request

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))

import debian  # noqa: F401 - tools/ is on the path from here on; for the benches
from docker_engine import DockerEngine, lent_engine

DOCKERFILE = "ARG BASE\nFROM ${BASE}\nCOPY train /usr/local/bin/train\n"


@contextmanager
def image_of(name: str, train: str) -> Iterator[tuple[DockerEngine, str]]:
    """Lend an engine that has an image whose `train` is this script."""
    with lent_engine() as engine:
        yield engine, engine.build(f"bench-{name}", DOCKERFILE, {"train": train})


def submit_image(connection: Connection, image: str, name: str, **options: object) -> None:
    """Submit an image as the command line does."""
    submit(connection, training_job_request(JobOptions(name=name, image=image, **options)))
