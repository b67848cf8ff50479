"""One lock for each attempt, as long as anybody holds it."""

import threading
import weakref
from pathlib import PurePath


class Locks:
    """Locks by the folders of attempts; safe in threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held: weakref.WeakValueDictionary[str, Lock] = weakref.WeakValueDictionary()

    def of(self, folder: PurePath) -> "Lock":
        """Return the lock of an attempt; a thread that outlives its caller keeps it too."""
        with self._guard:
            lock = self._held.get(str(folder))
            if lock is None:
                lock = self._held[str(folder)] = Lock()
            return lock


class Lock:
    """A lock that can be referred to weakly."""

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
