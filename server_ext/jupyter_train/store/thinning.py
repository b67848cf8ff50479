"""Fewer samples that draw the same curve: real samples, the extremes among them."""

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
    """Return at most `points` (4 at least): first, last, least and greatest of every bucket."""
    points = max(points, 4)
    if len(part) <= points:
        return part
    # An odd number of samples is what MinMaxDownsampler refuses; it skips NaN.
    inner = _finite(part.values)[1:-1]
    even = (points - 2) // 2 * 2
    kept = MinMaxDownsampler().downsample(inner, n_out=even).astype(np.int64) + 1  # type: ignore[no-untyped-call] # tsdownsample ships no types
    ends = np.array([0, len(part) - 1])
    return take(part, np.unique(np.concatenate([ends, kept])))


def envelope(part: Samples) -> Samples:
    """Return the first, the last, and the least and greatest of every `STRIDE` samples."""
    rows = -(-len(part) // STRIDE)
    padded = np.full(rows * STRIDE, np.nan)
    padded[: len(part)] = _finite(part.values)
    table = padded.reshape(rows, STRIDE)
    # Of a bucket without a finite value both are its first sample.
    least = np.where(np.isnan(table), np.inf, table).argmin(axis=1)
    greatest = np.where(np.isnan(table), -np.inf, table).argmax(axis=1)
    starts = np.arange(rows) * STRIDE
    ends = np.array([0, len(part) - 1])
    return take(part, np.unique(np.concatenate([ends, least + starts, greatest + starts])))


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)
