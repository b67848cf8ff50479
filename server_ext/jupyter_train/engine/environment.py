"""The variables of the SageMaker training toolkit, as a job finds them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

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

_TOOLKIT_PREFIX = "sagemaker_"

# What SM_TRAINING_ENV repeats of the others, each by its name without SM_.
_TRAINING_ENV = (
    "current_host",
    "current_instance_group",
    "current_instance_group_hosts",
    "current_instance_type",
    "distribution_instance_groups",
    "framework_module",
    "hosts",
    "input_config_dir",
    "input_data_config",
    "input_dir",
    "instance_groups",
    "instance_groups_dict",
    "is_hetero",
    "log_level",
    "model_dir",
    "module_dir",
    "module_name",
    "network_interface_name",
    "num_cpus",
    "num_gpus",
    "num_neurons",
    "output_data_dir",
    "output_dir",
    "output_intermediate_dir",
    "resource_config",
    "user_entry_point",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A job's folders as the job itself sees them."""

    folder: AttemptFolder
    checkpoints: PurePath


def contract_environment(spec: TrainingJob, view: View, resources: Resources) -> dict[str, str]:
    """Return the SM_* variables, pointing into what the job sees."""
    variables = {
        **_folders(view),
        **_cluster(spec, resources),
        **_channels(spec, view.folder),
        **_hyperparameters(spec),
        **_program(spec),
    }
    return {**variables, "SM_TRAINING_ENV": json.dumps(_training_env(spec, view, variables))}


def _training_env(spec: TrainingJob, view: View, variables: Mapping[str, str]) -> dict[str, object]:
    told = {name: _decoded(variables[f"SM_{name.upper()}"]) for name in _TRAINING_ENV}
    dirs = {each.name: str(view.folder.channel(each.name)) for each in spec.channels}
    return {
        **told,
        "additional_framework_parameters": {},
        "channel_input_dirs": dirs,
        "hyperparameters": _decoded(variables["SM_HPS"]),
        "is_master": True,
        "job_name": spec.name,
        "master_hostname": variables["SM_CURRENT_HOST"],
    }


def _folders(view: View) -> dict[str, str]:
    folder = view.folder
    return {
        "SM_BASE_DIR": str(folder.ml),
        "SM_MODEL_DIR": str(folder.model),
        "SM_INPUT_DIR": str(folder.ml / "input"),
        "SM_INPUT_CONFIG_DIR": str(folder.config),
        "SM_OUTPUT_DIR": str(folder.results),
        "SM_OUTPUT_DATA_DIR": str(folder.output),
        "SM_OUTPUT_INTERMEDIATE_DIR": str(folder.intermediate),
        "SM_CHECKPOINT_DIR": str(view.checkpoints),
    }


def _cluster(spec: TrainingJob, resources: Resources) -> dict[str, str]:
    hosts = hosts_of(spec)
    return {
        "SM_CURRENT_HOST": hosts[0],
        "SM_HOSTS": json.dumps(hosts),
        "SM_NUM_CPUS": str(max(1, int(resources.cpus))),
        "SM_NUM_GPUS": str(len(resources.gpus)),
        "SM_NUM_NEURONS": "0",
        "SM_CURRENT_INSTANCE_TYPE": spec.instance_type,
        "SM_CURRENT_INSTANCE_GROUP": GROUP,
        "SM_CURRENT_INSTANCE_GROUP_HOSTS": json.dumps(hosts),
        "SM_INSTANCE_GROUPS": json.dumps([GROUP]),
        "SM_INSTANCE_GROUPS_DICT": json.dumps({GROUP: instance_group(spec)}),
        "SM_DISTRIBUTION_INSTANCE_GROUPS": "[]",
        "SM_IS_HETERO": "false",
        "SM_NETWORK_INTERFACE_NAME": network_interface(spec),
        "SM_RESOURCE_CONFIG": json.dumps(resource_config(spec)),
        "SM_LOG_LEVEL": _level(spec),
    }


def _level(spec: TrainingJob) -> str:
    return spec.hyperparameters.get("sagemaker_container_log_level", "20")


def _channels(spec: TrainingJob, folder: AttemptFolder) -> dict[str, str]:
    names = sorted(each.name for each in spec.channels)
    return {
        "SM_CHANNELS": json.dumps(names),
        "SM_INPUT_DATA_CONFIG": json.dumps(input_data_config(spec)),
        **{f"SM_CHANNEL_{name.upper()}": str(folder.channel(name)) for name in names},
    }


def _hyperparameters(spec: TrainingJob) -> dict[str, str]:
    user = _user_hyperparameters(spec)
    return {
        "SM_HPS": json.dumps({name: _decoded(value) for name, value in user.items()}),
        **{f"SM_HP_{name.upper().replace('-', '_')}": value for name, value in user.items()},
        "SM_USER_ARGS": json.dumps([w for name, v in user.items() for w in (f"--{name}", v)]),
    }


def _program(spec: TrainingJob) -> dict[str, str]:
    return {
        "SM_USER_ENTRY_POINT": spec.program or "",
        "SM_MODULE_NAME": PurePath(spec.program or "").stem,
        "SM_MODULE_DIR": spec.source_uri or "",
        "SM_FRAMEWORK_MODULE": "",
        "SM_FRAMEWORK_PARAMS": "{}",
    }


def _user_hyperparameters(spec: TrainingJob) -> Mapping[str, str]:
    return {
        name: value
        for name, value in spec.hyperparameters.items()
        if not name.startswith(_TOOLKIT_PREFIX)
    }


def _decoded(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        return value
