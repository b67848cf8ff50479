"""One manager per state folder, by a lock that dies with its holder."""

import fcntl
import os
from pathlib import Path

LOCK_FILE = "manager.lock"


class LockedError(Exception):
    """Another manager serves this state folder."""


class HomeLock:
    """Holds a state folder; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        self._descriptor = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise LockedError(
                f"a manager already serves {home}: process {holder or 'unknown'}; "
                f"stop it first: jupyter train manager stop --home {home}"
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go."""
        os.close(self._descriptor)
