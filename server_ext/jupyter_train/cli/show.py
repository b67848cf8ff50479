"""`ps` and `describe`."""

import time
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from ..client.connection import Connection
from ..client.find import connect
from ..client.progress import BEFORE_TRAINING, image_of, waits_for, warm_pool_of
from ..client.stream import StreamReader
from .text import age, clean, duration, out, out_json, table

_HEADER = ("NAME", "STATUS", "AGE", "TIME", "LAST METRICS")


def ps(arguments: Namespace) -> int:
    """List jobs."""
    with connect(arguments.home) as connection:
        jobs = _newest(connection, arguments.limit, arguments.status)
    if arguments.json:
        out_json(jobs)
        return 0
    now = time.time()
    if jobs:
        out(table([_HEADER, *(row(job, now) for job in jobs)]))
    else:
        out("no jobs")
    return 0


def describe(arguments: Namespace) -> int:
    """Show one job."""
    with connect(arguments.home) as connection:
        job = connection.call("DescribeTrainingJob", {"TrainingJobName": arguments.job})
    if arguments.json:
        out_json(job)
        return 0
    for name, value in facts(job, time.time()):
        out(f"{name:<12} {clean(value)}")
    return 0


def _newest(connection: Connection, limit: int, status: str | None) -> list[dict[str, Any]]:
    # The stream's snapshot, because ListTrainingJobs has no metrics.
    with StreamReader(connection, timeout=30) as reader:
        reader.subscribe("jobs", limit=limit if status is None else 10_000)
        (message,) = reader.receive(30)
    assert isinstance(message, dict)
    jobs = message["jobs"]
    return [job for job in jobs if status in (None, job["TrainingJobStatus"])][:limit]


def row(job: Mapping[str, Any], now: float) -> tuple[str, ...]:
    """Return one line of the list, by columns."""
    metrics = "  ".join(
        f"{each['MetricName']}={_short(each['Value'])}"
        for each in job.get("FinalMetricDataList", ())
    )
    return (
        clean(job["TrainingJobName"]),
        _status(job),
        age(now - job["CreationTime"]),
        _time_taken(job, now),
        clean(metrics or _doing(job)),
    )


def _doing(job: Mapping[str, Any]) -> str:
    return job.get("StatusMessage", "") if job["SecondaryStatus"] in BEFORE_TRAINING else ""


def _status(job: Mapping[str, Any]) -> str:
    status, secondary = job["TrainingJobStatus"], job["SecondaryStatus"]
    return status if status == secondary else f"{status} ({secondary})"


def _time_taken(job: Mapping[str, Any], now: float) -> str:
    if "TrainingStartTime" not in job:
        return "-"
    return duration(job.get("TrainingEndTime", now) - job["TrainingStartTime"])


def _short(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def facts(job: Mapping[str, Any], now: float) -> list[tuple[str, str]]:
    """Return what is worth a line of a described job, names and values."""
    resources = job["ResourceConfig"]
    found = [
        ("job", job["TrainingJobName"]),
        ("status", _status(job)),
        ("doing", waits_for(job)),
        ("reason", job.get("FailureReason", "")),
        ("age", age(now - job["CreationTime"])),
        ("time", _time_taken(job, now)),
        ("on", f"{resources.get('InstanceCount', 1)} x {resources.get('InstanceType', '')}"),
        ("image", image_of(job)),
        ("digest", job.get("ImageDigest", "")),
        ("warm pool", warm_pool_of(job)),
        ("model", job.get("ModelArtifacts", {}).get("S3ModelArtifacts", "")),
    ]
    found += [("parameter", f"{k} = {v}") for k, v in job.get("HyperParameters", {}).items()]
    found += [("input", _channel(each)) for each in job.get("InputDataConfig", ())]
    found += [
        ("metric", f"{each['MetricName']} = {_short(each['Value'])}")
        for each in job.get("FinalMetricDataList", ())
    ]
    return [(name, value) for name, value in found if value]


def _channel(channel: Mapping[str, Any]) -> str:
    source = channel["DataSource"].get("S3DataSource", {})
    return f"{channel['ChannelName']} = {source.get('S3Uri', '')}"
