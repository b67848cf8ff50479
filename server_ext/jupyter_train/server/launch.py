"""A launch form made into a job: paths looked up under the contents root, source packed, sent."""

import asyncio
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.utils import ApiPath, to_os_path

from ..client.connection import Connection
from ..client.source import MissingPathError, Source, find_source
from ..client.submit import JobOptions, image_name, submit, training_job_request
from .link import Link

_URIS = ("s3://", "file://", "/")


class FieldError(Exception):
    """A field of the form holds something that cannot be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


async def launch(link: Link, form: Any, settings: Mapping[str, Any]) -> dict[str, str]:
    """Submit the job a form describes; the answer of CreateTrainingJob and the name."""
    if not isinstance(form, Mapping):
        raise FieldError("path", f"a launch form is an object, not {type(form).__name__}")
    root = Path(settings["contents_manager"].root_dir)
    source = _source(root, form)
    interpreter = await _interpreter(settings["kernel_spec_manager"], _text(form, "kernel"))
    options = _options(root, form, source, interpreter)
    try:
        request = training_job_request(options, source)
    except (MissingPathError, ValueError) as error:
        raise FieldError("inputs", str(error)) from error
    if arguments := _words(form, "arguments"):
        request["AlgorithmSpecification"]["ContainerArguments"] = arguments
    manager = await link.find()
    return await asyncio.to_thread(_send, manager, request, source)


def _send(manager: Connection, request: Mapping[str, Any], source: Source | None) -> dict[str, str]:
    arn = submit(manager, request, source)
    return {"TrainingJobName": request["TrainingJobName"], "TrainingJobArn": arn}


def _source(root: Path, form: Mapping[str, Any]) -> Source | None:
    path, image = _text(form, "path"), _text(form, "image")
    if form.get("needs_image") and not image:
        raise FieldError("image", "Name the image to run in.")
    if not path and image:
        return None
    if not path:
        raise FieldError("path", "Name the script to run.")
    script = _under(root, path, "path")
    try:
        return find_source(script, script.parent if form.get("whole_folder") else None)
    except MissingPathError as error:
        raise FieldError("path", f"There is no script {path} in the file browser.") from error


def _options(
    root: Path, form: Mapping[str, Any], source: Source | None, interpreter: str | None
) -> JobOptions:
    image = _text(form, "image") or None
    more: dict[str, Any] = {} if interpreter is None else {"interpreter": interpreter}
    more |= {key: form[key] for key in ("max_run", "keep_alive") if form.get(key) is not None}
    return JobOptions(
        base_name=Path(source.program).stem if source else image_name(image),
        image=image,
        command=_words(form, "command"),
        isolated=form.get("network_isolation") is True,
        remote_debug=form.get("remote_debug") is True,
        name=_text(form, "name") or None,
        hyperparameters=_pairs(form, "hyperparameters"),
        inputs={k: _place(root, k, v) for k, v in _pairs(form, "inputs").items()},
        metric_definitions=[
            {"Name": name, "Regex": regex}
            for name, regex in _pairs(form, "metric_definitions").items()
        ],
        instance_type=_text(form, "instance_type") or "local",
        **more,
    )


def _place(root: Path, channel: str, where: str) -> str:
    if where.startswith(_URIS):
        return where
    field = f"inputs.{channel}"
    path = _under(root, where, field)
    if not path.exists():
        raise FieldError(field, f"There is no file or folder {where} in the file browser.")
    return str(path)


def _under(root: Path, path: str, field: str) -> Path:
    try:
        found = Path(to_os_path(ApiPath(path.strip("/")), str(root)))
    except ValueError as error:
        raise FieldError(field, str(error)) from error
    if ".." in found.parts or "\0" in path:
        raise FieldError(field, f"{path!r} leads out of the file browser's folder.")
    return found


def _text(form: Mapping[str, Any], field: str) -> str:
    value = form.get(field) or ""
    if not isinstance(value, str):
        raise FieldError(field, f"{field} is text, not {value!r}")
    return value.strip()


def _words(form: Mapping[str, Any], field: str) -> list[str]:
    try:
        return shlex.split(_text(form, field))
    except ValueError as error:
        raise FieldError(field, f"This is no command as a shell would take it: {error}.") from error


def _pairs(form: Mapping[str, Any], field: str) -> dict[str, str]:
    value = form.get(field) or {}
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value.values()):
        raise FieldError(field, f"{field} is an object of texts, not {value!r}")
    return dict(value)


async def _interpreter(kernel_specs: Any, kernel: str) -> str | None:
    """Return the Python of a kernel; None where the kernel is no Python or not named."""
    if not kernel:
        return None
    try:
        spec = await ensure_async(kernel_specs.get_kernel_spec(kernel))
    except KeyError as error:  # NoSuchKernel
        raise FieldError("kernel", f"There is no kernel {kernel}.") from error
    program = spec.argv[0] if spec.argv else ""
    if not Path(program).name.startswith("python"):
        raise FieldError("kernel", f"Kernel {kernel} is not a Python.")
    return shutil.which(program)
