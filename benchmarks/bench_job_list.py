"""The list of 10,000 jobs in a JupyterLab: from the click to its rows, from a letter to fewer."""

import argparse
import statistics
from functools import partial

from page import drive, lab
from row import Row, run
from seeds import seed_jobs

JOBS = 10_000


def measure(jobs: int = JOBS) -> list[Row]:
    """Return how long the list takes to be there, the first time and again, and to be narrowed."""
    with lab(partial(seed_jobs, count=jobs)) as where:
        found = drive("list", url=where.url, jobs=jobs, typed=typed_for(jobs))
    what = f"list of {jobs:,} jobs"
    return [
        Row(bar="page", what=f"{what}: shown after the first click", ours=found["opened"],
            unit="ms", limit=300),
        Row(bar="page", what=f"{what}: shown again", ours=found["again"], unit="ms", limit=300),
        Row(bar="page", what=f"{what}: narrowed by a letter, median",
            ours=statistics.median(found["filtered"]), unit="ms", limit=50),
        Row(bar="page", what=f"{what}: narrowed by a letter, slowest", ours=max(found["filtered"]),
            unit="ms", limit=50),
        Row(bar="page", what=f"{what}: rows drawn", ours=found["drawn"], unit="rows"),
    ]  # fmt: skip


def typed_for(jobs: int) -> list[tuple[str, int]]:
    """Return keys, and how many names have all that is typed by then."""
    names = [f"digits-{number:05d}" for number in range(jobs)]
    text, found = "", []
    for key in ("7", "1", "Backspace", "Backspace", "9", "8", "9"):
        text = text[:-1] if key == "Backspace" else text + key
        found.append((key, sum(text in name for name in names)))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=JOBS)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.jobs))
