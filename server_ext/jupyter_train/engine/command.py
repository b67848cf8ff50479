"""What an attempt runs, and the environment it runs in: clean, and the container contract's own."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jupyter_train_toolkit.entry import arguments

from ..contract.names import AttemptKey, job_arn
from ..contract.spec import TrainingJob
from ..runtimes.base import AttemptSpec, Resources
from .errors import ClientError
from .folders import AttemptFolder

# What a job may see of the manager's environment, which is its first client's and may be another's.
_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_KEPT_PREFIXES = ("LC_", "CUDA_", "NVIDIA_")

_TOOLKIT_PREFIX = "sagemaker_"

REQUIREMENTS = "requirements.txt"
"""What a job's source may need besides; the toolkit's entry installs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every attempt of one manager has in common."""

    manager_id: str
    region: str
    toolkit: Path
    envs: Path
    inherited: Mapping[str, str]


def attempt_spec(
    spec: TrainingJob,
    key: AttemptKey,
    folder: AttemptFolder,
    resources: Resources,
    around: Surroundings,
) -> AttemptSpec:
    """Return what the process runtime is to run."""
    environment = {
        **_inherited(around.inherited),
        "PYTHONUNBUFFERED": "1",
        "AWS_REGION": around.region,
        "AWS_DEFAULT_REGION": around.region,
        "TRAINING_JOB_NAME": spec.name,
        "TRAINING_JOB_ARN": job_arn(spec.name, around.region),
        "CURRENT_HOST": "algo-1",
        "JUPYTER_TRAIN_METRICS": str(folder.metrics),
        "JUPYTER_TRAIN_ENVS": str(around.envs),
        "OMP_NUM_THREADS": str(max(1, int(resources.cpus))),
        **_gpu_environment(resources),
        **contract_environment(spec, folder, resources),
        **spec.environment,
        "PYTHONPATH": _joined(str(around.toolkit), spec.environment.get("PYTHONPATH", "")),
    }
    return AttemptSpec(
        manager_id=around.manager_id,
        key=key,
        folder=folder.root,
        argv=argv_of(spec, folder.code),
        environment=environment,
        working_directory=folder.code if spec.source_uri else folder.ml,
        resources=resources,
    )


def check_command(spec: TrainingJob) -> None:
    """Raise ClientError if the job names nothing to run."""
    if not (spec.entrypoint or spec.arguments or (spec.program and spec.source_uri)):
        raise ClientError(
            "a job without an image needs a script: give the hyperparameters sagemaker_program and "
            "sagemaker_submit_directory, or AlgorithmSpecification.ContainerEntrypoint"
        )


def argv_of(spec: TrainingJob, code: Path) -> tuple[str, ...]:
    """Return the command; ClientError if the job names none."""
    check_command(spec)
    if spec.entrypoint or spec.arguments:
        return (*spec.entrypoint, *spec.arguments)
    return _script_mode(spec, spec.program or "", code)


def _script_mode(spec: TrainingJob, program: str, code: Path) -> tuple[str, ...]:
    python = spec.interpreter or sys.executable
    if (code / REQUIREMENTS).exists():
        return (python, "-m", "jupyter_train_toolkit.entry")
    # What the entry would become: without it, one start of an interpreter less.
    program_of = "/bin/sh" if program.endswith(".sh") else python
    return (program_of, program, *arguments(dict(spec.hyperparameters)))


def _joined(*paths: str) -> str:
    return ":".join(path for path in paths if path)


def _inherited(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }


def _gpu_environment(resources: Resources) -> dict[str, str]:
    # Without GPUs the variable is empty, so that a job never takes one it was not lent.
    return {"CUDA_VISIBLE_DEVICES": ",".join(resources.gpus)}


def contract_environment(
    spec: TrainingJob, folder: AttemptFolder, resources: Resources
) -> dict[str, str]:
    """Return the SM_* variables of the SageMaker training toolkit, pointing into this folder."""
    user = {
        name: value
        for name, value in spec.hyperparameters.items()
        if not name.startswith(_TOOLKIT_PREFIX)
    }
    channels = sorted(each.name for each in spec.channels)
    return {
        **_folders(folder),
        **_cluster(spec, resources),
        "SM_CHANNELS": json.dumps(channels),
        **{f"SM_CHANNEL_{name.upper()}": str(folder.channel(name)) for name in channels},
        "SM_HPS": json.dumps({name: _decoded(value) for name, value in user.items()}),
        **{f"SM_HP_{name.upper().replace('-', '_')}": value for name, value in user.items()},
        "SM_USER_ARGS": json.dumps([w for name, v in user.items() for w in (f"--{name}", v)]),
        "SM_USER_ENTRY_POINT": spec.program or "",
        "SM_MODULE_NAME": Path(spec.program or "").stem,
        "SM_MODULE_DIR": spec.source_uri or "",
    }


def _folders(folder: AttemptFolder) -> dict[str, str]:
    ml = folder.ml
    return {
        "SM_BASE_DIR": str(ml),
        "SM_MODEL_DIR": str(folder.model),
        "SM_INPUT_DIR": str(ml / "input"),
        "SM_INPUT_CONFIG_DIR": str(folder.config),
        "SM_OUTPUT_DIR": str(ml / "output"),
        "SM_OUTPUT_DATA_DIR": str(folder.output),
        "SM_OUTPUT_INTERMEDIATE_DIR": str(ml / "output" / "intermediate"),
        "SM_CHECKPOINT_DIR": str(folder.checkpoints),
    }


def _cluster(spec: TrainingJob, resources: Resources) -> dict[str, str]:
    hosts = json.dumps([f"algo-{rank + 1}" for rank in range(spec.instance_count)])
    return {
        "SM_CURRENT_HOST": "algo-1",
        "SM_HOSTS": hosts,
        "SM_NUM_CPUS": str(max(1, int(resources.cpus))),
        "SM_NUM_GPUS": str(len(resources.gpus)),
        "SM_NUM_NEURONS": "0",
        "SM_CURRENT_INSTANCE_TYPE": spec.instance_type,
        "SM_CURRENT_INSTANCE_GROUP": "homogeneousCluster",
        "SM_CURRENT_INSTANCE_GROUP_HOSTS": hosts,
        "SM_INSTANCE_GROUPS": json.dumps(["homogeneousCluster"]),
        "SM_IS_HETERO": "false",
        "SM_NETWORK_INTERFACE_NAME": "lo",
        "SM_LOG_LEVEL": "20",
    }


def _decoded(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        return value
