"""Images: which one a name means here, what is in it, and how it gets here."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import image_table
from ..base import LocalImage, Prepared, StartError, Tell
from .blame import refusal
from .engine import Engine
from .options import HELPER_LABEL
from .pulling import Download, pull

READ_ONLY_LABEL = "jupyter-train.read-only-root"
SHELL = "/bin/sh"
ML = "/opt/ml"
KEPT = 256
NAMELESS = "<none>:<none>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image that is here; `has_ml`: it brings files of its own below /opt/ml."""

    name: str
    id: str
    digest: str = ""
    architecture: str = ""
    user: str = ""
    entrypoint: tuple[str, ...] = ()
    variables: Mapping[str, str]
    read_only_root: bool = False
    has_shell: bool = True
    has_ml: bool = True

    @property
    def prepared(self) -> Prepared:
        """What is recorded with the job."""
        return Prepared(image_id=self.id, image_digest=self.digest)


class Images:
    """The engine's images, as the table of names has them."""

    def __init__(self, engine: Engine, table: Path | None) -> None:
        self._engine = engine
        self._table = table
        self._contents: dict[str, frozenset[str]] = {}
        self._inspected: dict[str, tuple[float, Image]] = {}
        self._lock = threading.Lock()

    def local_name(self, name: str) -> str:
        """Return what the table makes of a name: the first pattern that fits, else the name."""
        return image_table.find_local(read_table(self._table), name)

    def find(self, name: str) -> Image | None:
        """Return an image that is here."""
        import docker  # noqa: PLC0415  see engine

        local = self.local_name(name)
        try:
            return self._read(name, self._engine.call("inspect_image", local))
        except docker.errors.NotFound:
            return None
        except docker.errors.APIError as error:
            words = f"the image {name!r} cannot be used: {error.explanation}"
            raise refusal(words, error) from error

    def fetch(self, name: str, tell: Tell, download: Download) -> Image:
        """Return an image, pulled if it is not here."""
        found = self.find(name)
        if found is None:
            pull(self._engine, name, self.local_name(name), tell, download)
            found = self.find(name)
        if found is None:
            raise StartError(f"the image {name!r} was pulled and yet is not there")
        self._remember(name, found)
        return found

    def local(self) -> list[LocalImage]:
        """Return the images that are here, once for each name they go by."""
        return [
            LocalImage(
                name=name,
                id=each["Id"],
                digest=digest_of(name, each.get("RepoDigests") or ()),
                size=each.get("Size", -1),
                created=float(each.get("Created", 0)),
            )
            for each in self._engine.call("images")
            for name in each.get("RepoTags") or ()
            if name != NAMELESS
        ]

    def ready(self, name: str) -> Image:
        """Return an image that `fetch` has seen a moment ago, or one that is here; never pulls."""
        with self._lock:
            seen = self._inspected.pop(name, None)
        found = seen[1] if seen and time.monotonic() - seen[0] < 60 else self.find(name)
        if found is None:
            raise StartError(
                f"there is no image {self.local_name(name)!r} on this machine; "
                f"`docker pull` or `docker build` it, or leave the image out"
            )
        return found

    def _remember(self, name: str, image: Image) -> None:
        with self._lock:
            self._inspected[name] = (time.monotonic(), image)
            while len(self._inspected) > KEPT:
                del self._inspected[next(iter(self._inspected))]

    def _read(self, name: str, document: dict[str, Any]) -> Image:
        config = document.get("Config") or {}
        labels = config.get("Labels") or {}
        variables = dict(each.partition("=")[::2] for each in config.get("Env") or ())
        identity = document["Id"]
        there = self._content(identity)
        return Image(
            name=name,
            id=identity,
            digest=digest_of(self.local_name(name), document.get("RepoDigests") or ()),
            architecture=document.get("Architecture", ""),
            user=config.get("User") or "",
            entrypoint=tuple(config.get("Entrypoint") or ()),
            variables=variables,
            read_only_root=labels.get(READ_ONLY_LABEL, "").lower() == "true",
            has_shell=SHELL in there,
            has_ml=ML in there,
        )

    def _content(self, identity: str) -> frozenset[str]:
        """Look into the image, once: only a container that is never started shows its files."""
        known = self._contents.get(identity)
        if known is None:
            known = self._contents[identity] = self._find_content(identity)
        return known

    def _find_content(self, identity: str) -> frozenset[str]:
        body: dict[str, Any] = {"Image": identity, "Entrypoint": [SHELL], "NetworkDisabled": True}
        body["HostConfig"] = {"NetworkMode": "none", "LogConfig": {"Type": "none"}}
        body["Labels"] = {HELPER_LABEL: "1"}
        made = self._engine.call("create_container_from_config", body)["Id"]
        try:
            return frozenset(path for path in (SHELL, ML) if self._engine.has_file(made, path))
        finally:
            self._engine.remove(made)


def digest_of(name: str, digests: Sequence[str]) -> str:
    """Return the digest by which a name's own repository has an image, else any other's."""
    repository = _repository(name)
    own = [each for each in digests if _repository(each) == repository]
    return next(iter([*own, *digests]), "")


def _repository(reference: str) -> str:
    """Return a reference without tag and digest, Docker's own registry in its shortest form."""
    import docker  # noqa: PLC0415  see engine

    named, _ = docker.utils.parse_repository_tag(reference.partition("@")[0])
    for known in ("index.docker.io/", "docker.io/", "library/"):
        named = named.removeprefix(known)
    return str(named)


def read_table(path: Path | None) -> dict[str, str]:
    """Return "glob of names" = "local image", as a person wrote it; read at each use."""
    try:
        return {} if path is None else image_table.read_table(path)
    except image_table.TableError as error:
        raise StartError(f"{error}") from error
