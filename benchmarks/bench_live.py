"""A job of 20 curves, 10 points and 10 lines a second, in a JupyterLab: in sight and out of it.

A page that is hidden is one that is told so: a headless Chromium has no windows to put in front.
"""

import argparse
import tempfile
from pathlib import Path

from page import drive, lab
from row import Row, run
from serving import submit_script, wait_for

CURVES = 20
SCRIPT = f"""
import math, time
from jupyter_train_toolkit import log
NAMES = [f"part{{n // 4}}/{{'loss accuracy rate norm'.split()[n % 4]}}" for n in range({CURVES})]
step = 0
while True:
    log({{name: math.sin(step / (50 + n)) for n, name in enumerate(NAMES)}}, step)
    print("step", step)
    step += 1
    time.sleep(0.1)
"""


def measure(seconds: float = 10) -> list[Row]:
    """Return frames a second, and the work of a page that shows the job, or has it out of sight."""
    with tempfile.TemporaryDirectory() as folder, lab() as where:
        script = Path(folder) / "train.py"
        script.write_text(SCRIPT)
        submit_script(where.connection, script, "live")
        wait_for(where.connection, "live", "InProgress")
        found = drive("live", url=where.url, job="live", seconds=seconds)
    frames, idle = found["frames"], found["without"]
    peer = "no tab of ours open"
    what = f"{CURVES} live curves at 10 points/s in {found['charts']} charts"
    rows = [
        Row(bar="page", what=what, ours=frames["fps"], unit="fps", limit=50, more_is_better=True),
        Row(bar="page", what=f"{what}: longest frame", ours=frames["longest"], unit="ms"),
    ]
    for name, words in (("front", "in sight"), ("behind", "behind another tab"),
                        ("hidden", "in a hidden page"), ("back", "in sight again")):  # fmt: skip
        limit = 0 if name in {"behind", "hidden"} else None
        rows += [
            Row(bar="page", what=f"job {words}: scripts a second", ours=found[name]["scripts"],
                unit="ms", peer=peer, peer_value=idle["scripts"]),
            Row(bar="page", what=f"job {words}: all tasks a second", ours=found[name]["took"],
                unit="ms", peer=peer, peer_value=idle["took"]),
            Row(bar="page", what=f"job {words}: changes of its tab in {seconds:.0f} s",
                ours=found[name]["changes"], unit="", limit=limit),
        ]  # fmt: skip
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.seconds))
