"""The peers of B4, B5 and B9, measured here: run with an interpreter that has peers.txt.

python -m venv .venv-peers && .venv-peers/bin/pip install -r benchmarks/peers.txt
python benchmarks log_call toolkit_import bytes --peers .venv-peers/bin/python
"""

import contextlib
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from row import Row, run

CALLS, POINTS, ROUNDS = 2_000, 20_000, 5
IMPORT = """
import time
begin = time.perf_counter()
import {module}
print((time.perf_counter() - begin) * 1000)
"""

Log = Callable[[dict[str, float], int], Any]


def micros(log: Log, count: int) -> float:
    """Return the median microseconds of a call with so many metrics."""
    names = [f"metric-{number}" for number in range(count)]
    times = []
    for step in range(CALLS):
        begin = time.perf_counter_ns()
        log(dict.fromkeys(names, 0.5), step)
        times.append(time.perf_counter_ns() - begin)
    return statistics.median(times) / 1000


def importing(module: str) -> Row:
    """Measure an import in fresh interpreters; the first only warms up."""
    program = IMPORT.format(module=module)
    found = []
    for _ in range(ROUNDS + 1):
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append(float(done.stdout.split()[-1]))
    took = statistics.median(found[1:])
    return Row(bar="B5", what=f"import {module} {version(module)}", ours=took, unit="ms")


def calls(name: str, log: Log) -> list[Row]:
    """Measure calls with one metric and with ten."""
    what = f"{name} {version(name)} log call"
    return [
        Row(bar="B4", what=f"{what}, {count} metric(s), median", ours=micros(log, count), unit="us")
        for count in (1, 10)
    ]


def tensorboardx(folder: Path) -> list[Row]:
    """Measure tensorboardX: its calls, and its file after so many points of one series."""
    from tensorboardX import SummaryWriter  # noqa: PLC0415 - only peers.txt has it

    with SummaryWriter(str(folder / "calls")) as writer:

        def log(metrics: dict[str, float], step: int) -> None:
            for name, value in metrics.items():
                writer.add_scalar(name, value, step)

        rows = calls("tensorboardX", log)
    with SummaryWriter(str(folder / "bytes")) as writer:
        for step in range(POINTS):
            writer.add_scalar("loss", 0.5, step)
    return [*rows, kept("tensorboardX", folder / "bytes")]


def trackio(folder: Path) -> list[Row]:
    """Measure trackio, all of it on this machine."""
    os.environ["TRACKIO_DIR"] = str(folder)
    import trackio as peer  # noqa: PLC0415 - only peers.txt has it, and it reads the variable

    peer.init(project="bench", embed=False)
    rows = calls("trackio", lambda metrics, step: peer.log(metrics, step=step))
    peer.finish()
    return rows


def kept(name: str, folder: Path) -> Row:
    """Return the bytes a point that are on the disk."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    what = f"{name} {version(name)}, one series of {POINTS:,} points"
    return Row(bar="B9", what=what, ours=size / POINTS, unit="bytes/point")


def measure() -> list[Row]:
    """Measure both; what they print is theirs."""
    rows = [importing("tensorboardX"), importing("trackio")]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for peer in (tensorboardx, trackio):
            with contextlib.redirect_stdout(io.StringIO()):
                rows += peer(Path(folder) / peer.__name__)
    return sorted(rows, key=lambda row: row.bar)


if __name__ == "__main__":
    run(measure)
