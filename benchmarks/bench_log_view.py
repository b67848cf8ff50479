"""A log of a gigabyte in a JupyterLab: its end in sight, and a text in its last line found."""

import argparse
from functools import partial

from bench_logs import NEEDLE
from page import drive, lab
from row import Row, run
from seeds import seed_log


def measure(size: int = 1 << 30) -> list[Row]:
    """Return from the command that opens the job's tab, and from Enter in the search."""
    with lab(partial(seed_log, name="long", size=size)) as where:
        found = drive("log", url=where.url, job="long", last=NEEDLE, wanted=NEEDLE.upper())
    what = f"log of {size >> 20} MiB in a page"
    return [
        Row(bar="page", what=f"{what}: end in sight, first time", ours=found["first"], unit="ms",
            limit=300),
        Row(bar="page", what=f"{what}: end in sight, again", ours=found["again"], unit="ms",
            limit=300),
        Row(bar="page", what=f"{what}: text found, whatever its case", ours=found["found"],
            unit="ms", limit=2000),
    ]  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.mib << 20))
