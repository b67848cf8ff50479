"""What a described job waits for before it trains, and what it runs in, in words."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from ..contract.names import PROCESS_IMAGE

BEFORE_TRAINING = frozenset({"Pending", "Downloading", "Interrupted", "Restarting"})
"""The secondary statuses whose message says what is waited for."""

_SHA = "sha256:"
_FIGURES = re.compile(r"\d+(\.\d+)?")

EVERY = 3.0
"""Seconds between two messages that differ in their figures only."""


class Progress:
    """Says what a job waits for as that changes: nothing twice, and moving figures now and then."""

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        after: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say = say
        self._clock = clock
        self._said = ""
        self._last = 0.0
        self._from = clock() + after

    def look(self, detail: Mapping[str, Any]) -> None:
        """Look at a described job, and say what is new."""
        words, now = waits_for(detail), self._clock()
        if not words or words == self._said or now < self._from:
            return
        is_same_but_figures = _FIGURES.sub("", words) == _FIGURES.sub("", self._said)
        if is_same_but_figures and now - self._last < EVERY:
            return
        self._said, self._last = words, now
        self._say(words)


def waits_for(detail: Mapping[str, Any]) -> str:
    """Return what a described job does before it trains, empty once it does."""
    if detail.get("Unreachable"):
        return "it cannot be looked at now: its engine or host does not answer"
    status, transitions = detail.get("SecondaryStatus"), detail.get("SecondaryStatusTransitions")
    if status not in BEFORE_TRAINING or not transitions:
        return ""
    message = transitions[-1].get("StatusMessage", "")
    return f"{status}: {message}" if message else ""


def image_of(detail: Mapping[str, Any]) -> str:
    """Return the image a described job runs in, as asked for and as found; empty for a process."""
    asked = detail.get("AlgorithmSpecification", {}).get("TrainingImage", "")
    ran, digest = detail.get("Image", ""), detail.get("ImageDigest", "")
    if not ran and asked in ("", PROCESS_IMAGE):
        return ""
    is_other = ran not in ("", asked) and not ran.startswith(_SHA)
    here = f" (here {ran})" if is_other else ""
    identity = digest.rpartition("@")[2] or (ran if ran.startswith(_SHA) else "")
    # Twelve digits are what the engine's own lists show.
    return f"{asked}{here} {identity[: len(_SHA) + 12]}".strip()


def warm_pool_of(detail: Mapping[str, Any]) -> str:
    """Return how a described job's warm container is, empty without one."""
    pool = detail.get("WarmPoolStatus") or {}
    reused = pool.get("ReusedByJob")
    return f"{pool.get('Status', '')}, by {reused}" if reused else str(pool.get("Status", ""))
