"""Curves of jobs in a few points each, as lists have room for."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from ...contract.names import SYSTEM
from ...store.base import CurveStore, JobStore, Series, UnknownJobError
from ..context import Context

SERVICE = "jupytertrain"
OPERATIONS = ("ListMetricSketches",)

Input = Mapping[str, Any]

_POINTS = 30
_HELD_BACK = ("val", "test", "eval")


async def list_metric_sketches(context: Context, input: Input) -> Input:
    """Return each job's main curve; a job that has none, or is gone, is left out."""
    jobs, curves = context.manager.jobs, context.manager.curves
    wanted, points = input.get("MetricName", ""), input.get("Points", _POINTS)
    sketches = await asyncio.to_thread(
        lambda: [
            sketch
            for name in dict.fromkeys(input["TrainingJobNames"])
            if (sketch := _sketch(jobs, curves, name, wanted, points))
        ]
    )
    return {"Sketches": sketches}


def _sketch(
    jobs: JobStore, curves: CurveStore, name: str, wanted: str, points: int
) -> dict[str, Any] | None:
    try:
        job_id = jobs.find(name).id
    except UnknownJobError:
        return None
    series = main_series(curves.series(job_id), wanted)
    if series is None:
        return None
    values = curves.window(job_id, series.id, None, None, points).values
    return {"TrainingJobName": name, "MetricName": series.name, "Values": values.tolist()}


def main_series(series: Sequence[Series], wanted: str = "") -> Series | None:
    """Return the series that tells most: the one wanted, else a loss of training, else the first.

    What is measured of the machine tells nothing of the training.
    """
    own = [each for each in series if each.count and not each.name.startswith(SYSTEM)]
    return min(own, key=lambda each: _rank(each.name, wanted), default=None)


def _rank(name: str, wanted: str) -> tuple[bool, bool, bool]:
    low = name.lower()
    return name != wanted, "loss" not in low, any(word in low for word in _HELD_BACK)
