"""B7: one series of a million points to 2,000, whole and windows of it, beside numpy in memory."""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tsdownsample import MinMaxDownsampler

from jupyter_train.contract.samples import samples
from jupyter_train.store.base import Batch
from jupyter_train.store.curves import SqlCurves
from row import Row, run

POINTS = 2000
SHARES = {"whole": (0.0, 1.0), "a half": (0.25, 0.75), "a tenth": (0.45, 0.55), "1 %": (0.7, 0.71)}


def timed(call: Callable[[], object], times: int = 30) -> float:
    """Return the median of milliseconds."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        call()
        took.append(time.perf_counter() - begin)
    return statistics.median(took) * 1e3


def measure(size: int = 1_000_000) -> list[Row]:
    """Return a row for each width of window."""
    values = np.random.default_rng(1).random(size)
    values[[size // 2, size // 2 + 7]] = (-9.0, 9.0)
    steps = np.arange(size) * 3 + np.random.default_rng(2).integers(0, 2, size)
    whole = samples(steps, steps * 0.1, values)
    with tempfile.TemporaryDirectory() as folder:
        store = SqlCurves(Path(folder) / "curves.sqlite")
        store.append([Batch(job_id="a", source="m", offset=1, samples={"loss": whole})])
        store.fold("a")
        found = [window(store, whole, name, *share) for name, share in SHARES.items()]
        store.close()
    return found


def window(store: SqlCurves, whole: object, name: str, low: float, high: float) -> Row:
    """Measure one width; the extremes in it must be there."""
    number = store.series("a")[0].id
    low, high = (float(np.quantile(whole.steps, share)) for share in (low, high))
    inside = whole.values[(whole.steps >= low) & (whole.steps <= high)]
    got = store.window("a", number, low, high, POINTS)
    assert len(got) <= POINTS
    assert (got.values.min(), got.values.max()) == (inside.min(), inside.max())
    return Row(
        bar="B7",
        what=f"{len(whole):,} points to {POINTS:,}, {name}",
        ours=timed(lambda: store.window("a", number, low, high, POINTS)),
        unit="ms",
        limit=10,
        peer=f"tsdownsample {version('tsdownsample')} in memory",
        peer_value=timed(lambda: MinMaxDownsampler().downsample(inside, n_out=POINTS)),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.points))
