"""B4: what one `log` costs the training loop; beside the bare write() of the same bytes."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from jupyter_train_toolkit import metrics
from row import Row, run

CALLS = 20_000
LIMITS = {1: 5.0, 10: 10.0}


def micros(call: Callable[[int], object]) -> float:
    """Return the median time of a call in microseconds."""
    times = []
    clock = time.perf_counter_ns
    for step in range(CALLS):
        begin = clock()
        call(step)
        times.append(clock() - begin)
    return statistics.median(times) / 1000


def logging_of(count: int) -> float:
    """Return what a call with so many metrics costs."""
    names = [f"metric-{number}" for number in range(count)]
    return micros(lambda step: metrics.log(dict.fromkeys(names, 0.5), step))


def writing_of(count: int, path: Path) -> float:
    """Return what the system call alone costs."""
    data = b"\0" * metrics.RECORD.size * count
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        return micros(lambda _: os.write(file, data))
    finally:
        os.close(file)


def measure() -> list[Row]:
    """Log into a real file, as a job does."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[metrics.VARIABLE] = folder
        metrics.close()
        rows = [
            Row(
                bar="B4",
                what=f"log call, {count} metric(s), median",
                ours=logging_of(count),
                unit="us",
                limit=limit,
                peer="bare write()",
                peer_value=writing_of(count, Path(folder, "bare")),
            )
            for count, limit in LIMITS.items()
        ]
        metrics.close()
        del os.environ[metrics.VARIABLE]
    return rows


if __name__ == "__main__":
    run(measure)
