"""A thread that tells when there is news of a job, at most once in a while, to the job's end."""

import threading
import time
from collections.abc import Callable
from typing import Any

from ..client.connection import Connection
from ..client.find import NoManagerError, StartFailedError
from ..client.stream import StreamReader

EVERY = 1.0
"""Seconds between two tellings: what is drawn needs no more, and a kernel has other work."""

_AGAIN = 2.0
# Of points and lines only that there are some is of interest.
_TOPICS: dict[str, dict[str, Any]] = {"job": {}, "series": {"after": {}}, "log": {"tail": 0}}
# The last: a socket that is closed while it is read.
_NOT_HEARD = (OSError, NoManagerError, StartFailedError, ValueError)


class Follower(threading.Thread):
    """Calls `tell` with True when there is news, with False when nobody can be heard."""

    def __init__(
        self, job: str, connect: Callable[[], Connection], tell: Callable[[bool], None]
    ) -> None:
        super().__init__(name=f"follows {job}", daemon=True)
        self._job = job
        self._connect = connect
        self._tell = tell
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._told = 0.0
        self._reader: StreamReader | None = None

    def run(self) -> None:
        """Follow until the job has ended, it is gone, or nobody wants to know."""
        while not self._ended.is_set():
            try:
                self._follow()
            except _NOT_HEARD:
                self._say(is_heard=False)
                self._ended.wait(_AGAIN)
            else:
                self._say()
                self._ended.set()

    def end(self) -> None:
        """Follow no longer; nothing is told from here on."""
        self._ended.set()
        if self._reader is not None:
            self._reader.hang_up()

    def _follow(self) -> None:
        with StreamReader(self._connect()) as self._reader:
            self._reader.rate(int(EVERY * 1000))
            left = {self._reader.subscribe(topic, job=self._job, **more): topic
                    for topic, more in _TOPICS.items()}  # fmt: skip
            if self._ended.is_set():  # there was no reader yet to hang up
                return
            for message in self._reader:
                if isinstance(message, dict) and message["type"] in {"end", "error", "deleted"}:
                    left.pop(message["id"], None)
                # The job's own facts have no end: they end with the others.
                if not {"series", "log"} & {*left.values()}:
                    return
                self._wake()

    def _wake(self) -> None:
        """Tell now, or as soon as it is time again."""
        if self._timer is None:
            wait = max(0.0, self._told + EVERY - time.monotonic())
            self._timer = threading.Timer(wait, self._say)
            self._timer.daemon = True
            self._timer.start()

    def _say(self, *, is_heard: bool = True) -> None:
        with self._lock:
            self._timer = None
            self._told = time.monotonic()
            if not self._ended.is_set():
                self._tell(is_heard)
