"""Estimator code that makes a job, from the words of its CreateTrainingJob request."""

import sys
from collections.abc import Mapping
from pprint import pformat
from typing import Any

from ..contract.names import DEFAULT_BUCKET, DEFAULT_ROLE
from ..contract.spec import INTERPRETER_VARIABLE
from .inputs import TrainingInput
from .parameters import PARAMETERS, read_parameters

# What a channel is described by where nothing was said.
_UNSAID: tuple[Any, ...] = (None, [], "None", "File", "S3Prefix", "FullyReplicated")
# What code leaves to its defaults, as the one who made the job did.
_DEFAULTS = {
    **PARAMETERS,
    "role": DEFAULT_ROLE,
    "output_path": f"s3://{DEFAULT_BUCKET}/",
    "volume_size": 30,
    "input_mode": "File",
    "enable_sagemaker_metrics": True,
}


def given_parameters(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that differ from what is meant where nothing is said."""
    found = read_parameters(detail)
    environment = dict(found["environment"] or {})
    if environment.get(INTERPRETER_VARIABLE) == sys.executable:
        del environment[INTERPRETER_VARIABLE]
    found["environment"] = environment
    return {
        name: value
        for name, value in found.items()
        if value not in (None, "", {}, [], (), False) and value != _DEFAULTS.get(name)
    }


def given_inputs(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return the channels as Estimator takes them: the place alone where nothing else is said."""
    return {each["ChannelName"]: _input(each) for each in detail.get("InputDataConfig", ())}


def estimator_code(
    said: Mapping[str, Any],
    inputs: Mapping[str, Any],
    fit: Mapping[str, Any] | None = None,
) -> str:
    """Return the code; `fit` is what its last line says besides the inputs."""
    is_rich = any(not isinstance(each, str) for each in inputs.values())
    names = "Estimator, TrainingInput" if is_rich else "Estimator"
    lines = [f"    {name}={_printed(value)},\n" for name, value in said.items()]
    channels = ",\n".join(f"    {name!r}: {_printed(each)}" for name, each in inputs.items())
    first = f"{{\n{channels},\n}}" if inputs else "None"
    more = "".join(f", {name}={value!r}" for name, value in (fit or {}).items())
    return (
        f"from jupyter_train import {names}\n\n"
        f"estimator = Estimator(\n{''.join(lines)})\n"
        f"estimator.fit({first}{more}, wait=False)"
    )


def _input(channel: Mapping[str, Any]) -> Any:
    place = channel.get("DataSource", {}).get("S3DataSource", {})
    said = {
        "distribution": place.get("S3DataDistributionType"),
        "compression": channel.get("CompressionType"),
        "content_type": channel.get("ContentType"),
        "record_wrapping": channel.get("RecordWrapperType"),
        "s3_data_type": place.get("S3DataType"),
        "instance_groups": place.get("InstanceGroupNames"),
        "input_mode": channel.get("InputMode"),
        "attribute_names": place.get("AttributeNames"),
        "shuffle_config": (channel.get("ShuffleConfig") or {}).get("Seed"),
    }
    told = {name: value for name, value in said.items() if value not in _UNSAID}
    return TrainingInput(place["S3Uri"], **told) if told else place["S3Uri"]


def _printed(value: Any) -> str:
    """Return a value as Python writes it, on lines of their own where it is long."""
    if isinstance(value, TrainingInput):
        fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
        said = {n: each for n, each in fields.items() if each not in (None, "S3Prefix")}
        return f"TrainingInput({', '.join(f'{n}={each!r}' for n, each in said.items())})"
    return pformat(value, width=88, sort_dicts=False).replace("\n", "\n    ")
