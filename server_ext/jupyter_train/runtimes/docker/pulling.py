"""Pull an image and say how far that is."""

import threading
import time
from collections.abc import Iterable
from typing import Any

from ..base import MachineError, StartError, Tell
from .blame import FULL, is_passing
from .engine import Engine

EVERY_SECONDS = 1.0
MEGABYTE = 1_000_000

# What a registry or the engine says, and what that means for the owner of a job.
_REASONS = (
    (("unauthorized", "no basic auth", "authentication required", "denied"),
     "the registry asks for a login; run `docker login {registry}` as the user of the manager"),
    (("manifest unknown", "not found", "repository does not exist", "name unknown"),
     "the registry has no such image"),
    (("no matching manifest",), "it is not there for this machine's architecture"),
    (("no such host", "connection refused", "i/o timeout", "timeout", "server misbehaving"),
     "the registry cannot be reached"),
    ((FULL,), "the disk of the docker engine is full"),
    (("x509", "http response to https"), "the registry's certificate is not one to be trusted"),
)  # fmt: skip


class Download:
    """One pull under way, which another thread may break off."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._ended = False
        self._lock = threading.Lock()

    def hold(self, stream: Any) -> None:
        """Break this off, if it comes to that."""
        with self._lock:
            self._stream = stream
        if self._ended:
            self.end()

    def end(self) -> None:
        """Hang up: an engine stops pulling for whom nobody listens any more."""
        with self._lock:
            self._ended = True
            if self._stream is not None:
                self._stream.close()


def pull(engine: Engine, asked: str, name: str, tell: Tell, download: Download) -> None:
    """Pull `name`; StartError in words if that fails."""
    import docker  # noqa: PLC0415  see engine
    import requests  # noqa: PLC0415  see engine

    repository, tag = docker.utils.parse_repository_tag(name)
    tell(f"Pulling the image {name}")
    try:
        lines = engine.pulled(repository, tag or "latest", _login(repository))
        download.hold(lines)
        _follow(lines, asked, name, tell)
    except docker.errors.APIError as error:
        raise failure(asked, name, str(error.explanation or error)) from error
    except docker.errors.DockerException as error:
        raise failure(asked, name, str(error)) from error
    except requests.exceptions.RequestException as error:
        raise engine.unreachable(error) from error


def _login(repository: str) -> dict[str, Any] | None:
    """Return what `docker login` has left for a registry, read now: the client reads it once."""
    import docker  # noqa: PLC0415  see engine

    registry, _ = docker.auth.resolve_repository_name(repository)
    found: dict[str, Any] | None = docker.auth.load_config().resolve_authconfig(registry)
    return found


def failure(asked: str, name: str, reason: str) -> StartError:
    """Return the error that says why an image cannot be had, and what to do."""
    small = reason.lower()
    words = next((why for signs, why in _REASONS if any(sign in small for sign in signs)), "")
    first, _, rest = name.partition("/")
    registry = first if rest and ("." in first or ":" in first) else ""
    way_out = words.format(registry=registry).replace(" `;", "`;").replace("login `", "login`")
    meant = "" if asked == name else f" (for {asked!r})"
    told = f"{way_out} ({reason.strip()})" if way_out else reason.strip()
    kind = MachineError if is_passing(reason) else StartError
    return kind(f"the image {name!r}{meant} cannot be pulled: {told}")


def _follow(lines: Iterable[dict[str, Any]], asked: str, name: str, tell: Tell) -> None:
    layers: dict[str, tuple[int, int]] = {}
    told, error = time.monotonic(), ""
    for line in lines:  # to the end: a stream left in the middle keeps its connection
        error = error or str(line.get("error", ""))
        detail = line.get("progressDetail") or {}
        if "total" in detail and line.get("status") == "Downloading":
            layers[line.get("id", "")] = (detail.get("current", 0), detail["total"])
        elif line.get("status") in ("Download complete", "Pull complete"):
            done = layers.get(line.get("id", ""), (0, 0))[1]
            layers[line.get("id", "")] = (done, done)
        if time.monotonic() - told >= EVERY_SECONDS:
            told = time.monotonic()
            tell(progress(name, layers.values()))
    if error:
        raise failure(asked, name, error)


def progress(name: str, layers: Iterable[tuple[int, int]]) -> str:
    """Say how much of an image is here; the sizes of layers yet to come are not known."""
    here, total = map(sum, zip(*layers, strict=True)) if layers else (0, 0)
    if not total:
        return f"Pulling the image {name}"
    return f"Pulling the image {name}: {here / MEGABYTE:.0f} of {total / MEGABYTE:.0f} MB"
