"""A real Docker engine for the tests, and the images they use; nothing comes from a registry.

`docker_engine` is for everyone who needs one; DOCKER_HOST names it from then on, also for the
processes that tests start.  Where none can be had the tests are skipped, which `CI=true` counts as
failed.
"""

import io
import os
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

import docker
import pytest

import base_image
import debian
import engine
import guest_toolkit

PLACE = "jupyter-train-test"
OWN_CONTAINER = Path(__file__).resolve().parents[2] / "examples" / "own-container"


class DockerEngine:
    """Where the engine is, a client of it, and how an image is made in it."""

    def __init__(self, host: str, image: str) -> None:
        self.host = host
        self.image = image
        self.api = docker.DockerClient(base_url=host, timeout=120)

    def client(self):
        """Return another client, to be closed by the test."""
        return docker.DockerClient(base_url=self.host, timeout=120)

    def build(
        self, name: str, dockerfile: str, files: Mapping[str, str | bytes | Path] = {}
    ) -> str:
        """Build an image from a Dockerfile and the files beside it, and return its name.

        Files are executable; BASE is the base image's name as an argument of the build.
        """
        context = io.BytesIO()
        with tarfile.open(fileobj=context, mode="w") as archive:
            for path, content in {"Dockerfile": dockerfile, **files}.items():
                add(archive, path, content)
        context.seek(0)
        tag = f"{PLACE}/{name}:latest"
        self.api.images.build(
            fileobj=context, custom_context=True, tag=tag, rm=True, buildargs={"BASE": self.image}
        )
        return tag

    def run(self, image: str, *argv: str, **options) -> str:
        """Run a container to its end by the engine alone, and return what it printed."""
        said = self.api.containers.run(image, list(argv), remove=True, stderr=True, **options)
        return said.decode(errors="replace")

    def containers(self, **labels: str) -> list:
        """Return all containers with these labels, the ended ones too."""
        wanted = [f"{name.replace('_', '-')}={value}" for name, value in labels.items()]
        return self.api.containers.list(all=True, filters={"label": wanted})


def add(archive: tarfile.TarFile, path: str, content: str | bytes | Path) -> None:
    """Add one file, or a folder, to a build's context."""
    if isinstance(content, Path):
        archive.add(content, path)
        return
    data = content.encode() if isinstance(content, str) else content
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = len(data), 0o755
    archive.addfile(entry, io.BytesIO(data))


@pytest.fixture(scope="session")
def possible_engine():
    """The engine, or why there is none, in words: for what must start with or without one."""
    before = os.environ.get("DOCKER_HOST")
    try:
        with engine.borrowed() as host:
            os.environ["DOCKER_HOST"] = host
            made = DockerEngine(host, base_image.load(host))
            yield made
            made.api.close()
    except debian.NotHereError as error:
        yield str(error)
    finally:
        os.environ.pop("DOCKER_HOST", None)
        os.environ.update({"DOCKER_HOST": before} if before else {})


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
    return docker_engine.build("own", (OWN_CONTAINER / "Dockerfile").read_text(), files)


TOOLKIT_DOCKERFILE = """
ARG BASE
FROM ${BASE}
COPY wheels /wheels
RUN pip install --no-index --no-compile --break-system-packages /wheels/*.whl
"""


@pytest.fixture(scope="session")
def toolkit_image(docker_engine):
    """An image with AWS's sagemaker-training toolkit, unmodified: its `train` is on the PATH."""
    wheels = guest_toolkit.fetch(Path(sys.executable))
    return docker_engine.build("toolkit", TOOLKIT_DOCKERFILE, {"wheels": wheels})
