"""The words of SageMaker's Estimator, and where CreateTrainingJob keeps what they say."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from inspect import Parameter, Signature
from os import PathLike
from typing import Any

from .submit import address

TOOLKIT = "sagemaker_"
"""What hyperparameters begin with that are about the job, not for its script."""

# In the SDK's order, with our defaults; a parameter left at None is not sent.
PARAMETERS: dict[str, Any] = {
    "image_uri": None,
    "role": None,
    "instance_count": 1,
    "instance_type": "local",
    "keep_alive_period_in_seconds": None,
    "volume_size": None,
    "volume_kms_key": None,
    "max_run": 86400,
    "input_mode": None,
    "output_path": None,
    "output_kms_key": None,
    "base_job_name": None,
    "sagemaker_session": None,
    "hyperparameters": None,
    "tags": None,
    "subnets": None,
    "security_group_ids": None,
    "model_uri": None,
    "model_channel_name": "model",
    "metric_definitions": None,
    "encrypt_inter_container_traffic": None,
    "use_spot_instances": None,
    "max_wait": None,
    "checkpoint_s3_uri": None,
    "checkpoint_local_path": None,
    "enable_network_isolation": None,
    "rules": None,
    "debugger_hook_config": None,
    "tensorboard_output_config": None,
    "enable_sagemaker_metrics": None,
    "profiler_config": None,
    "disable_profiler": None,
    "environment": None,
    "max_retry_attempts": None,
    "source_dir": None,
    "container_log_level": None,
    "entry_point": None,
    "dependencies": (),
    "instance_groups": None,
    "training_repository_access_mode": None,
    "training_repository_credentials_provider_arn": None,
    "container_entry_point": None,
    "container_arguments": None,
    "disable_output_compression": False,
    "enable_infra_check": None,
    "enable_remote_debug": None,
    "enable_session_tag_chaining": None,
    "training_plan": None,
    "instance_placement_config": None,
}

# Read a row as: this parameter is that member, as it is.
MEMBERS: dict[str, str] = {
    "keep_alive_period_in_seconds": "ResourceConfig.KeepAlivePeriodInSeconds",
    "volume_size": "ResourceConfig.VolumeSizeInGB",
    "volume_kms_key": "ResourceConfig.VolumeKmsKeyId",
    "instance_groups": "ResourceConfig.InstanceGroups",
    "training_plan": "ResourceConfig.TrainingPlanArn",
    "instance_placement_config": "ResourceConfig.InstancePlacementConfig",
    "input_mode": "AlgorithmSpecification.TrainingInputMode",
    "enable_sagemaker_metrics": "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries",
    "container_entry_point": "AlgorithmSpecification.ContainerEntrypoint",
    "container_arguments": "AlgorithmSpecification.ContainerArguments",
    "training_repository_access_mode": (
        "AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAccessMode"
    ),
    "training_repository_credentials_provider_arn": (
        "AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAuthConfig"
        ".TrainingRepositoryCredentialsProviderArn"
    ),
    "output_kms_key": "OutputDataConfig.KmsKeyId",
    "subnets": "VpcConfig.Subnets",
    "security_group_ids": "VpcConfig.SecurityGroupIds",
    "encrypt_inter_container_traffic": "EnableInterContainerTrafficEncryption",
    "enable_network_isolation": "EnableNetworkIsolation",
    "use_spot_instances": "EnableManagedSpotTraining",
    "max_wait": "StoppingCondition.MaxWaitTimeInSeconds",
    "checkpoint_local_path": "CheckpointConfig.LocalPath",
    "rules": "DebugRuleConfigurations",
    "debugger_hook_config": "DebugHookConfig",
    "tensorboard_output_config": "TensorBoardOutputConfig",
    "profiler_config": "ProfilerConfig",
    "disable_profiler": "ProfilerConfig.DisableProfiler",
    "max_retry_attempts": "RetryStrategy.MaximumRetryAttempts",
    "enable_infra_check": "InfraCheckConfig.EnableInfraCheck",
    "enable_remote_debug": "RemoteDebugConfig.EnableRemoteDebug",
    "enable_session_tag_chaining": "SessionChainingConfig.EnableSessionTagChaining",
}

# Parameters of the SDK that say nothing a training job is asked to do.
REFUSED: dict[str, str] = {
    "git_config": "clone the repository and give its folder as source_dir",
    "code_location": "the source is always kept under s3://jupyter-train/<job>/",
    "framework_version": "a job runs with this notebook's Python and packages; or give image_uri",
    "py_version": "a job runs with this notebook's Python and packages; or give image_uri",
    "distribution": "multi-process launches are not there yet; start them from the script",
}


def signature() -> Signature:
    """Return the constructor's signature, for the help that a notebook shows."""
    kinds = Parameter.POSITIONAL_OR_KEYWORD
    return Signature(
        [Parameter(name, kinds, default=default) for name, default in PARAMETERS.items()]
    )


def check_names(given: Mapping[str, Any]) -> None:
    """Raise TypeError for a parameter we do not have, with the nearest we have."""
    for name in given:
        if name in REFUSED:
            raise TypeError(f"Estimator takes no {name!r}: {REFUSED[name]}")
        if name not in PARAMETERS:
            near = get_close_matches(name, PARAMETERS, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"it takes: {', '.join(PARAMETERS)}"
            raise TypeError(f"Estimator takes no {name!r}; {hint}")


def put_members(request: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Set the members that parameters name one to one."""
    for name, path in MEMBERS.items():
        value = values.get(name)
        if value is not None and value is not False:
            *parents, member = path.split(".")
            place = request
            for parent in parents:
                place = place.setdefault(parent, {})
            place[member] = _READERS.get(name, _plain)(value)


def read_members(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that a described job was made with, one to one ones only."""
    found = {name: find_member(detail, path) for name, path in MEMBERS.items()}
    return {name: value for name, value in found.items() if value is not None}


def read_parameters(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that a described job was made with, without its script."""
    algorithm, resources = detail["AlgorithmSpecification"], detail["ResourceConfig"]
    output = detail["OutputDataConfig"]
    return read_members(detail) | {
        "image_uri": algorithm.get("TrainingImage"),
        "role": detail["RoleArn"],
        "instance_count": resources.get("InstanceCount", 1),
        "instance_type": resources.get("InstanceType"),
        "max_run": detail["StoppingCondition"]["MaxRuntimeInSeconds"],
        "output_path": output["S3OutputPath"],
        "disable_output_compression": output.get("CompressionType") == "NONE",
        "checkpoint_s3_uri": detail.get("CheckpointConfig", {}).get("S3Uri"),
        "metric_definitions": algorithm.get("MetricDefinitions"),
        "environment": detail.get("Environment"),
        "hyperparameters": {
            name: value
            for name, value in detail.get("HyperParameters", {}).items()
            if not name.startswith(TOOLKIT)
        },
    }


def _plain(value: Any) -> Any:
    """Return a value in AWS's words, also where it is an object of the SDK's, or a list of such."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    # Underscored, and yet what the SDK itself calls on every object that is given to it.
    make = getattr(value, "_to_request_dict", None)
    return value if make is None else make()


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        raise TypeError(
            f"{value!r} is one text; container_entry_point and container_arguments are lists of "
            "words, such as ['python', 'train.py']"
        )
    return [str(each) for each in value]


def _tensorboard(value: Any) -> Any:
    """Accept what the SDK does, and the place alone."""
    if isinstance(value, str | PathLike):
        return {"S3OutputPath": address(str(value), must_exist=False)}
    return _plain(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "container_entry_point": _words,
    "container_arguments": _words,
    "tensorboard_output_config": _tensorboard,
}


def find_member(detail: Mapping[str, Any], path: str) -> Any:
    """Return the member at a dotted path, None where there is none."""
    place: Any = detail
    for member in path.split("."):
        place = place.get(member) if isinstance(place, Mapping) else None
    return place
