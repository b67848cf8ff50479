"""One clock for all followed files of this machine: says which of them grew."""

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path

BUSY_SECONDS = 0.010
QUIET_SECONDS = 0.025
CALM_AFTER = 2.0

FOR_EACH = 0.00125
"""Seconds between two looks for each file that is followed: many are looked at less often."""


@dataclass(slots=True, eq=False)
class Followed:
    """A file somebody waits for, and how far they have read; it grows, or is cut shorter."""

    path: Path
    offset: int
    file: int = -1
    """Its descriptor, once somebody has opened it."""
    grown: asyncio.Event = field(default_factory=asyncio.Event)


class Ticker:
    """Looks at all files in one go; faster while something grows, not at all while nobody waits."""

    def __init__(self) -> None:
        self._followed: set[Followed] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._grew_at = 0.0

    @property
    def is_ticking(self) -> bool:
        """Whether anybody waits for a file."""
        return self._timer is not None

    def add(self, followed: Followed) -> None:
        """Look at this file from now on."""
        self._followed.add(followed)
        if self._timer is None:
            self._grew_at = asyncio.get_running_loop().time()
            self._schedule()

    def drop(self, followed: Followed) -> None:
        """Look at it no more."""
        self._followed.discard(followed)
        if self._timer is not None and not self._followed:
            self._timer.cancel()
            self._timer = None

    def _schedule(self) -> None:
        loop = asyncio.get_running_loop()
        calm = loop.time() - self._grew_at > CALM_AFTER
        busy = max(BUSY_SECONDS, min(FOR_EACH * len(self._followed), QUIET_SECONDS))
        self._timer = loop.call_later(QUIET_SECONDS if calm else busy, self._tick)

    def _tick(self) -> None:
        for followed in self._followed:
            if not followed.grown.is_set() and _size(followed) not in {-1, followed.offset}:
                followed.grown.set()
                self._grew_at = asyncio.get_running_loop().time()
        self._schedule()


def _size(followed: Followed) -> int:
    try:
        if followed.file >= 0:
            return os.fstat(followed.file).st_size
        return os.lstat(followed.path).st_size  # Path.lstat costs twice as much
    except OSError:  # not there, or a job has shut its folder: the others' files are looked at
        return -1
