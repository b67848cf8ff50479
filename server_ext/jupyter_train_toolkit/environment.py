"""Read the contract from inside a job: hyperparameters, channels, folders, hosts."""

from __future__ import annotations

import os

from .layout import here

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than this package
    from typing import Any

# Hyperparameters that SageMaker's own toolkit keeps from scripts, beside all that are sagemaker_…
_KEPT = ("default_user_module_name", "_tuning_objective_metric")


def in_job() -> bool:
    """Tell whether this process belongs to a training job."""
    return "TRAINING_JOB_NAME" in os.environ


def job_name(default: str = "") -> str:
    """Return the name of the training job."""
    return os.environ.get("TRAINING_JOB_NAME", default)


def hyperparameters(**defaults: Any) -> dict[str, Any]:
    """Return the job's hyperparameters over these defaults, numbers as numbers.

    >>> settings = hyperparameters(lr=0.1, epochs=5)
    """
    given = read_config("hyperparameters.json", {})
    mine = {key: decode(text) for key, text in given.items() if is_own(key)}
    return {**defaults, **mine}


def is_own(key: str) -> bool:
    """Tell whether a hyperparameter is the script's, and not for what starts the script."""
    return not key.startswith("sagemaker_") and key not in _KEPT


def channels() -> dict[str, str]:
    """Return the folder of each channel by its name."""
    data = here().data
    names = os.environ.get("SM_CHANNELS")
    listed = decode(names) if names else sorted(os.listdir(data)) if os.path.isdir(data) else []
    return {name: _channel_folder(data, name) for name in listed}


def channel(name: str = "training", default: str | None = None) -> str:
    """Return the folder of a channel; `default` serves outside a job."""
    found = channels()
    if name in found:
        return found[name]
    if default is not None:
        return default
    there = ", ".join(sorted(found)) or "none"
    raise KeyError("no channel {!r}; there is: {}".format(name, there))


def model_dir(default: str | None = None) -> str:
    """Return the folder that becomes model.tar.gz."""
    return _folder("SM_MODEL_DIR", here().model, default)


def output_data_dir(default: str | None = None) -> str:
    """Return the folder that becomes output.tar.gz."""
    return _folder("SM_OUTPUT_DATA_DIR", here().output_data, default)


def hosts() -> list[str]:
    """Return the names of all hosts of the job, sorted."""
    listed: list[str] = _resources().get("hosts", ["algo-1"])
    return sorted(listed)


def current_host() -> str:
    """Return this host's name among `hosts`."""
    name: str = _resources().get("current_host", "algo-1")
    return name


def rank() -> int:
    """Return this host's number among `hosts`, from 0."""
    return hosts().index(current_host())


def num_gpus() -> int:
    """Return how many GPUs this process was given."""
    return int(os.environ.get("SM_NUM_GPUS", "0"))


def decode(text: Any) -> Any:
    """Return the value a string stands for: JSON where it is JSON, else the string itself."""
    import json  # noqa: PLC0415  half of the import time, and `log` needs none of it

    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def read_config(name: str, default: Any) -> Any:
    """Return one of the files in input/config, or the default if there is none."""
    import json  # noqa: PLC0415  as above

    try:
        with open(os.path.join(here().config, name), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return default


def _channel_folder(data: str, name: str) -> str:
    return os.environ.get("SM_CHANNEL_" + name.upper()) or os.path.join(data, name)


def _resources() -> dict[str, Any]:
    found: dict[str, Any] = read_config("resourceconfig.json", {})
    return found


def _folder(variable: str, inside: str, default: str | None) -> str:
    if default is not None and not in_job():
        os.makedirs(default, exist_ok=True)
        return default
    return os.environ.get(variable, inside)
