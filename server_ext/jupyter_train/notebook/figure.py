"""Curves as a plotly figure: for comparison and export; live curves are drawn by the front end."""

from collections.abc import Mapping, Sequence
from typing import Any


def figure(title: str, curves: Mapping[str, Mapping[str, Sequence[float]]]) -> Any:
    """Return a figure with one line per curve over its steps."""
    try:
        from plotly import graph_objects  # noqa: PLC0415 - optional
    except ImportError as error:
        raise ImportError(
            "figures need plotly: pip install plotly; job.metrics() gives the numbers without it"
        ) from error
    lines = [
        graph_objects.Scatter(x=curve["steps"], y=curve["values"], name=name, mode="lines")
        for name, curve in curves.items()
    ]
    layout = {"title": {"text": _text(title)}, "xaxis": {"title": {"text": "step"}}}
    return graph_objects.Figure(
        data=[line.update(name=_text(line.name)) for line in lines], layout=layout
    )


def _text(name: str) -> str:
    """Return a name that plotly shows as it is: it reads <b> and the like in titles and legends."""
    return name.replace("&", "&amp;").replace("<", "&lt;")
