"""Between AWS's documents and the engine's records: defaults in, descriptions and summaries out."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..contract.names import DEFAULT_REGION, SYSTEM, job_arn
from ..contract.record import JobRecord, Transition
from ..contract.spec import Document
from ..engine.errors import REASON_LENGTH
from ..engine.progress import Progress
from ..store.base import Series

_DESCRIBED_METRICS = 40
_SUMMARISED_METRICS = 5
_LONGEST_SCRIPT = 200

# What AWS fills in where a request says nothing, as DescribeTrainingJob shows it.  SDK v2's
# `attach` indexes KmsKeyId, HyperParameters, VolumeSizeInGB and MaxRuntimeInSeconds without asking.
DEFAULTS: dict[str, Any] = {
    "HyperParameters": {},
    "AlgorithmSpecification": {
        "TrainingInputMode": "File",
        "EnableSageMakerMetricsTimeSeries": True,
    },
    "OutputDataConfig": {"KmsKeyId": "", "CompressionType": "GZIP"},
    "ResourceConfig": {"VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
}
_CHANNEL = {"CompressionType": "None", "RecordWrapperType": "None"}
_S3_SOURCE = {"S3DataDistributionType": "FullyReplicated"}
_CHECKPOINTS = {"LocalPath": "/opt/ml/checkpoints"}
_ONE_KIND = {"InstanceType": "local", "InstanceCount": 1}


def with_defaults(request: Mapping[str, Any]) -> Document:
    """Return a validated CreateTrainingJob request as the job keeps it, without its tags."""
    document = _merge(DEFAULTS, request)
    document.pop("Tags", None)
    resources = document["ResourceConfig"]
    if not resources.keys() & {"InstanceGroups", "InstancePreferences"}:
        document["ResourceConfig"] = _merge(_ONE_KIND, resources)
    if "InputDataConfig" in document:
        document["InputDataConfig"] = [_channel(each) for each in document["InputDataConfig"]]
    if "CheckpointConfig" in document:
        document["CheckpointConfig"] = _merge(_CHECKPOINTS, document["CheckpointConfig"])
    return document


def describe(
    record: JobRecord,
    metrics: Sequence[Series],
    region: str = DEFAULT_REGION,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Return DescribeTrainingJob's answer."""
    return {
        **record.document,
        "TrainingJobArn": job_arn(record.name, region),
        "ModelArtifacts": {"S3ModelArtifacts": record.artifact_uri or ""},
        "TrainingJobStatus": record.status,
        "SecondaryStatus": record.secondary,
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
        "SecondaryStatusTransitions": [_transition(each) for each in record.transitions],
        "FinalMetricDataList": _metrics(metrics, _DESCRIBED_METRICS),
        "ProfilingStatus": "Disabled",
        **_container(record),
        **_reachability(record),
        **_training_times(record),
        **_durations(record),
        **_failure(record),
        **_progress_info(progress),
        **_progress(progress),
    }


def summary(
    record: JobRecord,
    metrics: Sequence[Series],
    region: str = DEFAULT_REGION,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Return what a list of jobs shows of one, in AWS's words."""
    resources = record.document.get("ResourceConfig", {})
    last = record.transitions[-1] if record.transitions else None
    return {
        **listed(record, region),
        "StatusMessage": last.message if last else "",
        **_reachability(record),
        **_training_times(record),
        **_failure(record),
        **{name: resources[name] for name in _ONE_KIND if name in resources},
        **_origin(record),
        "FinalMetricDataList": last_values(metrics),
        **_progress(progress),
        "Seq": record.seq,
    }


def listed(record: JobRecord, region: str = DEFAULT_REGION) -> dict[str, Any]:
    """Return the job's TrainingJobSummary."""
    ended = {} if record.training_ended is None else {"TrainingEndTime": record.training_ended}
    return {
        "TrainingJobName": record.name,
        "TrainingJobArn": job_arn(record.name, region),
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
        "TrainingJobStatus": record.status,
        "SecondaryStatus": record.secondary,
        **ended,
        **_warm_pool(record),
    }


def last_values(metrics: Sequence[Series]) -> list[dict[str, Any]]:
    """Return the metrics that a list of jobs has room for, as FinalMetricDataList."""
    return _metrics(metrics, _SUMMARISED_METRICS)


def print_progress(progress: Progress | None) -> dict[str, Any] | None:
    """Return how far a job is, as lists and our member of a description show it."""
    if progress is None:
        return None
    return {
        "Unit": progress.unit,
        "Done": progress.done,
        "Total": progress.total,
        "Time": progress.time,
        "Since": progress.since,
        "Start": progress.start,
    }


def print_series(series: Series) -> dict[str, Any]:
    """Return one series as ListMetricSeries shows it."""
    return {
        "SeriesId": series.id,
        "Name": series.name,
        "Count": series.count,
        "LastStep": series.last_step,
        "LastTime": series.last_time,
        "LastValue": series.last_value,
        **({} if series.least is None else {"Min": series.least}),
        **({} if series.greatest is None else {"Max": series.greatest}),
    }


def _merge(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**defaults, **given}
    for name, default in defaults.items():
        if isinstance(default, Mapping):
            merged[name] = _merge(default, given.get(name, {}))
    return merged


def _channel(channel: Mapping[str, Any]) -> dict[str, Any]:
    source = channel["DataSource"]
    if "S3DataSource" in source:
        source = {**source, "S3DataSource": _merge(_S3_SOURCE, source["S3DataSource"])}
    return {**_CHANNEL, **channel, "DataSource": source}


def _transition(stay: Transition) -> dict[str, Any]:
    return {
        "Status": stay.status,
        "StartTime": stay.start,
        **({} if stay.end is None else {"EndTime": stay.end}),
        "StatusMessage": stay.message,
    }


def _metrics(metrics: Sequence[Series], most: int) -> list[dict[str, Any]]:
    own = [each for each in metrics if each.count and not each.name.startswith(SYSTEM)]
    return [
        {"MetricName": each.name, "Value": each.last_value, "Timestamp": each.last_time}
        for each in own[:most]
    ]


def _container(record: JobRecord) -> dict[str, Any]:
    """Return what the job really runs in; members of ours but for WarmPoolStatus."""
    found = {
        "Image": record.image,
        "ImageDigest": record.image_digest,
    }
    return {name: value for name, value in found.items() if value} | _warm_pool(record)


def _warm_pool(record: JobRecord) -> dict[str, Any]:
    return {"WarmPoolStatus": dict(record.warm_pool)} if record.warm_pool else {}


def _reachability(record: JobRecord) -> dict[str, bool]:
    """Return a member of ours, there only while nobody can look at the job."""
    return {"Unreachable": True} if record.unreachable else {}


def _progress(progress: Progress | None) -> dict[str, Any]:
    return {} if progress is None else {"Progress": print_progress(progress)}


def _origin(record: JobRecord) -> dict[str, str]:
    """Return what lists group jobs by, where a request says it; `Script` is a member of ours."""
    script = record.document.get("HyperParameters", {}).get("sagemaker_program", "").strip('"')
    experiment = record.document.get("ExperimentConfig", {}).get("ExperimentName", "")
    found = {"Script": script[:_LONGEST_SCRIPT], "ExperimentName": experiment}
    return {name: value for name, value in found.items() if value}


def _progress_info(progress: Progress | None) -> dict[str, dict[str, int]]:
    """Return AWS's own member, of what is known of its four."""
    pairs = {
        ("CurrentEpoch", "MaxEpoch"): progress and progress.epoch,
        ("CurrentStep", "TotalStepCountPerEpoch"): progress and progress.step,
    }
    known = {names: pair for names, pair in pairs.items() if pair}
    info = {n: v for names, pair in known.items() for n, v in zip(names, pair, strict=True)}
    return {"ProgressInfo": info} if info else {}


def _training_times(record: JobRecord) -> dict[str, float]:
    times = {"TrainingStartTime": record.training_started, "TrainingEndTime": record.training_ended}
    return {name: time for name, time in times.items() if time is not None}


def _durations(record: JobRecord) -> dict[str, int]:
    started, ended = record.training_started, record.training_ended
    if started is None or ended is None:
        return {}
    # The model's least value is 1: a job that ran for a blink is billed a second.
    seconds = max(1, round(ended - started))
    return {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds}


def _failure(record: JobRecord) -> dict[str, str]:
    if record.failure_reason is None:
        return {}
    return {"FailureReason": record.failure_reason[:REASON_LENGTH]}
