"""How jobs and series look on the stream: AWS's own member names, times in epoch seconds."""

import math
from collections.abc import Sequence
from typing import Any

from ..contract.names import job_arn
from ..contract.record import JobRecord
from ..store.base import Series

_SHOWN_METRICS = 5


def number(value: float) -> float | str:
    """Return a value as JSON takes it; what is no number travels as AWS's words for it."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def summarize(record: JobRecord, series: Sequence[Series], region: str) -> dict[str, Any]:
    """Return what a list of jobs shows of one; absent members are left out."""
    spec = record.spec
    members = {
        "TrainingJobName": record.name,
        "TrainingJobArn": job_arn(record.name, region),
        "TrainingJobStatus": record.status,
        "SecondaryStatus": record.secondary,
        "StatusMessage": record.transitions[-1].message if record.transitions else None,
        "CreationTime": record.created,
        "TrainingStartTime": record.training_started,
        "TrainingEndTime": record.training_ended,
        "LastModifiedTime": record.modified,
        "FailureReason": record.failure_reason,
        "InstanceType": spec.instance_type,
        "InstanceCount": spec.instance_count,
        "FinalMetricDataList": [_last_value(each) for each in series[:_SHOWN_METRICS]],
        "Seq": record.seq,
    }
    return {name: value for name, value in members.items() if value not in (None, "", [])}


def describe_series(series: Series) -> dict[str, Any]:
    """Return a series as ListMetricSeries gives it."""
    members = {
        "SeriesId": series.id,
        "Name": series.name,
        "Count": series.count,
        "LastStep": series.last_step,
        "LastTime": series.last_time,
        "LastValue": number(series.last_value),
    }
    if series.least is not None and series.greatest is not None:
        members |= {"Min": number(series.least), "Max": number(series.greatest)}
    return members


def _last_value(series: Series) -> dict[str, Any]:
    return {
        "MetricName": series.name,
        "Value": number(series.last_value),
        "Timestamp": series.last_time,
    }
