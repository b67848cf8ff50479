"""The code that makes a job again: a %%train cell where it was one, an Estimator otherwise."""

import shlex
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from ..client.connection import ApiError, Connection
from ..client.estimator_code import estimator_code, given_inputs, given_parameters
from ..client.source import CELL
from ..contract.names import parse_address
from .options import words

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


def clone(connection: Connection, detail: Mapping[str, Any]) -> str:
    """Return the code of a cell that makes a described job again, under a new name."""
    given, inputs = given_parameters(detail), given_inputs(detail)
    hyperparameters = detail.get("HyperParameters", {})
    is_plain = all(isinstance(each, str) for each in inputs.values())
    if hyperparameters.get(_PROGRAM) == CELL and is_plain and given.keys() <= {*_OPTIONS, *_PAIRS}:
        line, cell = _option_line(given, inputs), _read_cell(connection, hyperparameters[_SOURCE])
        if cell is not None and line is not None:
            return f"%%train{line}\n{cell}"
    if _PROGRAM in hyperparameters:
        program, source = hyperparameters[_PROGRAM], hyperparameters[_SOURCE]
        given = {"entry_point": program, "source_dir": source, **given}
    return estimator_code(given, inputs)


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
