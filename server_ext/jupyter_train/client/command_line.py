"""Command lines that make a job, from the words of its CreateTrainingJob request."""

import json
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..contract.names import DEFAULT_BUCKET
from ..contract.spec import INTERPRETER_VARIABLE
from .parameters import find_member
from .submit import is_process

# Read a row as: this option says that member; the last is what is meant where nothing is said.
_OPTIONS: tuple[tuple[str, str, Any], ...] = (
    ("--image", "AlgorithmSpecification.TrainingImage", None),
    ("--instance-type", "ResourceConfig.InstanceType", "local"),
    ("--instance-count", "ResourceConfig.InstanceCount", 1),
    ("--volume-size", "ResourceConfig.VolumeSizeInGB", 30),
    ("--keep-alive", "ResourceConfig.KeepAlivePeriodInSeconds", None),
    ("--max-run", "StoppingCondition.MaxRuntimeInSeconds", 86400),
    ("--max-wait", "StoppingCondition.MaxWaitTimeInSeconds", None),
    ("--max-retries", "RetryStrategy.MaximumRetryAttempts", None),
    ("--checkpoints", "CheckpointConfig.S3Uri", None),
    ("--output", "OutputDataConfig.S3OutputPath", f"s3://{DEFAULT_BUCKET}/"),
    ("--experiment", "ExperimentConfig.ExperimentName", None),
)
_FLAGS = (
    ("--spot", "EnableManagedSpotTraining"),
    ("--shell", "RemoteDebugConfig.EnableRemoteDebug"),
    ("--network=none", "EnableNetworkIsolation"),
)
_WORDS = (
    ("--command", "AlgorithmSpecification.ContainerEntrypoint"),
    ("--arguments", "AlgorithmSpecification.ContainerArguments"),
)


def run_line(request: Mapping[str, Any], script: Sequence[str], name: str = "") -> str:
    """Return the line of `jupyter train run`; `script` are the words that say what runs."""
    said = [f"--name={name}"] if name else []
    words = ["jupyter", "train", "run", *script, *said, *_options(request), *_pairs(request)]
    return shlex.join(words)


def aws_line(request: Mapping[str, Any]) -> str:
    """Return the line of AWS's own command, which can say all there is."""
    asked = shlex.quote(json.dumps(request))
    return f"aws sagemaker create-training-job --cli-input-json {asked}"


def can_run(request: Mapping[str, Any]) -> bool:
    """Tell whether `jupyter train run` takes such a job: a process has no command of its own."""
    algorithm = request["AlgorithmSpecification"]
    own = algorithm.keys() & {"ContainerEntrypoint", "ContainerArguments"}
    return not (own and is_process(algorithm.get("TrainingImage")))


def _options(request: Mapping[str, Any]) -> Iterator[str]:
    # Joined by an equals sign: a value may begin with a hyphen.
    for option, path, unsaid in _OPTIONS:
        if (value := find_member(request, path)) not in (None, unsaid):
            yield f"{option}={value}"
    yield from (flag for flag, path in _FLAGS if find_member(request, path))
    for option, path in _WORDS:
        if value := find_member(request, path):
            yield f"{option}={shlex.join(value)}"


def _pairs(request: Mapping[str, Any]) -> Iterator[str]:
    algorithm, environment = request["AlgorithmSpecification"], request.get("Environment", {})
    python = environment.get(INTERPRETER_VARIABLE, sys.executable)
    if python != sys.executable:
        yield f"--python={python}"
    for option, pairs in (
        ("--hyperparameter", _own(request.get("HyperParameters", {}))),
        ("--input", [(each["ChannelName"], _place(each)) for each in _channels(request)]),
        ("--metric", [(e["Name"], e["Regex"]) for e in algorithm.get("MetricDefinitions", ())]),
        ("--env", [each for each in environment.items() if each[0] != INTERPRETER_VARIABLE]),
        ("--tag", [(each["Key"], each["Value"]) for each in request.get("Tags", ())]),
    ):
        yield from (f"{option}={name}={value}" for name, value in pairs)


def _own(hyperparameters: Mapping[str, str]) -> list[tuple[str, str]]:
    packed = {"sagemaker_program", "sagemaker_submit_directory"}
    return [each for each in hyperparameters.items() if each[0] not in packed]


def _channels(request: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = request.get("InputDataConfig", ())
    return found


def _place(channel: Mapping[str, Any]) -> str:
    return str(channel["DataSource"]["S3DataSource"]["S3Uri"])
