"""B6: points a second until durable and readable, beside one SQLite row a point.

20 jobs of 10 metrics, in commits of 2,000 points, and of 200: one point of each metric of each job.
"""

import argparse
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np

from jupyter_train.contract.samples import samples
from jupyter_train.store.base import Batch
from jupyter_train.store.curves import SqlCurves
from row import Row, run

JOBS, METRICS = 20, 10
ROWS = "CREATE TABLE point (job, metric, step, time, value, PRIMARY KEY (job, metric, step))"


def ours(folder: Path, points: int, per_commit: int) -> tuple[float, float]:
    """Return points a second of the curve store, by the clock and by the CPU it took."""
    store = SqlCurves(folder / "curves.sqlite")
    each = per_commit // (JOBS * METRICS)
    commits = [ticks(number, each) for number in range(points // per_commit)]
    begin, busy = time.perf_counter(), time.process_time()
    for batches in commits:
        store.append(batches)
    took, busy = time.perf_counter() - begin, time.process_time() - busy
    counts = [found.count for job in range(JOBS) for found in store.series(f"job-{job}")]
    assert sum(counts) == len(commits) * per_commit
    store.close()
    return points / took, points / busy


def ticks(number: int, each: int) -> list[Batch]:
    """Return what twenty jobs log in one commit."""
    steps = np.arange(number * each, (number + 1) * each)
    values = np.random.default_rng(number).random((METRICS, each))
    some = {f"metric-{n}": samples(steps, steps * 0.1, row) for n, row in enumerate(values)}
    return [
        Batch(job_id=f"job-{job}", source="metrics", offset=number, samples=some)
        for job in range(JOBS)
    ]


def rows(folder: Path, points: int, per_commit: int) -> float:
    """Return points a second of a table with a row for each."""
    connection = sqlite3.connect(folder / "rows.sqlite", isolation_level=None)
    connection.executescript(
        f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {ROWS} WITHOUT ROWID"
    )
    each = per_commit // (JOBS * METRICS)
    begin = time.perf_counter()
    for number in range(points // per_commit):
        steps = range(number * each, (number + 1) * each)
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO point VALUES (?, ?, ?, ?, 0.5)",
            [
                (job, metric, step, step * 0.1)
                for job in range(JOBS)
                for metric in range(METRICS)
                for step in steps
            ],
        )
        connection.execute("COMMIT")
    took = time.perf_counter() - begin
    connection.close()
    return points / took


def measure(points: int = 1_000_000) -> list[Row]:
    """Return ours and the peer for both sizes of commit."""
    found = []
    for per_commit, bar in ((2000, 500_000), (200, 250_000)):
        with tempfile.TemporaryDirectory() as folder:
            clock, cpu = ours(Path(folder), points, per_commit)
            peer = rows(Path(folder), points // 5, per_commit)
        for what, mine, beside in (("", clock, peer), (", a second of CPU", cpu, None)):
            found.append(
                Row(
                    bar="B6",
                    what=f"ingest, commits of {per_commit:,} points{what}",
                    ours=mine,
                    unit="points/s",
                    limit=bar,
                    peer=f"SQLite {sqlite3.sqlite_version} rows" if beside else "",
                    peer_value=beside,
                    more_is_better=True,
                )
            )
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.points))
