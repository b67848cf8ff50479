"""Metric samples on their way: the job's file of records, and columns in memory.

A metrics file is a sequence of 32-byte little-endian records.  A record of kind NAME says that
`series` is called by the `step` bytes of UTF-8 which follow it, padded with NUL to a multiple of
32; a record of kind SAMPLE is one (series, step, time, value).  Each writing process has its own
file and its own numbering of series.  `jupyter_train_toolkit.metrics` writes them; it stands
alone, and a test holds the two descriptions together.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RECORD = np.dtype(
    [("series", "<u4"), ("kind", "<u4"), ("step", "<i8"), ("time", "<f8"), ("value", "<f8")]
)
SAMPLE, NAME = 0, 1
LONGEST_NAME = 1 << 16

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Samples of one series in the order in which they came: columns, time in epoch seconds."""

    steps: Ints
    times: Floats
    values: Floats

    def __len__(self) -> int:
        return len(self.steps)


def samples(steps: object, times: object, values: object) -> Samples:
    """Make columns of any three equally long sequences."""
    return Samples(
        steps=np.asarray(steps, dtype=np.int64),
        times=np.asarray(times, dtype=np.float64),
        values=np.asarray(values, dtype=np.float64),
    )


def decode(data: bytes, names: dict[int, str]) -> tuple[dict[str, Samples], int]:
    """Read whole records; returns samples by series name and the number of bytes used.

    `names` holds the file's numbering so far and is added to.  Bytes after the last whole record
    (a write that is still under way) are left for the next call.  Records of no known kind, which
    only somebody else's bytes can be, are passed over.
    """
    parts: dict[int, list[NDArray[np.void]]] = {}
    at, end = 0, len(data) - len(data) % RECORD.itemsize
    table = np.frombuffer(data, dtype=RECORD, count=end // RECORD.itemsize)
    while at < end:
        row = at // RECORD.itemsize
        size = int(table["step"][row])
        if table["kind"][row] == NAME and 0 <= size <= LONGEST_NAME:
            stop = at + RECORD.itemsize + -(-size // RECORD.itemsize) * RECORD.itemsize
            if stop > end:
                break
            text = data[at + RECORD.itemsize : at + RECORD.itemsize + size]
            names[int(table["series"][row])] = text.decode("utf-8", "replace")
            at = stop
            continue
        others = np.flatnonzero(table["kind"][row:] != SAMPLE)
        last = row + int(others[0]) if len(others) else len(table)
        if last == row:
            at += RECORD.itemsize
            continue
        run = table[row:last]
        for series in np.unique(run["series"]):
            parts.setdefault(int(series), []).append(run[run["series"] == series])
        at = last * RECORD.itemsize
    return {names.get(key, f"series-{key}"): _columns(rows) for key, rows in parts.items()}, at


def _columns(parts: list[NDArray[np.void]]) -> Samples:
    rows = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return samples(rows["step"], rows["time"], rows["value"])
