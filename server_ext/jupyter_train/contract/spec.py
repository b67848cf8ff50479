"""What a training job is asked to do: pure data, the same in every process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .names import CONTAINER_RUNTIME, PROCESS_IMAGE, PROCESS_RUNTIME

Document = Mapping[str, Any]
"""A validated CreateTrainingJob request with its defaults, in AWS's own member names."""

INTERPRETER_VARIABLE = "JUPYTER_TRAIN_PYTHON"
"""Environment member by which a client records the interpreter a process job runs with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One named input of a job."""

    name: str
    uri: str
    data_type: str = "S3Prefix"
    distribution: str = "FullyReplicated"
    input_mode: str = "File"
    content_type: str = ""
    compression: str = "None"
    record_wrapper: str = "None"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDefinition:
    """A metric's name and the regular expression that finds its value in a log line."""

    name: str
    regex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints:
    """Where a job keeps the state it can resume from."""

    uri: str
    local_path: str = "/opt/ml/checkpoints"


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorBoard:
    """Where a job's TensorBoard files go while it writes them."""

    uri: str
    local_path: str = "/opt/ml/output/tensorboard"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingJob:
    """One request to train, immutable; times in seconds, sizes in GiB."""

    name: str
    role_arn: str = ""
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    image: str | None = None
    algorithm: str | None = None
    entrypoint: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    metric_definitions: tuple[MetricDefinition, ...] = ()
    channels: tuple[Channel, ...] = ()
    output_uri: str = ""
    output_compression: str = "GZIP"
    instance_type: str = "local"
    instance_count: int = 1
    volume_gib: int = 30
    keep_alive: int = 0
    max_runtime: int = 86400
    max_wait: int | None = None
    max_pending: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    checkpoints: Checkpoints | None = None
    tensorboard: TensorBoard | None = None
    network_isolation: bool = False
    spot: bool = False
    max_retries: int = 0

    @property
    def is_process(self) -> bool:
        """Whether the job asks for no container."""
        return self.image in (None, "", PROCESS_IMAGE) and self.algorithm is None

    @property
    def runtime(self) -> str:
        """The kind of runtime it needs."""
        return PROCESS_RUNTIME if self.is_process else CONTAINER_RUNTIME

    @property
    def role(self) -> str:
        """The name of its role, the last part of the ARN."""
        return self.role_arn.rpartition("/")[2]

    @property
    def is_script_mode(self) -> bool:
        """Whether it brings a program of its own instead of naming one of the image's."""
        brought = (self.source_uri or "").startswith(("s3://", "file://", "/opt/ml/input/data/"))
        return bool(self.program and brought) and not self.entrypoint

    @property
    def interpreter(self) -> str | None:
        """The Python of the submitting client, where it was recorded."""
        return self.environment.get(INTERPRETER_VARIABLE)

    @property
    def program(self) -> str | None:
        """The script of script mode: hyperparameter sagemaker_program."""
        return self._toolkit_text("sagemaker_program")

    @property
    def source_uri(self) -> str | None:
        """The source archive of script mode: hyperparameter sagemaker_submit_directory."""
        return self._toolkit_text("sagemaker_submit_directory")

    @property
    def intermediate_uri(self) -> str | None:
        """Where SageMaker's toolkit uploads output during the run: sagemaker_s3_output."""
        return self._toolkit_text("sagemaker_s3_output")

    def _toolkit_text(self, key: str) -> str | None:
        # SDK v2 JSON-encodes framework values, so a string arrives with quotes inside.
        value = self.hyperparameters.get(key)
        if value is None or not value.startswith('"'):
            return value
        try:
            decoded = json.loads(value)
        except ValueError:
            return value
        return decoded if isinstance(decoded, str) else value


def read_spec(document: Document) -> TrainingJob:
    """Read a validated CreateTrainingJob document."""
    algorithm = document.get("AlgorithmSpecification", {})
    output = document.get("OutputDataConfig", {})
    resources = document.get("ResourceConfig", {})
    limits = document.get("StoppingCondition", {})
    checkpoint = document.get("CheckpointConfig")
    tensorboard = document.get("TensorBoardOutputConfig")
    return TrainingJob(
        name=document["TrainingJobName"],
        role_arn=document.get("RoleArn", ""),
        hyperparameters=dict(document.get("HyperParameters", {})),
        image=algorithm.get("TrainingImage") or None,
        algorithm=algorithm.get("AlgorithmName") or None,
        entrypoint=tuple(algorithm.get("ContainerEntrypoint", ())),
        arguments=tuple(algorithm.get("ContainerArguments", ())),
        metric_definitions=tuple(
            MetricDefinition(name=each["Name"], regex=each["Regex"])
            for each in algorithm.get("MetricDefinitions", ())
        ),
        channels=tuple(
            _read_channel(each, algorithm) for each in document.get("InputDataConfig", ())
        ),
        output_uri=output.get("S3OutputPath", ""),
        output_compression=output.get("CompressionType", "GZIP"),
        instance_type=resources.get("InstanceType", "local"),
        instance_count=resources.get("InstanceCount", 1),
        volume_gib=resources.get("VolumeSizeInGB", 30),
        keep_alive=resources.get("KeepAlivePeriodInSeconds", 0),
        max_runtime=limits.get("MaxRuntimeInSeconds", 86400),
        max_wait=limits.get("MaxWaitTimeInSeconds"),
        max_pending=limits.get("MaxPendingTimeInSeconds"),
        environment=dict(document.get("Environment", {})),
        checkpoints=_read_checkpoints(checkpoint) if checkpoint else None,
        tensorboard=_read_tensorboard(tensorboard) if tensorboard else None,
        network_isolation=document.get("EnableNetworkIsolation", False),
        spot=document.get("EnableManagedSpotTraining", False),
        max_retries=document.get("RetryStrategy", {}).get("MaximumRetryAttempts", 0),
    )


def _read_channel(member: Document, algorithm: Document) -> Channel:
    source = member["DataSource"].get("S3DataSource", {})
    return Channel(
        name=member["ChannelName"],
        uri=source.get("S3Uri", ""),
        data_type=source.get("S3DataType", "S3Prefix"),
        distribution=source.get("S3DataDistributionType", "FullyReplicated"),
        input_mode=member.get("InputMode") or algorithm.get("TrainingInputMode", "File"),
        content_type=member.get("ContentType", ""),
        compression=member.get("CompressionType", "None"),
        record_wrapper=member.get("RecordWrapperType", "None"),
    )


def _read_checkpoints(member: Document) -> Checkpoints:
    return Checkpoints(
        uri=member["S3Uri"], local_path=member.get("LocalPath", "/opt/ml/checkpoints")
    )


def _read_tensorboard(member: Document) -> TensorBoard:
    return TensorBoard(
        uri=member["S3OutputPath"],
        local_path=member.get("LocalPath", "/opt/ml/output/tensorboard"),
    )
