"""Fewer samples that draw the same curve: the extremes are among them, and what is no number."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler

from ..contract.samples import Floats, Samples

STRIDE = 64
"""So many samples are two of an envelope."""

EMPTY = Samples(steps=np.empty(0, np.int64), times=np.empty(0), values=np.empty(0))


def join(parts: Sequence[Samples]) -> Samples:
    """Return samples one after the other."""
    if len(parts) < 2:
        return parts[0] if parts else EMPTY
    return Samples(
        steps=np.concatenate([part.steps for part in parts]),
        times=np.concatenate([part.times for part in parts]),
        values=np.concatenate([part.values for part in parts]),
    )


def take(part: Samples, index: "NDArray[np.int64] | NDArray[np.bool_] | slice") -> Samples:
    """Return some of the samples."""
    return Samples(steps=part.steps[index], times=part.times[index], values=part.values[index])


def within(part: Samples, low: float | None, high: float | None) -> Samples:
    """Return the samples with low <= step <= high; steps need not be in order."""
    if low is None and high is None:
        return part
    keep = np.ones(len(part), np.bool_)
    if low is not None:
        keep &= part.steps >= low
    if high is not None:
        keep &= part.steps <= high
    return part if keep.all() else take(part, keep)


def thin(part: Samples, points: int) -> Samples:
    """Return at most `points` (4 at least): the ends, the extremes, and marks of what is no number.

    Marks take a quarter of the points at most, and none where that is less than one of each kind.
    """
    points = max(points, 4)
    if len(part) <= points:
        return part
    marks = _marks(part.values, len(part) / max(points // 12, 1))
    if len(marks) > points // 4:
        marks = marks[:0]
    ends = np.array([0, len(part) - 1])
    # An odd number of samples is what MinMaxDownsampler refuses; it skips NaN.
    even = (points - 2 - len(marks)) // 2 * 2
    inner = _finite(part.values)[1:-1]
    kept = MinMaxDownsampler().downsample(inner, n_out=even).astype(np.int64) + 1  # type: ignore[no-untyped-call] # tsdownsample ships no types
    return take(part, np.unique(np.concatenate([ends, kept, marks])))


def envelope(part: Samples) -> Samples:
    """Return the ends, and the least, the greatest and the marks of every `STRIDE` samples."""
    rows = -(-len(part) // STRIDE)
    padded = np.full(rows * STRIDE, np.nan)
    padded[: len(part)] = _finite(part.values)
    table = padded.reshape(rows, STRIDE)
    # Of a bucket without a finite value both are its first sample.
    least = np.where(np.isnan(table), np.inf, table).argmin(axis=1)
    greatest = np.where(np.isnan(table), -np.inf, table).argmax(axis=1)
    starts = np.arange(rows) * STRIDE
    ends = np.array([0, len(part) - 1])
    marks = _marks(part.values, STRIDE)
    return take(part, np.unique(np.concatenate([ends, least + starts, greatest + starts, marks])))


def _marks(values: Floats, stride: float) -> "NDArray[np.int64]":
    """Return where the first NaN and the first of each infinity is in every `stride` values."""
    strays = np.flatnonzero(~np.isfinite(values))
    kinds = np.where(np.isnan(values[strays]), 0, np.sign(values[strays]) + 2)
    _, first = np.unique((strays / stride).astype(np.int64) * 4 + kinds, return_index=True)
    return strays[first]


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)
