"""What a page of JupyterLab keeps of an hour of a job: 20 curves at 10 points/s, 10 lines/s.

The hour is compressed: as many points and lines go through the real stream as fast as they are
taken, a step a millisecond.  Counted are objects and arrays, after garbage was collected.
"""

import tempfile
from pathlib import Path

from bench_live import SCRIPT
from page import drive, lab
from row import Row, run
from serving import submit_script, wait_for

STEPS = 36_000


def measure(steps: int = STEPS) -> list[Row]:
    """Return by how much the page grows from its first points to those of an hour."""
    with tempfile.TemporaryDirectory() as folder, lab() as where:
        script = Path(folder) / "train.py"
        hour = SCRIPT.replace("while True", f"while step < {steps}")
        script.write_text(hour.replace("sleep(0.1)", "sleep(0.1 if step < 300 else 0.001)"))
        submit_script(where.connection, script, "hour")
        wait_for(where.connection, "hour", "InProgress")
        found = drive("hour", url=where.url, job="hour", last=f"step {steps - 1}")
    grown = (found["after"] - found["before"]) / 1e6
    return [
        Row(bar="page", what=f"page after {steps:,} steps of 20 curves and lines: grown by",
            ours=grown, unit="MB", limit=50),
        Row(bar="page", what="the same: held in all", ours=found["after"] / 1e6, unit="MB"),
    ]  # fmt: skip


if __name__ == "__main__":
    run(measure)
