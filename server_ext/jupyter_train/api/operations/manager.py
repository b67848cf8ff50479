"""What AWS has no operation for: the manager itself, metric windows and artifacts."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from ...contract.names import Address, parse_address
from ...contract.record import JobRecord
from ...engine.engines import Engine
from ...store.base import NoSuchBucketError, ObjectInfo
from ..context import Context
from ..errors import ValidationError
from ..translate import print_series

SERVICE = "jupytertrain"
OPERATIONS = (
    "DescribeManager",
    "ListMetricSeries",
    "GetMetricWindow",
    "ListTrainingJobArtifacts",
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


async def list_training_job_artifacts(context: Context, input: Input) -> Input:
    """List the objects a job was given and has made, where they are in the object folder."""
    record = context.manager.jobs.find(input["TrainingJobName"])
    return {"Artifacts": await asyncio.to_thread(lambda: list(_artifacts(context, record)))}


def _print_engine(engine: Engine) -> dict[str, Any]:
    return {
        "Kind": engine.kind,
        "Available": not engine.reason,
        "Reason": engine.reason,
        "Version": engine.version,
    }


def _artifacts(context: Context, record: JobRecord) -> Iterator[dict[str, Any]]:
    seen: set[tuple[str, str]] = set()
    for place, kind in _places(record):
        for each in _objects(context, place):
            if (each.bucket, each.key) not in seen:
                seen.add((each.bucket, each.key))
                yield _print_artifact(each, kind)


def _places(record: JobRecord) -> Iterator[tuple[Address, str]]:
    """Yield where a job's objects are; a kind of its own before the folder that holds it too."""
    spec = record.spec
    if spec.source_uri:
        yield parse_address(spec.source_uri), "source"
    if spec.checkpoints:
        yield parse_address(spec.checkpoints.uri), "checkpoint"
    if spec.output_uri:
        output = parse_address(spec.output_uri).child(record.name, "output")
        yield output.child("model"), "model"
        yield output.child("output"), "output"
        yield output.child(""), "file"


def _objects(context: Context, place: Address) -> Iterator[ObjectInfo]:
    if place.scheme != "s3":
        return
    try:
        yield from context.manager.objects.keys(place.bucket, place.key)
    except NoSuchBucketError:
        return


def _print_artifact(info: ObjectInfo, kind: str) -> dict[str, Any]:
    return {
        "Bucket": info.bucket,
        "Key": info.key,
        "Size": info.size,
        "LastModified": info.modified,
        "Kind": kind,
    }
