"""Samples as bytes: the rows of the curve store."""

import struct
from collections.abc import Iterator, Sequence

import numpy as np

from ..contract.samples import Ints, Samples

_STRIDED = struct.Struct("<qq")


def pack_tail(parts: Sequence[tuple[int, int, Samples]]) -> bytes:
    """Return what one commit brought for one job: (series id, number of samples, samples)."""
    head = [len(parts)]
    pieces = [b""]
    for series, count, part in parts:
        head += (series, count)
        pieces += (part.steps.tobytes(), part.times.tobytes(), part.values.tobytes())
    pieces[0] = struct.pack(f"<{len(head)}I", *head)
    return b"".join(pieces)


def unpack_tail(data: bytes) -> Iterator[tuple[int, Samples]]:
    """Yield (series id, samples) of a tail row."""
    (number,) = struct.unpack_from("<I", data)
    head = struct.unpack_from(f"<{2 * number}I", data, 4)
    at = 4 + 8 * number
    for series, count in zip(head[::2], head[1::2], strict=True):
        yield series, _columns(data, at, count)
        at += 24 * count


def pack_columns(part: Samples) -> bytes:
    """Return samples as steps, times and values one after the other."""
    return part.steps.tobytes() + part.times.tobytes() + part.values.tobytes()


def unpack_columns(data: bytes) -> Samples:
    """Read `pack_columns` back."""
    return _columns(data, 0, len(data) // 24)


def _columns(data: bytes, at: int, count: int) -> Samples:
    # Copied, because views would keep the whole row in memory.
    return Samples(
        steps=np.frombuffer(data, "<i8", count, at).copy(),
        times=np.frombuffer(data, "<f8", count, at + 8 * count).copy(),
        values=np.frombuffer(data, "<f8", count, at + 16 * count).copy(),
    )


def pack_steps(steps: Ints) -> bytes:
    """Return evenly spaced steps as (first, stride): 16 bytes instead of 8 each."""
    if len(steps) > 2:
        stride = int(steps[1]) - int(steps[0])
        if abs(stride) < 1 << 62 and bool((np.diff(steps) == stride).all()):
            return _STRIDED.pack(int(steps[0]), stride)
    return steps.tobytes()


def unpack_steps(data: bytes, count: int) -> Ints:
    """Read `pack_steps` back."""
    if count > 2 and len(data) == _STRIDED.size:
        first, stride = map(int, _STRIDED.unpack(data))
        return first + stride * np.arange(count, dtype=np.int64)
    steps: Ints = np.frombuffer(data, "<i8", count)
    return steps


def unpack_chunk(count: int, values: bytes, steps: bytes, times: bytes) -> Samples:
    """Return the samples of a chunk row."""
    return Samples(
        steps=unpack_steps(steps, count),
        times=np.frombuffer(times, "<f8", count),
        values=np.frombuffer(values, "<f8", count),
    )
