"""Curves as a plotly figure: for comparison and export; live curves are drawn by the front end."""

from collections.abc import Mapping, Sequence
from typing import Any

from .curves import figure_json


def figure(title: str, curves: Mapping[str, Mapping[str, Sequence[float]]]) -> Any:
    """Return a figure with one line per curve over its steps."""
    try:
        from plotly import graph_objects  # noqa: PLC0415 - optional
    except ImportError as error:
        raise ImportError(
            "figures need plotly: pip install plotly; job.metrics() gives the numbers without it"
        ) from error
    return graph_objects.Figure(figure_json(title, curves))
