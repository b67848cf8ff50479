"""Metric series in one SQLite file: short tail rows while a job runs, folded into packed chunks.

Raw sqlite3 and not SQLAlchemy: this file is a projection of the attempts' own files, never queried
by anything else, and Core's overhead for each statement would be most of the time of a commit.

`synchronous=NORMAL`: a loss of power may take the last commits back, but cursors go back with the
samples they brought, and the same bytes are read again.
"""

import logging
import math
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..contract.samples import Samples
from . import chunks
from .base import Batch, CurveStore, Series
from .live import LiveJob
from .packing import pack_tail, unpack_tail
from .sqlite import Database
from .thinning import EMPTY, join, thin, within

_log = logging.getLogger(__name__)

# `tail` is neither clustered nor indexed by job: a commit for twenty jobs then touches the pages
# at its end, and not one page for each job.  It is read only when the store opens.
# In `chunk` the envelope comes first: columns behind the last one asked for are not read.
_SCHEMA = """
CREATE TABLE series (
    id INTEGER PRIMARY KEY, job TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL,
    nan_count INTEGER NOT NULL, last_step INTEGER NOT NULL, last_time REAL, last_value REAL,
    least REAL, greatest REAL, UNIQUE (job, name));
CREATE TABLE tail (id INTEGER PRIMARY KEY, job TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE chunk (
    series INTEGER NOT NULL, n INTEGER NOT NULL, count INTEGER NOT NULL, s0 INTEGER NOT NULL,
    s1 INTEGER NOT NULL, env BLOB NOT NULL, v BLOB NOT NULL, step BLOB NOT NULL, t BLOB NOT NULL);
CREATE UNIQUE INDEX chunk_by_series ON chunk (series, n);
CREATE TABLE cursor (
    job TEXT NOT NULL, source TEXT NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY (job, source)) WITHOUT ROWID;
"""
_FOLD_RECORDS, _FOLD_ROWS = 65_536, 512
_JOBS_KEPT = 512

_Part = tuple[int, int, Samples]  # series id, number of samples, samples


class SqlCurves(CurveStore):
    """Series, samples and cursors of all jobs."""

    def __init__(self, path: Path) -> None:
        self._file = Database(path, _SCHEMA, version=1, synchronous="NORMAL")
        # Guards what is in memory.  Held for microseconds, or for the first read of a job.
        self._lock = threading.RLock()
        self._jobs: dict[str, LiveJob] = {}
        self._next_row = self._load_tails()

    def append(self, batches: Sequence[Batch]) -> None:
        """Store samples and cursors."""
        with self._lock:
            jobs = {batch.job_id: self._job(batch.job_id) for batch in batches}
        added: list[tuple[LiveJob, Series]] = []
        arrived: list[tuple[LiveJob, int, list[_Part]]] = []
        rows: list[tuple[int, str, bytes]] = []
        with self._file.writing() as connection:
            ids: dict[tuple[str, str], int] = {}
            for batch in batches:
                live = jobs[batch.job_id]
                if parts := self._parts(connection, batch, live, ids, added):
                    number = self._next_row + len(rows)
                    arrived.append((live, number, parts))
                    rows.append((number, batch.job_id, pack_tail(parts)))
            connection.executemany("INSERT INTO tail VALUES (?, ?, ?)", rows)
            connection.executemany(
                "INSERT INTO cursor VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET offset = excluded.offset",
                [(batch.job_id, batch.source, batch.offset) for batch in batches],
            )
        self._publish(added, arrived)
        self._fold_what_is_due(jobs)

    def _parts(
        self,
        connection: sqlite3.Connection,
        batch: Batch,
        live: LiveJob,
        ids: dict[tuple[str, str], int],
        added: list[tuple[LiveJob, Series]],
    ) -> list[_Part]:
        parts: list[_Part] = []
        for name, part in batch.samples.items():
            tail = live.tails.get(name)
            number = tail.id if tail else ids.get((batch.job_id, name))
            if number is None:
                number = ids[batch.job_id, name] = _insert_series(connection, batch.job_id, name)
                added.append((live, Series(id=number, name=name, count=0)))
            # Not len(part): this line runs for each metric of each job on each tick.
            if count := len(part.steps):
                parts.append((number, count, part))
        return parts

    def _publish(
        self,
        added: list[tuple[LiveJob, Series]],
        arrived: list[tuple[LiveJob, int, list[_Part]]],
    ) -> None:
        with self._lock:
            for live, summary in added:
                live.add(summary)
            for live, row, parts in arrived:
                live.rows.append(row)
                for number, count, part in parts:
                    live.by_id[number].extend(part, count)
                    live.records += count
            self._next_row += len(arrived)

    def _fold_what_is_due(self, jobs: dict[str, LiveJob]) -> None:
        for job_id, live in jobs.items():
            if live.records >= _FOLD_RECORDS or len(live.rows) >= _FOLD_ROWS:
                try:
                    self.fold(job_id)
                except OSError as error:
                    # The samples are stored; they only stay unpacked until the next commit.
                    _log.warning("curves of %s could not be folded yet: %s", job_id, error)

    def fold(self, job_id: str) -> None:
        """Pack what a job has in tail rows."""
        with self._lock:
            live = self._job(job_id)
            counts = [(tail, tail.count) for tail in live.tails.values()]
            fresh = [(tail, tail.after(tail.folded)) for tail, _ in counts]
            rows = list(live.rows)
        if not rows:
            return
        with self._file.writing() as connection:
            for tail, part in fresh:
                if len(part):
                    chunks.write(connection, tail.summary, tail.folded, part)
            connection.executemany("DELETE FROM tail WHERE id = ?", [(row,) for row in rows])
        with self._lock:
            for tail, count in counts:
                tail.fold(count)
            live.rows.clear()
            live.records = 0
            self._forget_the_oldest()

    def sync(self) -> None:
        """Put every commit onto the disk."""
        self._file.sync()

    def _forget_the_oldest(self) -> None:
        spare = [job_id for job_id, live in self._jobs.items() if not live.rows]
        for job_id in spare[: max(0, len(self._jobs) - _JOBS_KEPT)]:
            del self._jobs[job_id]

    def cursor(self, job_id: str, source: str) -> int:
        """Return how far a source was read."""
        query = "SELECT offset FROM cursor WHERE job = ? AND source = ?"
        with self._file.reading() as connection:
            row = connection.execute(query, (job_id, source)).fetchone()
        return row[0] if row else 0

    def series(self, job_id: str) -> list[Series]:
        """Return a job's series."""
        with self._lock:
            return [tail.summary for tail in self._job(job_id).tails.values()]

    def after(self, job_id: str, series: int, number: int) -> Samples:
        """Return the samples from the `number`-th on."""
        with self._lock:
            tail = self._job(job_id).by_id.get(series)
            if tail is None:
                return EMPTY
            start = tail.start
            recent = tail.after(max(number, start))
        if number >= start:
            return recent
        with self._file.reading() as connection:
            older = chunks.read(connection, series, max(number, 0), start)
        return join([*older, recent])

    def window(
        self, job_id: str, series: int, low: float | None, high: float | None, points: int
    ) -> Samples:
        """Return what a chart of these steps shows."""
        with self._lock:
            tail = self._job(job_id).by_id.get(series)
            if tail is None:
                return EMPTY
            folded, recent = tail.folded, within(tail.after(tail.folded), low, high)
        with self._file.reading() as connection:
            window = chunks.Window(connection, series, low=low, high=high, end=folded)
            parts = window.read(points, len(recent))
        return thin(join([*parts, recent]), points)

    def delete(self, job_id: str) -> None:
        """Forget a job."""
        with self._file.writing() as connection:
            connection.execute(
                "DELETE FROM chunk WHERE series IN (SELECT id FROM series WHERE job = ?)", (job_id,)
            )
            for table in ("series", "tail", "cursor"):
                connection.execute(f"DELETE FROM {table} WHERE job = ?", (job_id,))  # noqa: S608 - three words of ours
        with self._lock:
            self._jobs.pop(job_id, None)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _load_tails(self) -> int:
        """Bring back what was not folded; returns the number of the next tail row."""
        number = 0
        with self._file.reading() as connection:
            for number, job_id, data in connection.execute("SELECT * FROM tail ORDER BY id"):
                live = self._job(job_id)
                live.rows.append(number)
                for series, part in unpack_tail(data):
                    live.by_id[series].extend(part, len(part))
                    live.records += len(part)
        return number + 1

    def _job(self, job_id: str) -> LiveJob:
        live = self._jobs.get(job_id)
        if live is None:
            live = self._jobs[job_id] = LiveJob()
            with self._file.reading() as connection:
                query = "SELECT * FROM series WHERE job = ? ORDER BY id"
                for row in connection.execute(query, (job_id,)):
                    live.add(_read_series(row))
        return live


def _insert_series(connection: sqlite3.Connection, job_id: str, name: str) -> int:
    number = connection.execute(
        "INSERT INTO series VALUES (NULL, ?, ?, 0, 0, 0, 0, 0, NULL, NULL)", (job_id, name)
    ).lastrowid
    assert number is not None
    return number


def _read_series(row: tuple[Any, ...]) -> Series:
    number, _, name, count, nan_count, step, time, value, least, greatest = row
    return Series(
        id=number,
        name=name,
        count=count,
        nan_count=nan_count,
        last_step=step,
        last_time=math.nan if time is None else time,  # SQLite keeps NaN as NULL
        last_value=math.nan if value is None else value,
        least=least,
        greatest=greatest,
    )
