"""A job's metric curves as a notebook shows them: plotly where it is, a drawing elsewhere."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .chart import picture
from .loglines import visible

PLOTLY = "application/vnd.plotly.v1+json"
# More marks on one curve are a stripe, whoever counts them.
_MARKS = 500
_SYMBOLS = {math.inf: "triangle-up", -math.inf: "triangle-down"}


class Curve(dict[str, list[float]]):
    """The columns of a metric series: `steps`, `times` (epoch seconds) and `values`."""

    def __init__(self, columns: Mapping[str, list[float]], name: str = "") -> None:
        super().__init__(columns)
        self.name = name

    @property
    def frame(self) -> Any:
        """The curve as a pandas DataFrame."""
        return Curves("", {self.name: self}).frame

    def to_frame(self) -> Any:
        """Return the curve as a pandas DataFrame, as `frame` does."""
        return self.frame

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return Curves("", {self.name: self})._repr_mimebundle_()


class Curves(dict[str, Curve]):
    """Curves by the name of their metric; shows as a figure."""

    def __init__(self, title: str, curves: Mapping[str, Curve]) -> None:
        super().__init__(curves)
        self.title = title

    @property
    def frame(self) -> Any:
        """All points as a pandas DataFrame: metric, step, time and value of each."""
        try:
            import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415 - optional, and ships no types
        except ImportError as error:
            raise ImportError(
                "frames need pandas: pip install pandas; the curves are plain lists without it"
            ) from error
        columns = {
            "metric": [name for name, curve in self.items() for _ in curve["steps"]],
            "step": [step for curve in self.values() for step in curve["steps"]],
            "time": [time for curve in self.values() for time in curve["times"]],
            "value": [value for curve in self.values() for value in curve["values"]],
        }
        frame = pd.DataFrame(columns)
        return frame.assign(time=pd.to_datetime(frame["time"], unit="s", utc=True))

    def to_frame(self) -> Any:
        """Return all points as a pandas DataFrame, as `frame` does."""
        return self.frame

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        drawn = [
            picture(visible(name), each["steps"], each["values"]) for name, each in self.items()
        ]
        text = "\n".join(_line(name, each["values"]) for name, each in self.items())
        return {
            PLOTLY: figure_json(self.title, self),
            "text/html": f'<div class="jt-Snapshot">{"".join(drawn)}</div>',
            "text/plain": text or "no metrics so far",
        }


def figure_json(title: str, curves: Mapping[str, Mapping[str, Sequence[float]]]) -> dict[str, Any]:
    """Return what plotly draws: a line per curve over its steps, marks where no number is."""
    lines = [
        {
            "type": "scatter",
            "mode": "lines" if len(curve["steps"]) > 1 else "markers",
            "name": _text(name),
            "x": [_number(step) for step in curve["steps"]],
            "y": [_number(value) for value in curve["values"]],
        }
        for name, curve in curves.items()
    ]
    marks = [_marks(name, curve) for name, curve in curves.items()]
    layout = {"title": {"text": _text(title)}, "xaxis": {"title": {"text": "step"}}}
    if any(marks):
        # An axis of their own: what is infinite stands at an edge, whatever the values are.
        edges = {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True}
        layout["yaxis2"] = edges
    return {"data": [*lines, *filter(None, marks)], "layout": layout}


def _marks(name: str, curve: Mapping[str, Sequence[float]]) -> dict[str, Any] | None:
    """Return marks at the edges: up and down for what is infinite, a cross for NaN."""
    pairs = zip(curve["steps"], curve["values"], strict=False)
    strays = [(step, value) for step, value in pairs if not math.isfinite(value)]
    if not strays:
        return None
    strays = strays[:: math.ceil(len(strays) / _MARKS)]
    symbols = [_SYMBOLS.get(value, "x") for _, value in strays]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": _text(name),
        "showlegend": False,
        "yaxis": "y2",
        "x": [_number(step) for step, _ in strays],
        "y": [1 if value == math.inf else 0 for _, value in strays],
        "marker": {"symbol": symbols},
        "text": [f"{value}" for _, value in strays],
        "hoverinfo": "name+x+text",
    }


def _number(value: float) -> float | None:
    """Return a value as JSON can hold it."""
    return value if math.isfinite(value) else None


def _text(name: str) -> str:
    """Return a name that plotly shows as it is: it reads <b> and the like in titles and legends."""
    return name.replace("&", "&amp;").replace("<", "&lt;")


def _line(name: str, values: Sequence[float]) -> str:
    ends = f": {values[0]:.4g} to {values[-1]:.4g}" if values else ""
    return f"{visible(name)}: {len(values)} points{ends}"
