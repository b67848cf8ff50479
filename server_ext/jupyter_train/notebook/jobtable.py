"""A list of training jobs, as a table."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from .display import print_seconds
from .loglines import visible

_HEADS = ("job", "status", "took")


class JobTable(tuple[Mapping[str, Any], ...]):
    """Summaries of ListTrainingJobs: a tuple of them, which shows as a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        rows = [_HEADS, *map(_cells, self)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(_line(row, widths) for row in rows)

    def _repr_html_(self) -> str:
        rows = [_row("th", _HEADS), *(_row("td", _cells(each)) for each in self)]
        return f"<table>{''.join(rows)}</table>"


def _cells(summary: Mapping[str, Any]) -> tuple[str, ...]:
    start, end = summary["CreationTime"], summary.get("TrainingEndTime")
    took = "" if end is None else print_seconds(end - start)
    return visible(summary["TrainingJobName"]), summary["TrainingJobStatus"], took


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
