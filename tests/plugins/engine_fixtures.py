"""A real Docker engine for the tests, and the images they use; nothing comes from a registry.

`docker_engine` is for everyone who needs one; DOCKER_HOST names it from then on, also for the
processes that tests start.  Where none can be had the tests are skipped, which `CI=true` counts as
failed.
"""

import sys
from pathlib import Path

import pytest

import debian
import guest_toolkit
from docker_engine import lent_engine

OWN_CONTAINER = Path(__file__).resolve().parents[2] / "examples" / "own-container"


@pytest.fixture(scope="session")
def possible_engine():
    """The engine, or why there is none, in words: for what must start with or without one."""
    try:
        with lent_engine() as engine:
            yield engine
    except debian.NotHereError as error:
        yield str(error)


@pytest.fixture(scope="session")
def docker_engine(possible_engine):
    """A real engine with the base image; a private one is ended with the last who uses it."""
    if isinstance(possible_engine, str):
        pytest.skip(f"no Docker engine to test with: {possible_engine}")
    return possible_engine


@pytest.fixture(scope="session")
def shellless_image(docker_engine):
    """An image with one program and nothing else: no shell, no Python; it prints its arguments."""
    busybox = debian.unpacked("busybox-static") / "bin" / "busybox"
    return docker_engine.build(
        "shellless",
        'FROM scratch\nCOPY busybox /busybox\nENTRYPOINT ["/busybox", "echo"]\n',
        {"busybox": busybox},
    )


@pytest.fixture(scope="session")
def own_image(docker_engine):
    """The example's image: an algorithm of one's own, by SageMaker's contract."""
    files = {"train": OWN_CONTAINER / "train"}
    return docker_engine.build("own-container", (OWN_CONTAINER / "Dockerfile").read_text(), files)


TOOLKIT_DOCKERFILE = """
ARG BASE
FROM ${BASE}
COPY wheels /wheels
RUN pip install --no-index --break-system-packages /wheels/*.whl
"""


@pytest.fixture(scope="session")
def toolkit_image(docker_engine):
    """An image with AWS's sagemaker-training toolkit, unmodified: its `train` is on the PATH."""
    wheels = guest_toolkit.fetch(Path(sys.executable))
    return docker_engine.build("toolkit", TOOLKIT_DOCKERFILE, {"wheels": wheels})


@pytest.fixture
def container_workshop(workshop, docker_engine):
    """A workshop whose jobs run in the base image; none of their containers is left at the end."""
    workshop.given = {"AlgorithmSpecification": {"TrainingImage": docker_engine.image}}
    yield workshop
    left = [
        each
        for each in docker_engine.containers("jupyter-train.attempts")
        if each.labels["jupyter-train.attempts"].startswith(str(workshop.home.resolve()))
    ]
    for each in left:
        each.remove(force=True, v=True)
    assert not left
