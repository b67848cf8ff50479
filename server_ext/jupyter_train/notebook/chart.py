"""A small drawing of a curve for every reader of a notebook: SVG in the output, no script."""

import math
from base64 import b64encode
from collections.abc import Sequence
from html import escape

# In pixels; the text stands above the line.
_WIDTH, _HEIGHT, _TOP, _GAP = 320, 80, 18, 12
# Legible on light and on dark.
_COLOUR, _GREY = "#2d7ff9", "#808080"
_LONGEST_NAME = 28


def picture(name: str, steps: Sequence[float], values: Sequence[float]) -> str:
    """Return a curve as an image that holds its drawing; empty without a number.

    JupyterLab takes <svg> out of a notebook that is not trusted, and leaves <img>; where images
    are taken out too, the words stay.
    """
    drawn = draw(name, steps, values)
    if not drawn:
        return ""
    data = b64encode(drawn.encode()).decode()
    return (
        f'<img width="{_WIDTH + _GAP}" height="{_HEIGHT}" alt="{escape(_words(name, values))}" '
        f'src="data:image/svg+xml;base64,{data}">'
    )


def draw(name: str, steps: Sequence[float], values: Sequence[float]) -> str:
    """Return a curve over its steps with its last value and its range; empty without a number."""
    points = [(x, y) for x, y in zip(steps, values, strict=False) if math.isfinite(x + y)]
    if not points:
        return ""
    low, high = min(y for _, y in points), max(y for _, y in points)
    last = print_value(values[-1])
    label = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    between = print_value(low) if low == high else f"{print_value(low)} to {print_value(high)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH + _GAP}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH + _GAP} {_HEIGHT}" font-family="sans-serif">'
        f"<title>{escape(_words(name, values))}</title>"
        f'<text x="2" y="12" font-size="11" fill="{_GREY}">{escape(label)} {last}</text>'
        f'<text x="{_WIDTH - 2}" y="12" font-size="11" fill="{_GREY}" text-anchor="end">'
        f"{between}</text>"
        f"{_line(points, low, high)}</svg>"
    )


def print_value(value: float) -> str:
    """Return a metric's value as a person reads it."""
    return f"{value:.4g}"


def _words(name: str, values: Sequence[float]) -> str:
    return f"{name}: {print_value(values[0])} to {print_value(values[-1])}"


def _line(points: Sequence[tuple[float, float]], low: float, high: float) -> str:
    """Return the line; a dot where there is one point only."""
    first, last = min(x for x, _ in points), max(x for x, _ in points)
    across = (_WIDTH - 4) / (last - first) if last > first else 0.0
    up = (_HEIGHT - _TOP - 4) / (high - low) if high > low else 0.0
    at = [(2 + (x - first) * across, _HEIGHT - 2 - (y - low) * up) for x, y in points]
    if len(at) == 1:
        return f'<circle cx="{at[0][0]:.1f}" cy="{at[0][1]:.1f}" r="2" fill="{_COLOUR}"/>'
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    return f'<polyline points="{line}" fill="none" stroke="{_COLOUR}" stroke-width="1.5"/>'
