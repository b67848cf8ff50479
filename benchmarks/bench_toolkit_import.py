"""B5: what importing the in-job package costs, in a fresh interpreter each time."""

import os
import statistics
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from row import Row, run

ROUNDS = 15
PROGRAM = """
import os, time
def memory():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
size, begin = memory(), time.perf_counter()
{statement}
print((time.perf_counter() - begin) * 1000, (memory() - size) / 1e6)
"""


def cost(statement: str) -> tuple[float, float]:
    """Return the median milliseconds and megabytes of an import; the first round only warms up."""
    found = find_spec("jupyter_train_toolkit")
    assert found is not None
    assert found.origin is not None
    environment = {**os.environ, "PYTHONPATH": str(Path(found.origin).parents[1])}
    program = PROGRAM.format(statement=statement)
    rounds = []
    for _ in range(ROUNDS + 1):
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        rounds.append([float(word) for word in done.stdout.split()])
    times, sizes = zip(*rounds[1:], strict=True)
    return statistics.median(times), statistics.median(sizes)


def measure() -> list[Row]:
    """Compare with one small module of the standard library."""
    ours, bare = cost("from jupyter_train_toolkit import log"), cost("import colorsys")
    whats = (("import of log, median", "ms", 10), ("memory of that import", "MB", 1))
    return [
        Row(
            bar="B5",
            what=what,
            ours=ours[number],
            unit=unit,
            limit=limit,
            peer="colorsys (one small module)",
            peer_value=bare[number],
        )
        for number, (what, unit, limit) in enumerate(whats)
    ]


if __name__ == "__main__":
    run(measure)
