"""Make a CreateTrainingJob request as a notebook and the command line do, and send it."""

import json
import re
import secrets
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..contract.names import DEFAULT_BUCKET, DEFAULT_ROLE, PROCESS_IMAGE, parse_address
from ..contract.spec import INTERPRETER_VARIABLE
from .connection import Connection
from .source import MissingPathError, Source, package_source

_LONGEST_NAME = 63

Inputs = str | Path | Mapping[str, str | Path | Mapping[str, Any]]
"""Channels by name; a path alone is channel `training`; a mapping is a channel in AWS's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """What a person says about a job; `name` wins over `base_name`, which gets a time stamp.

    `interpreter` is told only of a job without an image: an image brings its own.  `command` and
    `arguments` are what the image runs instead of its `train` program; `keep_alive` are seconds of
    warm pool.  `packed` is a program and the address of an archive that has it.
    """

    base_name: str = "job"
    name: str | None = None
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Inputs = field(default_factory=dict)
    metric_definitions: Sequence[Mapping[str, str]] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    interpreter: str | None = sys.executable
    instance_type: str = "local"
    instance_count: int = 1
    volume_size: int = 30
    keep_alive: int | None = None
    max_run: int = 86400
    max_retries: int | None = None
    is_spot: bool = False
    max_wait: int | None = None
    experiment: Mapping[str, str] = field(default_factory=dict)
    image: str | None = None
    command: Sequence[str] = ()
    arguments: Sequence[str] = ()
    packed: tuple[str, str] | None = None
    isolated: bool = False
    remote_debug: bool = False
    role: str = DEFAULT_ROLE
    output_path: str | Path = f"s3://{DEFAULT_BUCKET}/"
    output_compression: str = "GZIP"
    checkpoints: str | Path | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def stamped_name(base: str, now: datetime | None = None) -> str:
    """Return `base-YYYY-MM-DD-HH-MM-SS-mmm`, cut and cleaned to what AWS allows as a name."""
    time = now or datetime.now(UTC)
    stamp = f"{time:%Y-%m-%d-%H-%M-%S}-{time.microsecond // 1000:03d}"
    clean = re.sub(r"[^a-zA-Z0-9]+", "-", base)[: _LONGEST_NAME - 1 - len(stamp)].strip("-")
    return f"{clean or 'job'}-{stamp}"


def training_job_request(
    options: JobOptions, source: Source | None = None, *, now: datetime | None = None
) -> dict[str, Any]:
    """Return the CreateTrainingJob request; MissingPathError if a path it names is not there."""
    name = options.name or stamped_name(options.base_name, now)
    request: dict[str, Any] = {
        "TrainingJobName": name,
        "HyperParameters": _hyperparameters(options, name, source),
        "AlgorithmSpecification": _algorithm(options),
        "RoleArn": options.role,
        "InputDataConfig": [_channel(*each) for each in _named(options.inputs).items()],
        "OutputDataConfig": {
            "S3OutputPath": address(options.output_path, must_exist=False),
            "CompressionType": options.output_compression,
        },
        "ResourceConfig": _resources(options),
        "StoppingCondition": _limits(options),
        "Environment": _environment(options),
        "Tags": [{"Key": key, "Value": value} for key, value in options.tags.items()],
        **_choices(options),
    }
    return {key: value for key, value in request.items() if value not in ([], {})}


def submit(connection: Connection, request: Mapping[str, Any], source: Source | None = None) -> str:
    """Upload the source and create the job; returns its ARN."""
    if source is not None:
        # Refused before anything is uploaded, where that is known already.
        connection.call("CheckTrainingJob", request, service="jupytertrain")
        with tempfile.TemporaryDirectory(prefix="jupyter-train-") as folder:
            archive = Path(folder) / "sourcedir.tar.gz"
            package_source(source, archive)
            uri = request["HyperParameters"]["sagemaker_submit_directory"]
            connection.put_object(DEFAULT_BUCKET, parse_address(uri).key, archive)
    return str(connection.call("CreateTrainingJob", request)["TrainingJobArn"])


def address(where: str | Path, *, must_exist: bool = True) -> str:
    """Return the URI of a place: `s3://` as it is, a local path as `file://`."""
    text = str(where)
    if text.startswith("s3://"):
        return text
    is_uri = text.startswith("file://")
    path = Path(str(parse_address(text).path)) if is_uri else Path(text).expanduser().absolute()
    if must_exist and not path.exists():
        raise MissingPathError(f"there is no file or folder {path}")
    return text if is_uri else path.as_uri()


def is_process(image: str | None) -> bool:
    """Tell whether a job of this image runs without a container."""
    return image in (None, "", PROCESS_IMAGE)


def image_name(image: str | None) -> str:
    """Return what a job is called after, where it has no script: the image, without its tag."""
    return re.split("[:@]", (image or "job").rpartition("/")[2])[0]


def text_of(value: Any) -> str:
    """Return a hyperparameter as the string it travels as: text as it is, the rest as JSON."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value)
    except TypeError:
        return str(value)


def _hyperparameters(options: JobOptions, name: str, source: Source | None) -> dict[str, str]:
    found = {key: text_of(value) for key, value in options.hyperparameters.items()}
    packed = options.packed
    if source is not None:
        packed = (source.program, f"s3://{DEFAULT_BUCKET}/{_source_key(name)}")
    if packed is not None:
        found["sagemaker_program"], found["sagemaker_submit_directory"] = packed
    return found


def _source_key(name: str) -> str:
    # Of two who ask for one name at once one wins; the other must not have replaced its source.
    return f"{name}/source/{secrets.token_hex(4)}/sourcedir.tar.gz"


def _algorithm(options: JobOptions) -> dict[str, Any]:
    found: dict[str, Any] = {"TrainingInputMode": "File"}
    if options.image:
        found["TrainingImage"] = options.image
    if options.command:
        found["ContainerEntrypoint"] = list(options.command)
    if options.arguments:
        found["ContainerArguments"] = list(options.arguments)
    if options.metric_definitions:
        found["MetricDefinitions"] = [dict(each) for each in options.metric_definitions]
        found["EnableSageMakerMetricsTimeSeries"] = True
    return found


def _resources(options: JobOptions) -> dict[str, Any]:
    found = {
        "InstanceType": options.instance_type,
        "InstanceCount": options.instance_count,
        "VolumeSizeInGB": options.volume_size,
    }
    if options.keep_alive is None:
        return found
    return {**found, "KeepAlivePeriodInSeconds": options.keep_alive}


def _limits(options: JobOptions) -> dict[str, int]:
    found = {"MaxRuntimeInSeconds": options.max_run}
    return (
        found if options.max_wait is None else {**found, "MaxWaitTimeInSeconds": options.max_wait}
    )


def _choices(options: JobOptions) -> dict[str, Any]:
    """Return the members that are there only where something was chosen."""
    found: dict[str, Any] = {}
    if options.checkpoints is not None:
        found["CheckpointConfig"] = {"S3Uri": address(options.checkpoints, must_exist=False)}
    if options.max_retries is not None:
        found["RetryStrategy"] = {"MaximumRetryAttempts": options.max_retries}
    if options.is_spot:
        found["EnableManagedSpotTraining"] = True
    if options.experiment:
        found["ExperimentConfig"] = dict(options.experiment)
    if options.isolated:
        found["EnableNetworkIsolation"] = True
    if options.remote_debug:
        found["RemoteDebugConfig"] = {"EnableRemoteDebug": True}
    return found


def _environment(options: JobOptions) -> dict[str, str]:
    if options.interpreter is None or not is_process(options.image):
        return dict(options.environment)
    return {INTERPRETER_VARIABLE: options.interpreter, **options.environment}


def _named(inputs: Inputs) -> Mapping[str, str | Path | Mapping[str, Any]]:
    return {"training": inputs} if isinstance(inputs, str | Path) else inputs


def _channel(name: str, where: str | Path | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(where, Mapping):
        return {"ChannelName": name, **where}
    place = {
        "S3DataType": "S3Prefix",
        "S3Uri": address(where),
        "S3DataDistributionType": "FullyReplicated",
    }
    return {"ChannelName": name, "DataSource": {"S3DataSource": place}}
