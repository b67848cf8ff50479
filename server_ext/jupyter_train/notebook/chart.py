"""A small drawing of a curve that every reader of a notebook can show: inline SVG, no script."""

import math
from collections.abc import Sequence
from html import escape

# In pixels; the text stands above the line.
_WIDTH, _HEIGHT, _TOP = 320, 80, 18
# Legible on light and on dark.
_COLOUR, _GREY = "#2d7ff9", "#808080"
_LONGEST_NAME = 28


def draw(name: str, steps: Sequence[float], values: Sequence[float]) -> str:
    """Return a curve over its steps with its last value and its range; empty without a number."""
    points = [(x, y) for x, y in zip(steps, values, strict=False) if math.isfinite(x + y)]
    if not points:
        return ""
    low, high = min(y for _, y in points), max(y for _, y in points)
    last = print_value(values[-1])
    told = f"{name}: {print_value(values[0])} to {last}"
    label = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    between = print_value(low) if low == high else f"{print_value(low)} to {print_value(high)}"
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
        f"<title>{escape(told)}</title>"
        f'<text x="2" y="12" font-size="11" fill="{_GREY}">{escape(label)} {last}</text>'
        f'<text x="{_WIDTH - 2}" y="12" font-size="11" fill="{_GREY}" text-anchor="end">'
        f"{between}</text>"
        f"{_line(points, low, high)}</svg>"
    )


def print_value(value: float) -> str:
    """Return a metric's value as a person reads it."""
    return f"{value:.4g}"


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
