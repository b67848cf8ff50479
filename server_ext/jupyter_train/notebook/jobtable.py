"""A list of training jobs, as a table."""

import time
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Self

from .chart import print_value
from .display import print_seconds
from .loglines import visible

_HEADS = ("job", "status", "age", "took", "last values")
# A word and a sign, so that no colour is needed; those colours are legible on light and dark.
_SIGNS = {
    "Completed": ("✓", "#2e9e44"),
    "Failed": ("✗", "#e0413c"),
    "Stopped": ("■", "#808080"),
    "Stopping": ("■", "#808080"),
    "InProgress": ("▶", "#2d7ff9"),
}
_METRICS = 3


class JobTable(tuple[Mapping[str, Any], ...]):
    """Summaries of ListTrainingJobs: a tuple of them, which shows as a table."""

    __slots__ = ()

    def __new__(
        cls, summaries: Iterable[Mapping[str, Any]], values: Sequence[Mapping[str, float]] = ()
    ) -> Self:
        """Make a table of summaries; `values` are the last values of the first of them."""
        more = [*values]
        rows = [
            {**each, **({"LastValues": dict(more[n])} if n < len(more) else {})}
            for n, each in enumerate(summaries)
        ]
        return super().__new__(cls, rows)

    def __repr__(self) -> str:
        if not self:
            return "no training jobs"
        rows = [_HEADS, *(_cells(each, time.time()) for each in self)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(_line(row, widths) for row in rows)

    def _repr_html_(self) -> str:
        if not self:
            return "<p>no training jobs</p>"
        now = time.time()
        heads = "".join(f"<th>{each}</th>" for each in _HEADS)
        rows = "".join(_row(each, now) for each in self)
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    @property
    def frame(self) -> Any:
        """The list as a pandas DataFrame: a row for each job, a column for each metric."""
        try:
            import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415 - optional, and ships no types
        except ImportError as error:
            raise ImportError(
                "frames need pandas: pip install pandas; the list is a tuple of dicts without it"
            ) from error
        return pd.DataFrame([_flat(each) for each in self])

    def to_frame(self) -> Any:
        """Return the list as a pandas DataFrame, as `frame` does."""
        return self.frame


def _cells(summary: Mapping[str, Any], now: float) -> tuple[str, ...]:
    start, end = summary["CreationTime"], summary.get("TrainingEndTime")
    took = "" if end is None else print_seconds(end - start)
    values = [*summary.get("LastValues", {}).items()][:_METRICS]
    told = ", ".join(f"{visible(name)}={print_value(value)}" for name, value in values)
    age = print_seconds(max(now - start, 0.0)) if start else ""
    return visible(summary["TrainingJobName"]), summary["TrainingJobStatus"], age, took, told


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _row(summary: Mapping[str, Any], now: float) -> str:
    name, status, *rest = _cells(summary, now)
    sign, colour = _SIGNS.get(status, ("", "#808080"))
    shown = f'<font color="{colour}">{sign}</font> {escape(status)}'
    cells = [f"<code>{escape(name)}</code>", shown, *map(escape, rest)]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _flat(summary: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: value for name, value in summary.items() if name != "LastValues"},
        **summary.get("LastValues", {}),
    }
