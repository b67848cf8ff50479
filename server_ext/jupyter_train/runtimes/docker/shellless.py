"""The log of an image without a shell: nobody in it can write to our file, so we copy.

The engine's log has one order that never changes.  So a copy goes on by reading from the start and
leaving out as many bytes as the file has: nothing is lost or doubled, whoever died in between.
"""

import fcntl
import logging
import os
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ...hosts.base import HostUnreachableError
from .engine import Engine, give_up

log = logging.getLogger(__name__)

MARK = "copied"
WAIT_SECONDS = 0.05


class Copiers:
    """One thread for each container whose log is copied while it runs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._running: dict[str, _Copier] = {}

    def ensure(self, folder: Path, identity: str) -> None:
        """Copy from now on, unless that is being done."""
        with self._lock:
            running = self._running.get(identity)
            if running is None or not running.is_alive():
                self._running[identity] = _Copier(self._engine, folder, identity)
                self._running[identity].start()

    def finish(self, folder: Path, identity: str) -> None:
        """Copy what is left of a container that has ended."""
        with self._lock:
            running = self._running.pop(identity, None)
        if running is not None:
            running.stop()
            running.join()
        never = threading.Event()
        with _turn(folder, never) as ours:
            if ours:
                _Copy(self._engine, folder, identity).run(never, follow=False)

    def close(self) -> None:
        """Stop copying; the engine keeps what comes."""
        with self._lock:
            running, self._running = list(self._running.values()), {}
        for each in running:
            each.stop()
        for each in running:
            each.join(timeout=5)


class _Copier(threading.Thread):
    """Copies one log until it ends or is told to stop."""

    def __init__(self, engine: Engine, folder: Path, identity: str) -> None:
        super().__init__(name=f"docker-log-{identity[:12]}", daemon=True)
        self._engine = engine
        self._folder = folder
        self._identity = identity
        self._copy: _Copy | None = None
        self._stopped = threading.Event()

    def run(self) -> None:
        """Copy; what goes wrong is done again by the next copier or at the end."""
        with _turn(self._folder, self._stopped) as ours:
            if ours:
                copy = self._copy = _Copy(self._engine, self._folder, self._identity)
                _try(lambda: copy.run(self._stopped, follow=True))

    def stop(self) -> None:
        """Let go, also of a stream that says nothing."""
        self._stopped.set()
        if self._copy is not None:
            self._copy.close()


class _Copy:
    """One reading of the engine's log, from its start."""

    def __init__(self, engine: Engine, folder: Path, identity: str) -> None:
        self._engine = engine
        self._path = folder / "log"
        self._identity = identity
        self._stream: Any = None

    def run(self, stopped: threading.Event, *, follow: bool) -> None:
        """Append what the file has not."""
        self._stream = self._engine.call(
            "logs", self._identity, stdout=True, stderr=True, stream=True, follow=follow
        )
        try:
            self._append(stopped)
        finally:
            give_up(self._stream)

    def _append(self, stopped: threading.Event) -> None:
        with self._path.open("ab", buffering=0) as file:
            known = file.seek(0, os.SEEK_END)
            for chunk in self._stream:
                if stopped.is_set():
                    return
                file.write(chunk[known:])
                known -= min(known, len(chunk))

    def close(self) -> None:
        """Break the stream off."""
        if self._stream is not None:
            with suppress(OSError, AttributeError):
                self._stream.close()


def is_copied(folder: str) -> bool:
    """Tell whether the log of an attempt has to be copied."""
    return os.path.exists(f"{folder}/{MARK}")  # noqa: PTH110  20 times a second


def _try(copy: Callable[[], None]) -> None:
    import docker  # noqa: PLC0415  see engine
    import requests  # noqa: PLC0415  see engine

    try:
        copy()
    except (HostUnreachableError, OSError, ValueError, struct.error) as error:
        log.debug("a log was not copied to its end: %s", error)
    except (docker.errors.APIError, requests.exceptions.RequestException) as error:
        log.debug("a log was not copied to its end: %s", error)


@contextmanager
def _turn(folder: Path, stopped: threading.Event) -> Iterator[bool]:
    """Wait until nobody else copies into this folder; False if told to stop before that."""
    try:
        claim = (folder / MARK).open("a")
    except FileNotFoundError:  # the folder has been removed
        yield False
        return
    with claim:
        while not stopped.is_set():
            try:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stopped.wait(WAIT_SECONDS)
            else:
                yield True
                return
        yield False
