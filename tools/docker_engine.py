"""The engine as tests and benches use it: lent for a while, with the base image, making others."""

import io
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker

import base_image
import engine

PLACE = "jupyter-train-test"


class DockerEngine:
    """Where the engine is, a client of it, and how an image is made in it."""

    def __init__(self, host: str, image: str) -> None:
        self.host = host
        self.image = image
        self.api = docker.DockerClient(base_url=host, timeout=120)

    def client(self) -> docker.DockerClient:
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

    def run(self, image: str, *argv: str, **options: Any) -> str:
        """Run a container to its end by the engine alone, and return what it printed."""
        said = self.api.containers.run(image, list(argv), remove=True, stderr=True, **options)
        return said.decode(errors="replace")

    def containers(self, *labels: str) -> list[Any]:
        """Return all containers with these labels (`name` or `name=value`), ended ones too."""
        wanted = {"label": list(labels)}
        return self.api.containers.list(all=True, filters=wanted, ignore_removed=True)


def add(archive: tarfile.TarFile, path: str, content: str | bytes | Path) -> None:
    """Add one file, or a folder, to a build's context."""
    if isinstance(content, Path):
        archive.add(content, path)
        return
    data = content.encode() if isinstance(content, str) else content
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = len(data), 0o755
    archive.addfile(entry, io.BytesIO(data))


@contextmanager
def lent_engine() -> Iterator[DockerEngine]:
    """Lend the engine; DOCKER_HOST names it meanwhile, also for the processes that are started."""
    before = os.environ.get("DOCKER_HOST")
    with engine.borrowed() as host:
        os.environ["DOCKER_HOST"] = host
        made = DockerEngine(host, base_image.load(host))
        try:
            yield made
        finally:
            made.api.close()
            os.environ.pop("DOCKER_HOST")
            os.environ.update({"DOCKER_HOST": before} if before else {})
