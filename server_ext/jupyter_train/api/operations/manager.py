"""What AWS has no operation for: the manager itself and metric windows."""

import asyncio
from collections.abc import Mapping
from typing import Any

from ...engine.engines import Engine
from ..context import Context
from ..errors import ValidationError
from ..translate import print_series

SERVICE = "jupytertrain"
OPERATIONS = (
    "DescribeManager",
    "ListMetricSeries",
    "GetMetricWindow",
)

Input = Mapping[str, Any]


async def describe_manager(context: Context, _input: Input) -> Input:
    """Tell what this manager is and what is free."""
    about, free = context.about, context.manager.capacity()
    return {
        "Version": about.version,
        "Pid": about.pid,
        "Url": about.url,
        "Home": about.home,
        "StartTime": about.started,
        "Jobs": {str(status): count for status, count in context.manager.jobs.counts().items()},
        "Capacity": {
            "Cpus": free.cpus,
            "FreeCpus": free.free_cpus,
            "MemoryInBytes": free.memory,
            "FreeMemoryInBytes": free.free_memory,
            "Gpus": free.gpus,
            "FreeGpus": free.free_gpus,
            "Running": free.running,
            "Pending": free.pending,
            "InstanceTypes": context.manager.instance_types(),
        },
        "Engines": [_print_engine(each) for each in await context.manager.engines()],
    }


async def list_metric_series(context: Context, input: Input) -> Input:
    """List a job's series."""
    record = context.manager.jobs.find(input["TrainingJobName"])
    series = await asyncio.to_thread(context.manager.curves.series, record.id)
    return {"Series": [print_series(each) for each in series]}


async def get_metric_window(context: Context, input: Input) -> Input:
    """Return samples of a series, thinned to so many points."""
    record, curves = context.manager.jobs.find(input["TrainingJobName"]), context.manager.curves
    number = input["SeriesId"]
    there = {each.id: each.name for each in await asyncio.to_thread(curves.series, record.id)}
    if number not in there:
        names = ", ".join(f"{key} ({name})" for key, name in there.items()) or "none"
        raise ValidationError(f"{record.name!r} has no series {number}; there is: {names}")
    low, high = input.get("LowStep"), input.get("HighStep")
    found = await asyncio.to_thread(curves.window, record.id, number, low, high, input["Points"])
    return {
        "Steps": found.steps.tolist(),
        "Times": found.times.tolist(),
        "Values": found.values.tolist(),
    }


def _print_engine(engine: Engine) -> dict[str, Any]:
    return {
        "Kind": engine.kind,
        "Available": not engine.reason,
        "Reason": engine.reason,
        "Version": engine.version,
    }
