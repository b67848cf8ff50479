"""The code that makes a job again: a %%train cell where it was one, an Estimator otherwise."""

import shlex
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from pprint import pformat
from typing import Any

from IPython.core.error import UsageError

from ..client.connection import ApiError, Connection
from ..client.inputs import TrainingInput
from ..client.parameters import PARAMETERS, read_parameters
from ..contract.names import DEFAULT_BUCKET, DEFAULT_ROLE, parse_address
from ..contract.spec import INTERPRETER_VARIABLE
from .options import words

CELL = "cell.py"
"""What the script of a %%train cell is called."""

_PROGRAM, _SOURCE = "sagemaker_program", "sagemaker_submit_directory"
_OPTIONS = {
    "image_uri": "--image",
    "instance_type": "-t",
    "instance_count": "-c",
    "volume_size": "--volume-size",
    "keep_alive_period_in_seconds": "--keep-alive",
    "output_path": "-o",
    "checkpoint_s3_uri": "--checkpoints",
    "max_run": "--max-run",
    "max_retry_attempts": "--max-retries",
    "enable_network_isolation": "--network",
    "enable_remote_debug": "--shell",
}
# What an option line says in pairs.
_PAIRS = {"hyperparameters", "metric_definitions", "environment"}
# What a channel is described by where nothing was said.
_UNSAID: tuple[Any, ...] = (None, [], "None", "File", "S3Prefix", "FullyReplicated")
# What the line leaves to its defaults, as the one who made the job did.
_DEFAULTS = {
    **PARAMETERS,
    "role": DEFAULT_ROLE,
    "output_path": f"s3://{DEFAULT_BUCKET}/",
    "volume_size": 30,
    "input_mode": "File",
    "enable_sagemaker_metrics": True,
}


def clone(connection: Connection, detail: Mapping[str, Any]) -> str:
    """Return the code of a cell that makes a described job again, under a new name."""
    given = _given(detail)
    inputs = {each["ChannelName"]: _input(each) for each in detail.get("InputDataConfig", ())}
    hyperparameters = detail.get("HyperParameters", {})
    is_plain = all(isinstance(each, str) for each in inputs.values())
    if hyperparameters.get(_PROGRAM) == CELL and is_plain and given.keys() <= {*_OPTIONS, *_PAIRS}:
        line, cell = _option_line(given, inputs), _read_cell(connection, hyperparameters[_SOURCE])
        if cell is not None and line is not None:
            return f"%%train{line}\n{cell}"
    return _estimator_code(given, inputs, hyperparameters)


def _given(detail: Mapping[str, Any]) -> dict[str, Any]:
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


def _input(channel: Mapping[str, Any]) -> Any:
    """Return a channel as Estimator takes it: its place where there is nothing else to say."""
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


def _read_cell(connection: Connection, uri: str) -> str | None:
    """Return the cell a job was made from; None if there is more in its source, or it is gone."""
    place = parse_address(uri)
    with tempfile.TemporaryDirectory(prefix="jupyter-train-") as folder:
        archive = Path(folder) / "sourcedir.tar.gz"
        try:
            connection.get_object(place.bucket, place.key, archive)
        except ApiError:
            return None
        with tarfile.open(archive) as packed:
            if packed.getnames() != [CELL]:
                return None
            file = packed.extractfile(CELL)
            return None if file is None else file.read().decode()


def _option_line(given: Mapping[str, Any], inputs: Mapping[str, str]) -> str | None:
    """Return an option line that says all this; None if none can."""
    metrics = {each["Name"]: each["Regex"] for each in given.get("metric_definitions", ())}
    pairs = {
        "-p": given.get("hyperparameters", {}),
        "-i": inputs,
        "-m": metrics,
        "-e": given.get("environment", {}),
    }
    said = [
        word
        for option, values in pairs.items()
        for name, value in values.items()
        for word in (option, f"{name}={value}")
    ]
    said += [word for name in _OPTIONS if name in given for word in _option(name, given[name])]
    # A regular expression is taken as it stands: its braces and dollars are its own.
    quoted = [
        shlex.quote(word) if option == "-m" else _quoted(word)
        for option, word in zip(["", *said], said, strict=False)
    ]
    line = "".join(f" {word}" for word in quoted)
    return line if "\n" not in line and _reads_as(line, said) else None


def _reads_as(line: str, said: list[str]) -> bool:
    """Tell whether a line is read as what was meant: IPython reads $ and quotes in its own way."""
    try:
        return words(line, {}) == said
    except UsageError:
        return False


def _option(name: str, value: Any) -> list[str]:
    if name == "enable_network_isolation":
        return [_OPTIONS[name], "none"]
    return [_OPTIONS[name]] if value is True else [_OPTIONS[name], str(value)]


def _quoted(text: str) -> str:
    """Return a word of an option line, in which $ and braces mean values of the notebook."""
    plain = text.replace("{", "{{").replace("}", "}}").replace("$", "$$")
    if "$" not in text:
        return shlex.quote(plain)
    # Between single quotes IPython leaves a dollar, and so two of them, alone.
    inside = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'


def _estimator_code(
    given: Mapping[str, Any], inputs: Mapping[str, Any], hyperparameters: Mapping[str, str]
) -> str:
    said = dict(given)
    if _PROGRAM in hyperparameters:
        said = {
            "entry_point": hyperparameters[_PROGRAM],
            "source_dir": hyperparameters[_SOURCE],
            **said,
        }
    is_rich = any(not isinstance(each, str) for each in inputs.values())
    names = "Estimator, TrainingInput" if is_rich else "Estimator"
    lines = [f"    {name}={_printed(value)},\n" for name, value in said.items()]
    channels = ",\n".join(f"    {name!r}: {_printed(each)}" for name, each in inputs.items())
    fit = f"{{\n{channels},\n}}" if inputs else "None"
    return (
        f"from jupyter_train import {names}\n\n"
        f"estimator = Estimator(\n{''.join(lines)})\n"
        f"estimator.fit({fit}, wait=False)"
    )


def _printed(value: Any) -> str:
    """Return a value as Python writes it, on lines of their own where it is long."""
    if isinstance(value, TrainingInput):
        fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
        said = {n: each for n, each in fields.items() if each not in (None, "S3Prefix")}
        return f"TrainingInput({', '.join(f'{n}={each!r}' for n, each in said.items())})"
    return pformat(value, width=88, sort_dicts=False).replace("\n", "\n    ")
