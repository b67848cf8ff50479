"""B15: a million points drawn first, and curves that grow, beside uPlot alone; headless Chromium.

A headless Chromium paints in software, without a GPU, and 60 times a second at most.
"""

import argparse
import json
import statistics
from pathlib import Path

from page import drive
from row import Row, run

UPLOT = Path(__file__).parents[1] / "node_modules" / "uplot" / "package.json"
CURVES, LENGTH = 10, 6000


def measure(points: int = 1_000_000, rounds: int = 7, seconds: float = 5) -> list[Row]:
    """Return the first draw, and the frames while points are appended in each of them."""
    peer = f"uPlot {json.loads(UPLOT.read_text())['version']} alone"
    found = drive(
        "charts", points=points, rounds=rounds, seconds=seconds, curves=CURVES, length=LENGTH
    )
    alone, ours = (statistics.median(found["first"][name]) for name in ("alone", "ours"))
    grown = f"{CURVES} curves of {LENGTH:,} points, 10 more each every 100 ms"
    return [
        Row(bar="B15", what=f"{points:,} points, first draw", ours=ours, unit="ms",
            limit=1.3 * alone, peer=peer, peer_value=alone),
        Row(bar="B15", what=grown, ours=found["appended"]["fps"], unit="fps", limit=50,
            more_is_better=True, peer=peer, peer_value=found["appendedAlone"]["fps"]),
        Row(bar="B15", what=f"{grown}: longest frame", ours=found["appended"]["longest"],
            unit="ms", peer=peer, peer_value=found["appendedAlone"]["longest"]),
    ]  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.points))
