"""The outputs that show jobs of this kernel, kept up to date for readers without a live view.

GitHub, nbconvert and VS Code show what was last written into the notebook: an output is written
again at the end of a cell and, while the kernel is idle, at the end of its job and now and then.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol

POLL = 2.0
"""Seconds between two looks at the jobs that have not ended, while the kernel is idle."""

EVERY = 30.0
"""Seconds between two writes of an output whose job goes on."""


_PLACE = "jupyter_train_views"


class Viewed(Protocol):
    """What a view shows."""

    name: str

    def has_ended(self) -> bool | None:
        """Tell whether it has ended; None while nobody can say."""


def views_of(shell: Any) -> "Views":
    """Return the views of a shell, which looks at them at the end of each cell."""
    if shell is None:
        return Views()
    if not hasattr(shell, _PLACE):
        setattr(shell, _PLACE, Views())
        shell.events.register("post_run_cell", getattr(shell, _PLACE).refresh)
    views: Views = getattr(shell, _PLACE)
    return views


class Views:
    """The views of one shell: each is written for the last time when its job has ended."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[Any, tuple[Viewed, float]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, view: Any, job: Viewed) -> None:
        """Keep a view up to date from now on."""
        self._open[view] = (job, self._clock())
        self._wake()

    def drop(self, view: Any) -> None:
        """Let go of a view: its last state is written."""
        self._open.pop(view, None)

    def refresh(self, *_: Any) -> None:
        """Write what has ended, and what was written long ago."""
        now = self._clock()
        for view, (job, written) in [*self._open.items()]:
            has_ended = job.has_ended()
            if has_ended or (has_ended is False and now - written >= EVERY):
                view.update(job)
                self._open[view] = (job, now)
            # Of a job that nobody can ask about any more, the last state stays.
            if has_ended is not False:
                self.drop(view)
        self._wake()

    def close(self) -> None:
        """Look no more."""
        self._open.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        """Look again after a while: on the kernel's own loop, which runs while no cell does."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._open:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a terminal, which has no loop between two lines
            return
        self._timer = loop.call_later(POLL, self.refresh)
