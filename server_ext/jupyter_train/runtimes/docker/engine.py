"""The connection to the engine: calls in threads of its own, errors in two kinds.

HostUnreachableError: nothing is known.  APIError: the engine has answered, and the answer is no.
"""

import asyncio
import json
import logging
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import psutil

from ...hosts.base import HostUnreachableError

log = logging.getLogger(__name__)
T = TypeVar("T")

CALL_SECONDS = 120
GREETING_SECONDS = 20
CLOSE_SECONDS = 2
REMOVAL_SECONDS = 10
LOOK_SECONDS = 0.05
CONFLICT = 409
DEFAULT_HOST = "unix:///var/run/docker.sock"


class Engine:
    """One engine, connected to when first needed; safe in threads."""

    def __init__(self, host: str = "") -> None:
        self.host = host or os.environ.get("DOCKER_HOST", "") or DEFAULT_HOST
        self._lock = threading.Lock()
        self._client: Any = None
        self._threads: list[threading.Thread] = []

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run something that waits for the engine in a thread of its own."""
        # A pool's threads run out on pulls that hang, and an exit waits for them.
        loop = asyncio.get_running_loop()
        waited: asyncio.Future[T] = loop.create_future()
        call = _Call(partial(function, *arguments), loop, waited)
        thread = threading.Thread(target=call.run, name="docker", daemon=True)
        thread.start()
        self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]
        return await waited

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """Call a method of docker's client; what is called may be called twice."""
        try:
            return self._call(method, *arguments, **options)
        except HostUnreachableError as error:
            # Connections are kept, and the first call after the engine's restart finds one dead.
            if not is_broken(error):
                raise
            return self._call(method, *arguments, **options)

    def remove(self, container: str) -> None:
        """Remove a container, killed if it runs, and wait until it is gone; twice is once."""
        import docker  # noqa: PLC0415  see _call

        give_up = time.monotonic() + REMOVAL_SECONDS
        while time.monotonic() < give_up:
            try:
                self.call("remove_container", container, v=True, force=True)
            except docker.errors.NotFound:
                return
            except docker.errors.APIError as error:
                if error.status_code != CONFLICT:
                    raise
                time.sleep(LOOK_SECONDS)  # somebody else is removing it
            else:
                return
        log.warning("%s is still being removed; `jupyter train prune` lists it", container)

    def has_file(self, container: str, path: str) -> bool:
        """Tell whether a container, which need not run, has a file."""
        import requests  # noqa: PLC0415  see engine

        client = self.client()
        url = f"{client.base_url}/v{client.api_version}/containers/{container}/archive"
        try:
            found = client.head(url, params={"path": path}, timeout=CALL_SECONDS)
        except requests.exceptions.RequestException as error:
            raise self.unreachable(error) from error
        return bool(found.status_code == 200)

    def pulled(self, repository: str, tag: str, login: Any) -> Any:
        """Pull an image; returns what is said of it, a stream that any thread may close."""
        import docker  # noqa: PLC0415  see _call
        import requests  # noqa: PLC0415  see _call

        self.call("ping")  # finds a connection that died with a former engine
        client = self.client()
        asked = {"fromImage": repository, "tag": tag}
        # docker-py's own `pull` hands out no stream that can be closed from outside.
        header = {"X-Registry-Auth": docker.auth.encode_header(login)} if login else {}
        url = f"{client.base_url}/v{client.api_version}/images/create"
        try:
            answer = client.post(url, params=asked, headers=header, stream=True, timeout=None)
            answer.raise_for_status()
        except requests.exceptions.HTTPError as error:
            docker.errors.create_api_error_from_http_exception(error)
        except requests.exceptions.RequestException as error:
            raise self.unreachable(error) from error
        lines = (json.loads(line) for line in answer.iter_lines() if line)
        return docker.types.daemon.CancellableStream(lines, answer)

    def client(self) -> Any:
        """Return docker's client; HostUnreachableError if there is no engine to speak to."""
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def unreachable(self, error: BaseException) -> HostUnreachableError:
        """Return the error of an engine that does not answer."""
        return HostUnreachableError(f"the docker engine at {self.host} does not answer: {error}")

    def close(self) -> None:
        """Let go of the connections; what is under way has a moment to come to its end."""
        deadline = time.monotonic() + CLOSE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _call(self, method: str, *arguments: Any, **options: Any) -> Any:
        import docker  # noqa: PLC0415  takes 100 ms; those without containers never pay it
        import requests  # noqa: PLC0415  docker's, and imported with it only

        from .transport import knock  # noqa: PLC0415  imports docker

        try:
            knock(self.host)
            return getattr(self.client(), method)(*arguments, **options)
        except docker.errors.APIError:  # an answer, although it derives from the next
            raise
        except (requests.exceptions.RequestException, OSError) as error:
            raise self.unreachable(error) from error

    def _connect(self) -> Any:
        import docker  # noqa: PLC0415  see _call

        from .transport import Client  # noqa: PLC0415  see _call

        try:
            client = Client(base_url=self.host, timeout=GREETING_SECONDS)
        except docker.errors.DockerException as error:
            raise self.unreachable(error) from error
        client.timeout = CALL_SECONDS
        return client


@dataclass(frozen=True, slots=True)
class _Call(Generic[T]):
    """One call in a thread, and who waits for what comes of it."""

    work: Callable[[], T]
    loop: asyncio.AbstractEventLoop
    waited: "asyncio.Future[T]"

    def run(self) -> None:
        try:
            done = partial(self._return, self.work())
        except BaseException as error:  # noqa: BLE001  raised again where it is waited for
            done = partial(self._raise, error)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(done)

    def _return(self, result: T) -> None:
        if not self.waited.done():
            self.waited.set_result(result)

    def _raise(self, error: BaseException) -> None:
        if not self.waited.done():
            self.waited.set_exception(error)


def give_up(stream: Any) -> None:
    """Close the connection of a stream, from the thread that reads it."""
    # docker-py's own `close` shuts the connection down, and leaves it to be closed by chance.
    stream._response.close()  # noqa: SLF001  nothing public does


def is_broken(error: HostUnreachableError) -> bool:
    """Tell whether a connection broke; an engine that takes too long would again."""
    import requests  # noqa: PLC0415  see engine

    return isinstance(error.__cause__, requests.exceptions.ConnectionError)


def engine_started(host: str) -> float | None:
    """Return since when an engine of this machine runs, None if that cannot be told."""
    parts = urlsplit(host)
    if parts.scheme != "unix" or not hasattr(socket, "SO_PEERCRED"):
        return None
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(parts.path)
        except OSError:
            return None
        peer = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid = struct.unpack("3i", peer)[0]
    try:
        named = psutil.Process(pid)
        # A socket that systemd has made for the engine is systemd's: then there is one dockerd.
        found = [named] if named.name() == "dockerd" else _dockerds()
        return found[0].create_time() if len(found) == 1 else None
    except psutil.Error:
        return None


def _dockerds() -> list[psutil.Process]:
    return [each for each in psutil.process_iter(["name"]) if each.info["name"] == "dockerd"]
