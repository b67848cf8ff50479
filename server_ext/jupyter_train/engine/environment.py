"""The variables of the SageMaker training toolkit, as that toolkit writes them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from jupyter_train_toolkit.entry import arguments
from jupyter_train_toolkit.environment import decode, is_own

from ..contract.spec import TrainingJob
from ..runtimes.base import Resources
from .configuration import (
    GROUP,
    hosts_of,
    input_data_config,
    instance_group,
    network_interface,
    resource_config,
)
from .folders import AttemptFolder

# Hyperparameters that SageMaker's toolkit reads itself; the other ones of its prefix are for
# frameworks.
_FOR_THE_TOOLKIT = (
    "sagemaker_program",
    "sagemaker_submit_directory",
    "sagemaker_enable_cloudwatch_metrics",
    "sagemaker_region",
    "sagemaker_container_log_level",
    "sagemaker_job_name",
    "sagemaker_s3_output",
    "default_user_module_name",
    "_tuning_objective_metric",
)

# Each of these has the toolkit distribute the training over the job's group of hosts.
_DISTRIBUTING = tuple(
    f"sagemaker_{each}_enabled"
    for each in (
        "mpi",
        "parameter_server",
        "distributed_dataparallel",
        "pytorch_ddp",
        "pytorch_xla_multi_worker",
        "multi_worker_mirrored_strategy",
        "torch_distributed",
    )
)

# What SM_TRAINING_ENV does not repeat of the others, or by another name.
_ELSEWHERE = ("hps", "framework_params", "channels", "user_args", "base_dir", "checkpoint_dir")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A job's folders as the job itself sees them."""

    folder: AttemptFolder
    checkpoints: PurePath


def contract_environment(spec: TrainingJob, view: View, resources: Resources) -> dict[str, str]:
    """Return the SM_* variables, pointing into what the job sees."""
    given = {name: decode(text) for name, text in spec.hyperparameters.items()}
    told: dict[str, Any] = {
        **_folders(view),
        **_cluster(spec, resources),
        **_parameters(given),
        **_program(spec, view),
        "channels": sorted(each.name for each in spec.channels),
        "input_data_config": input_data_config(spec),
        "user_args": arguments(dict(spec.hyperparameters)),
    }
    channels = {each.name: str(view.folder.channel(each.name)) for each in spec.channels}
    variables = {
        **told,
        **{f"channel_{name}": folder for name, folder in channels.items()},
        **_each_parameter(told["hps"]),
        "training_env": _training_env(spec, told, channels),
    }
    return {f"SM_{name.upper()}": _text(value) for name, value in variables.items()}


def _text(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _training_env(
    spec: TrainingJob, told: Mapping[str, Any], channels: Mapping[str, str]
) -> dict[str, object]:
    distributed = told["distribution_instance_groups"]
    return {
        **{name: value for name, value in told.items() if name not in _ELSEWHERE},
        "additional_framework_parameters": told["framework_params"],
        "channel_input_dirs": channels,
        "distribution_hosts": told["hosts"] if GROUP in distributed else [],
        "hyperparameters": told["hps"],
        "is_master": True,
        "is_modelparallel_enabled": None,
        "is_smddpmprun_installed": False,
        "is_smddprun_installed": False,
        "job_name": spec.name,
        "master_hostname": told["current_host"],
        "topology": [],
    }


def _folders(view: View) -> dict[str, str]:
    folder = view.folder
    return {
        "base_dir": str(folder.ml),
        "model_dir": str(folder.model),
        "input_dir": str(folder.ml / "input"),
        "input_config_dir": str(folder.config),
        "output_dir": str(folder.results),
        "output_data_dir": str(folder.output),
        "output_intermediate_dir": str(folder.intermediate),
        "checkpoint_dir": str(view.checkpoints),
    }


def _cluster(spec: TrainingJob, resources: Resources) -> dict[str, object]:
    hosts = hosts_of(spec)
    return {
        "current_host": hosts[0],
        "hosts": hosts,
        "num_cpus": max(1, int(resources.cpus)),
        "num_gpus": len(resources.gpus),
        "num_neurons": 0,
        "current_instance_type": spec.instance_type,
        "current_instance_group": GROUP,
        "current_instance_group_hosts": hosts,
        "instance_groups": [GROUP],
        "instance_groups_dict": {GROUP: instance_group(spec)},
        "is_hetero": False,
        "network_interface_name": network_interface(spec),
        "resource_config": resource_config(spec),
    }


def _parameters(given: Mapping[str, Any]) -> dict[str, object]:
    others = {name: value for name, value in given.items() if not is_own(name)}
    framework = {name: value for name, value in others.items() if name not in _FOR_THE_TOOLKIT}
    distributed = [GROUP] if any(framework.get(name) for name in _DISTRIBUTING) else []
    groups = framework.get("sagemaker_distribution_instance_groups", distributed)
    return {
        "hps": {name: value for name, value in given.items() if is_own(name)},
        "framework_params": framework,
        "distribution_instance_groups": groups,
        "log_level": others.get("sagemaker_container_log_level", 20),
    }


def _each_parameter(own: Mapping[str, Any]) -> dict[str, object]:
    # A shell has no variable with a hyphen.
    plain = {name.replace("-", "_"): value for name, value in own.items()}
    return {f"hp_{name}": value for name, value in {**plain, **own}.items()}


def _program(spec: TrainingJob, view: View) -> dict[str, object]:
    program = spec.program or ""
    return {
        "user_entry_point": program,
        "module_name": program.removesuffix(".py"),
        "module_dir": spec.source_uri or str(view.folder.code),
        "framework_module": spec.environment.get("SAGEMAKER_TRAINING_MODULE"),
    }
