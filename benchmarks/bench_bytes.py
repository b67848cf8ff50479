"""B9: bytes a point kept after the jobs have ended, beside 24 bytes of raw columns."""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from jupyter_train.contract.samples import samples
from jupyter_train.store.base import Batch
from jupyter_train.store.curves import SqlCurves
from row import Row, run

JOBS, METRICS, EACH = 20, 10, 100


def kept(folder: Path, points: int, *, even: bool) -> float:
    """Return the bytes a point of 20 jobs that logged in turns and ended."""
    store = SqlCurves(folder / "curves.sqlite")
    odd = np.random.default_rng(1)
    for number in range(points // (JOBS * METRICS * EACH)):
        steps = np.arange(number * EACH, (number + 1) * EACH) * 3
        steps += 0 if even else odd.integers(0, 2, EACH)
        part = samples(steps, steps * 0.1, odd.random(EACH))
        some = {f"metric-{each}": part for each in range(METRICS)}
        store.append(
            [
                Batch(job_id=f"job-{job}", source="m", offset=number, samples=some)
                for job in range(JOBS)
            ]
        )
    for job in range(JOBS):
        store.fold(f"job-{job}")
    store.close()
    return sum(path.stat().st_size for path in folder.iterdir()) / points


def measure(points: int = 4_000_000) -> list[Row]:
    """Return a row for steps that are evenly spaced, and one for those that are not."""
    found = []
    for even in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            found.append(
                Row(
                    bar="B9",
                    what=f"{points:,} points, steps {'even' if even else 'uneven'}",
                    ours=kept(Path(folder), points, even=even),
                    unit="bytes/point",
                    limit=26,
                    peer="raw columns",
                    peer_value=24,
                )
            )
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=4_000_000)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.points))
