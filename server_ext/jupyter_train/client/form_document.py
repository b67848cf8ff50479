"""A request as a launch form, and the members of it that no field says."""

import shlex
from collections.abc import Mapping
from typing import Any

from ..contract.spec import INTERPRETER_VARIABLE, read_spec
from .parameters import find_member
from .submit import JobOptions, training_job_request

Document = Mapping[str, Any]

# Read a row as: this field of the form is that member.
_FIELDS = {
    "image": "AlgorithmSpecification.TrainingImage",
    "network_isolation": "EnableNetworkIsolation",
    "remote_debug": "RemoteDebugConfig.EnableRemoteDebug",
    "keep_alive": "ResourceConfig.KeepAlivePeriodInSeconds",
    "instance_type": "ResourceConfig.InstanceType",
    "volume_size": "ResourceConfig.VolumeSizeInGB",
    "max_run": "StoppingCondition.MaxRuntimeInSeconds",
    "spot": "EnableManagedSpotTraining",
    "max_wait": "StoppingCondition.MaxWaitTimeInSeconds",
    "max_retry_attempts": "RetryStrategy.MaximumRetryAttempts",
    "checkpoints": "CheckpointConfig.S3Uri",
    "experiment": "ExperimentConfig.ExperimentName",
}
# What a description says of how a job was asked for; the rest is how it went.
_ASKED = (
    "AlgorithmSpecification",
    "CheckpointConfig",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "EnableNetworkIsolation",
    "ExperimentConfig",
    "InputDataConfig",
    "OutputDataConfig",
    "RemoteDebugConfig",
    "ResourceConfig",
    "RetryStrategy",
    "RoleArn",
    "StoppingCondition",
    "TensorBoardOutputConfig",
    "VpcConfig",
)
# What the manager fills in where a request says nothing.
_DEFAULTS = {
    "EnableSageMakerMetricsTimeSeries": True,
    "LocalPath": "/opt/ml/checkpoints",
    "CompressionType": "None",
    "RecordWrapperType": "None",
}
_CHANNELS = "InputDataConfig"
# What fields of several entries say.
_SAID = frozenset(
    {
        *_FIELDS.values(),
        "AlgorithmSpecification.MetricDefinitions",
        "AlgorithmSpecification.ContainerEntrypoint",
        "AlgorithmSpecification.ContainerArguments",
    }
)
_SOURCE = ("sagemaker_program", "sagemaker_submit_directory")


def form_of(
    detail: Document, tags: Mapping[str, str], interpreter: str | None = None
) -> dict[str, Any]:
    """Return the form that asks for a described job again; what it reads as empty is left out.

    `interpreter` is the one that is meant where a form names none.
    """
    algorithm, environment = detail["AlgorithmSpecification"], dict(detail.get("Environment", {}))
    if environment.get(INTERPRETER_VARIABLE) == interpreter:
        environment.pop(INTERPRETER_VARIABLE, None)
    source, hyperparameters = _source(detail)
    form = {
        "source": source,
        "needs_image": bool(algorithm.get("TrainingImage")),
        "command": shlex.join(algorithm.get("ContainerEntrypoint", ())),
        "arguments": shlex.join(algorithm.get("ContainerArguments", ())),
        "hyperparameters": hyperparameters,
        "inputs": {
            each["ChannelName"]: each["DataSource"]["S3DataSource"]["S3Uri"]
            for each in detail.get(_CHANNELS, ())
            if "S3DataSource" in each["DataSource"]
        },
        "metric_definitions": {
            each["Name"]: each["Regex"] for each in algorithm.get("MetricDefinitions", ())
        },
        "environment": environment,
        "tags": dict(tags),
        **{field: find_member(detail, path) for field, path in _FIELDS.items()},
    }
    rest = _unsaid(detail)
    said = {field: value for field, value in form.items() if value}
    return {**said, "members": rest} if rest else said


def _unsaid(detail: Document) -> dict[str, Any]:
    """Return what a described job was asked to do that no field says."""
    asked = _by_channel({name: detail[name] for name in _ASKED if name in detail})
    usual = {**training_job_request(JobOptions()), _CHANNELS: {}}
    for name, channel in asked.get(_CHANNELS, {}).items():
        if uri := find_member(channel, "DataSource.S3DataSource.S3Uri"):
            place = training_job_request(JobOptions(inputs={name: "s3://b/"}))
            (usual[_CHANNELS][name],) = place[_CHANNELS]
            usual[_CHANNELS][name]["DataSource"]["S3DataSource"]["S3Uri"] = uri
    return _rest(asked, usual)


def with_members(request: Document, members: Document) -> dict[str, Any]:
    """Return a request that says these members too; channels are told by their names."""
    merged = _merged(_by_channel(request), members)
    channels = merged.get(_CHANNELS, {})
    if not channels:
        return merged
    # A channel that the form has no more, and whose place was in the form, has no place.
    placed = {name: each for name, each in channels.items() if "DataSource" in each}
    listed = [{"ChannelName": name, **each} for name, each in placed.items()]
    return {**merged, _CHANNELS: listed}


def _source(detail: Document) -> tuple[str, dict[str, str]]:
    """Return the packed source of a job, and its hyperparameters without what says it."""
    spec, hyperparameters = read_spec(detail), dict(detail.get("HyperParameters", {}))
    uri, program = spec.source_uri or "", spec.program
    if program is None or not uri.startswith(("s3://", "file://")):
        return "", hyperparameters
    return f"{uri}#{program}", {k: v for k, v in hyperparameters.items() if k not in _SOURCE}


def _by_channel(document: Document) -> dict[str, Any]:
    if _CHANNELS not in document:
        return dict(document)
    channels = {each["ChannelName"]: each for each in document[_CHANNELS]}
    return {**document, _CHANNELS: channels}


def _rest(asked: Document, said: Document, path: str = "") -> dict[str, Any]:
    found = {}
    for name, value in asked.items():
        here, place = said.get(name), f"{path}.{name}" if path else name
        if place in _SAID:
            continue
        if isinstance(value, Mapping) and isinstance(here, Mapping | None):
            value = _rest(value, here or {}, place)  # noqa: PLW2901 - what is left of it
        elif value == here or (here is None and value == _DEFAULTS.get(name)):
            continue
        if value not in (None, "", False, [], {}):
            found[name] = value
    return found


def _merged(document: Document, members: Document) -> dict[str, Any]:
    merged = dict(document)
    for name, value in members.items():
        here = merged.get(name)
        if isinstance(here, Mapping) and isinstance(value, Mapping):
            merged[name] = _merged(here, value)
        else:
            merged[name] = value
    return merged
