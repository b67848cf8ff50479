"""The end of each series in memory, so that a page that follows a running job asks no database."""

import math

import numpy as np

from ..contract.samples import Samples
from .base import Series
from .thinning import EMPTY, join, take

KEPT = 2048
"""So many samples of a series stay in memory after they were folded."""

_MERGED = 64


class Tail:
    """One series: what it amounts to, and its samples from number `start` on."""

    def __init__(self, summary: Series) -> None:
        self.id = summary.id
        self.count = self.start = self.folded = summary.count
        self._summary = summary
        self._blocks: list[Samples] = []
        self._fresh: list[Samples] = []

    def extend(self, part: Samples, count: int) -> None:
        """Take `count` samples that were committed; they are looked at when somebody asks."""
        self._fresh.append(part)
        self.count += count
        if len(self._fresh) >= _MERGED:
            self._settle()

    def _settle(self) -> None:
        # Joined, because three arrays for one sample take 20 times their bytes.
        fresh = join(self._fresh)
        self._summary = summed(self._summary, fresh)
        last = self._blocks[-1] if self._blocks else EMPTY
        if 0 < len(last) < _MERGED:
            self._blocks[-1] = join([last, fresh])
        else:
            self._blocks.append(fresh)
        self._fresh.clear()

    @property
    def summary(self) -> Series:
        """How the series stands."""
        if self._fresh:
            self._settle()
        return self._summary

    def after(self, number: int) -> Samples:
        """Return the samples from `number` on, which must not be before `start`."""
        if number >= self.count:
            return EMPTY
        if self._fresh:
            self._settle()
        found: list[Samples] = []
        at = self.count
        for block in reversed(self._blocks):
            at -= len(block)
            found.append(block if at >= number else take(block, slice(number - at, None)))
            if at <= number:
                break
        return join(found[::-1])

    def fold(self, count: int) -> None:
        """Forget most of what is in chunks now: everything before number `count`."""
        self.folded = count
        start = max(self.start, min(count, self.count - KEPT))
        kept = self.after(start)
        # Copied, because a slice would keep all of it.
        self._blocks = [take(kept, np.arange(len(kept)))] if len(kept) else []
        self.start = start


class LiveJob:
    """One job's series, and the tail rows that are not folded yet."""

    def __init__(self) -> None:
        self.tails: dict[str, Tail] = {}
        self.by_id: dict[int, Tail] = {}
        self.rows: list[int] = []
        self.records = 0

    def add(self, summary: Series) -> Tail:
        """Take in a series."""
        tail = self.tails[summary.name] = self.by_id[summary.id] = Tail(summary)
        return tail


def summed(before: Series, part: Samples) -> Series:
    """Return how a series stands after more samples."""
    count = len(part)
    if count == 0:
        return before
    least, greatest, odd = _extremes(part, before.least, before.greatest)
    return Series(
        id=before.id,
        name=before.name,
        count=before.count + count,
        nan_count=before.nan_count + odd,
        last_step=int(part.steps[-1]),
        last_time=float(part.times[-1]),
        last_value=float(part.values[-1]),
        least=least,
        greatest=greatest,
    )


def _extremes(
    part: Samples, least: float | None, greatest: float | None
) -> tuple[float | None, float | None, int]:
    if len(part) == 1:  # the usual case; numpy would take ten times as long
        finite = [value for value in (float(part.values[0]),) if math.isfinite(value)]
        odd = 1 - len(finite)
    else:
        kept = part.values[np.isfinite(part.values)]
        finite = [float(kept.min()), float(kept.max())] if len(kept) else []
        odd = len(part) - len(kept)
    low = [*finite, *([] if least is None else [least])]
    high = [*finite, *([] if greatest is None else [greatest])]
    return min(low, default=None), max(high, default=None), odd
