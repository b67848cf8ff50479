"""Packed pieces of series in the curve store's file: written by folding, read by number or step."""

import math
import sqlite3
from typing import Any

from ..contract.samples import Samples
from .base import Series
from .packing import pack_columns, pack_steps, unpack_chunk, unpack_columns
from .thinning import EMPTY, STRIDE, envelope, join, take, within

_GROWS = 4_096
"""A last chunk shorter than this is written again with what comes after it."""

_LARGEST = 65_536


def write(connection: sqlite3.Connection, summary: Series, number: int, part: Samples) -> None:
    """Store samples from `number` on behind a series' chunks, and how the series stands now."""
    last = connection.execute(
        "SELECT n, count, v, step, t FROM chunk WHERE series = ? ORDER BY n DESC LIMIT 1",
        (summary.id,),
    ).fetchone()
    if last is not None and last[1] < _GROWS:
        number, part = last[0], join([unpack_chunk(*last[1:]), part])
    for at in range(0, len(part), _LARGEST):
        _write_one(connection, summary.id, number + at, take(part, slice(at, at + _LARGEST)))
    connection.execute(
        "UPDATE series SET count = ?, nan_count = ?, last_step = ?, last_time = ?,"
        " last_value = ?, least = ?, greatest = ? WHERE id = ?",
        (
            summary.count,
            summary.nan_count,
            summary.last_step,
            summary.last_time,
            summary.last_value,
            summary.least,
            summary.greatest,
            summary.id,
        ),
    )


def _write_one(connection: sqlite3.Connection, series: int, number: int, part: Samples) -> None:
    row = (
        series,
        number,
        len(part),
        int(part.steps.min()),
        int(part.steps.max()),
        pack_columns(envelope(part)),
        part.values.tobytes(),
        pack_steps(part.steps),
        part.times.tobytes(),
    )
    connection.execute("INSERT OR REPLACE INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def read(connection: sqlite3.Connection, series: int, start: int, end: int) -> list[Samples]:
    """Return the samples numbered from `start` up to `end`."""
    rows = connection.execute(
        "SELECT n, count, v, step, t FROM chunk"
        " WHERE series = ? AND n < ? AND n + count > ? ORDER BY n",
        (series, end, start),
    )
    return [
        take(unpack_chunk(*columns), slice(max(start - number, 0), end - number))
        for number, *columns in rows
    ]


class Window:
    """The part of a series' chunks with low <= step <= high, numbered below `end`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        series: int,
        *,
        low: float | None,
        high: float | None,
        end: int,
    ) -> None:
        self._connection = connection
        self._series = series
        self._low = -math.inf if low is None else low
        self._high = math.inf if high is None else high
        self._end = end

    def read(self, points: int, beside: int) -> list[Samples]:
        """Return samples that draw `points` well; `beside` as many come from elsewhere.

        All of them, or the envelopes of chunks inside the window where that is enough.
        """
        rows = self._connection.execute(
            "SELECT n, count, s0, s1 FROM chunk"
            " WHERE series = ? AND n < ? AND s1 >= ? AND s0 <= ? ORDER BY n",
            (self._series, self._end, self._low, self._high),
        ).fetchall()
        edges = {row[0]: self._edge(row[0]) for row in rows if not self._holds(*row)}
        inside = {row[0]: row[1] for row in rows if row[0] not in edges}
        total = beside + sum(map(len, edges.values())) + sum(inside.values())
        # An envelope is two samples of STRIDE: it must leave more than is asked for.
        get = self._whole if total <= points * STRIDE // 2 else self._envelope
        return [edges[row[0]] if row[0] in edges else get(row[0]) for row in rows]

    def _holds(self, number: int, count: int, least: int, greatest: int) -> bool:
        return self._low <= least and greatest <= self._high and number + count <= self._end

    def _edge(self, number: int) -> Samples:
        part = take(self._whole(number), slice(0, self._end - number))
        return within(part, self._low, self._high)

    def _whole(self, number: int) -> Samples:
        row = self._row("count, v, step, t", number)
        return unpack_chunk(*row) if row else EMPTY

    def _envelope(self, number: int) -> Samples:
        row = self._row("env", number)
        return unpack_columns(row[0]) if row else EMPTY

    def _row(self, columns: str, number: int) -> tuple[Any, ...] | None:
        query = f"SELECT {columns} FROM chunk WHERE series = ? AND n = ?"  # noqa: S608 - our own words
        found: tuple[Any, ...] | None
        found = self._connection.execute(query, (self._series, number)).fetchone()
        return found
