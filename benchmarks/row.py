"""What one measurement says: the convention every `benchmarks/bench_*.py` follows.

A bench file is a script of its own (`python benchmarks/bench_curves.py`) and a module with one
entry:

    from row import Row, run          # benchmarks/ is on the path, not a package

    def measure() -> list[Row]:
        return [Row(bar="B6", what="ingest, commits of 2,000 points", ours=931_000,
                    unit="points/s", more_is_better=True, limit=500_000,
                    peer="trackio 0.3", peer_value=45_000)]

    if __name__ == "__main__":
        run(measure)

`ours`, `peer_value` and `limit` are in `unit`; `limit` is the bar itself, `peer` names what stands
beside it and its version.  A bar without a peer leaves both out.  `make bench` runs all of them and
prints one table; a bar that is missed is printed as missed, it never turns a test run red: noise is
no failure.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure beside its limit and its peer."""

    bar: str
    what: str
    ours: float
    unit: str
    limit: float | None = None
    peer: str = ""
    peer_value: float | None = None
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer (above 1) or worse (below)."""
        if not self.peer_value or not self.ours:
            return None
        quotient = self.ours / self.peer_value
        return quotient if self.more_is_better else 1 / quotient

    @property
    def verdict(self) -> str:
        """Whether the limit holds."""
        if self.limit is None:
            return "-"
        held = self.ours >= self.limit if self.more_is_better else self.ours <= self.limit
        return "ok" if held else "MISSED"


HEADER = ("bar", "what", "ours", "limit", "peer", "ratio", "verdict")


def figure(value: float | None, unit: str = "") -> str:
    """Print a number with three digits that say something."""
    if value is None:
        return ""
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{text} {unit}".strip()


def cells(row: Row) -> tuple[str, ...]:
    """Return a row as the table shows it."""
    sign = ">=" if row.more_is_better else "<="
    limit = f"{sign} {figure(row.limit)}" if row.limit is not None else ""
    peer = f"{row.peer}: {figure(row.peer_value)}" if row.peer_value is not None else row.peer
    ratio = f"{row.ratio:.3g}x" if row.ratio is not None else ""
    return (row.bar, row.what, figure(row.ours, row.unit), limit, peer, ratio, row.verdict)


def table(rows: Iterable[Row]) -> str:
    """Lay rows out in columns under a header."""
    lines = [HEADER, *(cells(row) for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEADER))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def run(measure: Callable[[], list[Row]]) -> None:
    """Run one bench file as a script."""
    print(table(measure()))
    sys.stdout.flush()
