"""B6: points a second until durable and readable, 20 jobs of 10 metrics; beside one SQLite row a point."""

import argparse
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np
from jupyter_train.contract.samples import samples
from jupyter_train.store.base import Batch
from jupyter_train.store.curves import SqlCurves

JOBS, METRICS = 20, 10
ROWS = "CREATE TABLE point (job, metric, step, time, value, PRIMARY KEY (job, metric, step))"


def ours(folder: Path, points: int, per_commit: int) -> float:
    """Return points a second of the curve store."""
    store = SqlCurves(folder / "curves.sqlite")
    each = per_commit // (JOBS * METRICS)
    commits = [commit(number, each) for number in range(points // per_commit)]
    begin = time.perf_counter()
    for batches in commits:
        store.append(batches)
    took = time.perf_counter() - begin
    counts = [found.count for job in range(JOBS) for found in store.series(f"job-{job}")]
    assert sum(counts) == len(commits) * per_commit
    store.close()
    return points / took


def commit(number: int, each: int) -> list[Batch]:
    """Return what twenty jobs log in one tick."""
    steps = np.arange(number * each, (number + 1) * each)
    return [
        Batch(
            job_id=f"job-{job}",
            source="metrics",
            offset=number,
            samples={
                f"metric-{metric}": samples(steps, steps * 0.1, np.random.default_rng(job).random(each))
                for metric in range(METRICS)
            },
        )
        for job in range(JOBS)
    ]


def rows(folder: Path, points: int, per_commit: int) -> float:
    """Return points a second of a table with a row for each."""
    connection = sqlite3.connect(folder / "rows.sqlite", isolation_level=None)
    connection.executescript(f"PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;{ROWS} WITHOUT ROWID")
    each = per_commit // (JOBS * METRICS)
    begin = time.perf_counter()
    for number in range(points // per_commit):
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO point VALUES (?, ?, ?, ?, ?)",
            [
                (job, metric, step, step * 0.1, 0.5)
                for job in range(JOBS)
                for metric in range(METRICS)
                for step in range(number * each, (number + 1) * each)
            ],
        )
        connection.execute("COMMIT")
    took = time.perf_counter() - begin
    connection.close()
    return points / took


def main() -> None:
    """Print both figures for commits of 2,000 and of 200 points."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000)
    points = parser.parse_args().points
    print(f"SQLite {sqlite3.sqlite_version}, numpy {np.__version__}, {points} points")
    for per_commit, bar in ((2000, 500_000), (200, 250_000)):
        with tempfile.TemporaryDirectory() as folder:
            mine = ours(Path(folder), points, per_commit)
            peer = rows(Path(folder), points // 5, per_commit)
        print(
            f"B6 commits of {per_commit}: ours {mine:,.0f}/s, rows {peer:,.0f}/s,"
            f" ratio {mine / peer:.1f}, bar {bar:,}/s {'met' if mine >= bar else 'MISSED'}"
        )


if __name__ == "__main__":
    main()
