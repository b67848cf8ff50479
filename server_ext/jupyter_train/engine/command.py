"""What an attempt runs, and the environment it runs in: clean, and the container contract's own."""

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from jupyter_train_toolkit.entry import command

from ..contract.names import AttemptKey, job_arn
from ..contract.spec import INTERPRETER_VARIABLE, TrainingJob
from ..runtimes.base import AttemptSpec, Container, Mount, Resources
from .environment import View, contract_environment
from .errors import ClientError
from .folders import IN_CONTAINER, AttemptFolder
from .settings import ContainerSettings

# What a job may see of the manager's environment, which is its first client's and may be another's.
_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_KEPT_PREFIXES = ("LC_", "CUDA_", "NVIDIA_")

REQUIREMENTS = "requirements.txt"
"""What a job's source may need besides; the toolkit's entry installs it."""


# Where a container finds what is ours.
_OURS = "/opt/jupyter-train"

_TRAIN = ("train",)
_LONGEST_VARIABLE = 128 << 10  # Linux's own limit, its end included
_GIB = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every attempt of one manager has in common; `memory` of the machine in bytes."""

    manager_id: str
    region: str
    toolkit: Path
    envs: Path
    inherited: Mapping[str, str]
    user: str = ""
    memory: int = 0
    containers: ContainerSettings = field(default_factory=ContainerSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt as the engine knows it; `mounts` and `image_id` once they are known."""

    spec: TrainingJob
    key: AttemptKey
    folder: AttemptFolder
    lent: Resources
    mounts: tuple[Mount, ...] = ()
    image_id: str = ""


def attempt_spec(this: Try, around: Surroundings) -> AttemptSpec:
    """Return what the runtime is to run."""
    return _process_spec(this, around) if this.spec.is_process else _container_spec(this, around)


def _process_spec(this: Try, around: Surroundings) -> AttemptSpec:
    spec, folder = this.spec, this.folder
    view = View(folder=folder, checkpoints=folder.checkpoints)
    environment = {
        **_inherited(around.inherited),
        **_platform_environment(this, around),
        **_threads(this.lent),
        "JUPYTER_TRAIN_METRICS": str(folder.metrics),
        "JUPYTER_TRAIN_ENVS": str(around.envs),
        **_gpu_environment(this.lent),
        **contract_environment(spec, view, this.lent),
        **spec.environment,
        "PYTHONPATH": _joined(str(around.toolkit), spec.environment.get("PYTHONPATH", "")),
    }
    return AttemptSpec(
        manager_id=around.manager_id,
        key=this.key,
        folder=folder.root,
        argv=argv_of(spec, folder.code),
        environment=_possible(environment),
        working_directory=folder.code if spec.source_uri else folder.ml,
        resources=this.lent,
    )


def _container_spec(this: Try, around: Surroundings) -> AttemptSpec:
    spec = this.spec
    local = spec.checkpoints.local_path if spec.checkpoints else str(IN_CONTAINER.checkpoints)
    view = View(folder=IN_CONTAINER, checkpoints=PurePosixPath(local))
    environment = {
        **_platform_environment(this, around),
        "JUPYTER_TRAIN_METRICS": f"{_OURS}/metrics",
        **({"JUPYTER_TRAIN_ENVS": f"{_OURS}/envs"} if spec.is_script_mode else {}),
        **contract_environment(spec, view, this.lent),
        **{name: v for name, v in spec.environment.items() if name != INTERPRETER_VARIABLE},
    }
    return AttemptSpec(
        manager_id=around.manager_id,
        key=this.key,
        folder=this.folder.root,
        argv=(*spec.entrypoint, *spec.arguments) or _TRAIN,
        environment=_possible(environment),
        working_directory=IN_CONTAINER.code if spec.is_script_mode else None,
        container=_container(this, around),
        resources=this.lent,
    )


def _container(this: Try, around: Surroundings) -> Container:
    spec, options = this.spec, around.containers
    as_image_says = spec.role in options.image_user
    return Container(
        image=spec.image or "",
        keep_entrypoint=not spec.entrypoint,
        script_mode=spec.is_script_mode,
        mounts=(*_our_mounts(this, around), *this.mounts),
        user=None if as_image_says else around.user,
        isolated=spec.network_isolation,
        shared_memory=options.shared_memory or (this.lent.memory or around.memory) // 2,
        volume=spec.volume_gib * _GIB,
        labels={"jupyter-train.job": spec.name},
        defaults=_threads(this.lent),
    )


def _our_mounts(this: Try, around: Surroundings) -> tuple[Mount, ...]:
    toolkit = Mount(source=around.toolkit, target=f"{_OURS}/toolkit")
    if not this.spec.is_script_mode:
        return (toolkit,)
    envs = Mount(source=envs_of(this, around), target=f"{_OURS}/envs", writable=True)
    return toolkit, envs


def envs_of(this: Try, around: Surroundings) -> Path:
    """Return where what script mode installs is kept, for jobs of one image and role."""
    # Jobs of another role never run what this one has written.
    whose = f"{this.image_id} {this.spec.role_arn}"
    return around.envs / hashlib.sha256(whose.encode()).hexdigest()[:16]


def _platform_environment(this: Try, around: Surroundings) -> dict[str, str]:
    return {
        "PYTHONUNBUFFERED": "1",
        "AWS_REGION": around.region,
        "AWS_DEFAULT_REGION": around.region,
        "TRAINING_JOB_NAME": this.spec.name,
        "TRAINING_JOB_ARN": job_arn(this.spec.name, around.region),
        "CURRENT_HOST": "algo-1",
    }


def _threads(lent: Resources) -> dict[str, str]:
    """Return how many threads libraries start, who would start one for each CPU of the machine."""
    return {"OMP_NUM_THREADS": str(max(1, int(lent.cpus)))}


def _possible(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out what no process can be given: hyperparameters may be called anything, and many."""
    return {
        name: value
        for name, value in environment.items()
        if "=" not in name
        and "\0" not in name + value
        and len(f"{name}={value}".encode("utf-8", "surrogatepass")) < _LONGEST_VARIABLE
    }


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
    return tuple(command(python, program, dict(spec.hyperparameters)))


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
