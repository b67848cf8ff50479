"""The job that a launch form asks for: paths looked up under the contents root, nothing sent."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.utils import ApiPath, to_os_path

from ..client.form_document import with_members
from ..client.source import CELL, MissingPathError, Source, find_source, text_source
from ..client.submit import JobOptions, address, image_name, training_job_request
from .form import FieldError, Form

_URIS = ("s3://", "file://", "/")
_NOTEBOOK = "notebook.ipynb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What runs, in the words of Estimator; `text` is what is in it where it is in no folder."""

    entry_point: str
    source_dir: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a form asks for, and what in it cannot be.

    `members` are those of the request that no other field of the form says.
    """

    name: str
    request: Mapping[str, Any]
    source: Source | None
    script: Script | None
    members: Mapping[str, Any]
    problems: tuple[FieldError, ...]


async def drafted(said: Any, settings: Mapping[str, Any]) -> Draft:
    """Return the request that a form asks for; nothing is packed, sent or created."""
    form = Form(said)
    root = Path(settings["contents_manager"].root_dir)
    source, script = _program(root, form)
    more: dict[str, Any] = await _interpreter(settings["kernel_spec_manager"], form)
    if source is None and script is not None:
        more["packed"] = (script.entry_point, str(script.source_dir))
    members = form.members("members")
    request = training_job_request(_options(root, form, script, more), source)
    return Draft(
        name=form.text("name"),
        request=with_members(request, members),
        source=source,
        script=script,
        members=members,
        problems=tuple(form.problems),
    )


def _program(root: Path, form: Form) -> tuple[Source | None, Script | None]:
    """Return what is packed and what it is called; no source where it is packed already."""
    image, path = form.text("image"), form.text("path")
    if form.flag("needs_image") and not image:
        form.refuse("image", "Name the image to run in.")
    if code := cell_of(form):
        return text_source(CELL, code), Script(entry_point=CELL, text=code)
    with form.noting():
        if notebook := form.members("notebook"):
            return _notebook(root, path, notebook)
        if path:
            return _file(root, path, is_whole_folder=form.flag("whole_folder"))
        if source := form.text("source"):
            return None, _packed(source)
        if not image:
            form.refuse("path", "Name the script to run.")
    return None, None


def cell_of(form: Form) -> str:
    """Return the cell that is sent with a form; of a %%train cell, what it would run."""
    code = form.raw_text("code")
    return code.partition("\n")[2] if code.startswith("%%train") else code


def _notebook(
    root: Path, path: str, notebook: Mapping[str, Any]
) -> tuple[Source | None, Script | None]:
    """Return a notebook as it is in front of the user, saved or not."""
    saved = under(root, path or _NOTEBOOK, "path")
    name = saved.name if saved.suffix == ".ipynb" else _NOTEBOOK
    return text_source(name, json.dumps(notebook)), Script(entry_point=str(saved))


def _file(root: Path, path: str, *, is_whole_folder: bool) -> tuple[Source, Script]:
    script = under(root, path, "path")
    folder = script.parent if is_whole_folder else None
    try:
        source = find_source(script, folder)
    except MissingPathError as error:
        raise FieldError("path", f"There is no script {path} in the file browser.") from error
    if folder is None:
        return source, Script(entry_point=str(script))
    return source, Script(entry_point=script.name, source_dir=str(folder))


def _packed(source: str) -> Script:
    """Read `source`, the address of an archive and, behind #, the program in it."""
    uri, _, program = source.rpartition("#")
    if not uri.startswith(("s3://", "file://")) or not program:
        message = f"{source!r} is no packed source, such as s3://bucket/sourcedir.tar.gz#train.py"
        raise FieldError("source", message)
    return Script(entry_point=program, source_dir=uri)


def _options(root: Path, form: Form, script: Script | None, more: Mapping[str, Any]) -> JobOptions:
    image = form.text("image") or None
    experiment = form.text("experiment")
    numbers: dict[str, Any] = {key: form.number(key) for key in ("max_run", "volume_size")}
    return JobOptions(
        base_name=form.text("name_of_cell")
        or (Path(script.entry_point).stem if script else image_name(image)),
        image=image,
        command=form.words("command"),
        arguments=form.words("arguments"),
        isolated=form.flag("network_isolation"),
        remote_debug=form.flag("remote_debug"),
        name=form.text("name") or None,
        hyperparameters=form.pairs("hyperparameters"),
        inputs=_inputs(root, form),
        metric_definitions=[
            {"Name": name, "Regex": regex}
            for name, regex in form.pairs("metric_definitions").items()
        ],
        environment=form.pairs("environment"),
        instance_type=form.text("instance_type") or "local",
        keep_alive=form.number("keep_alive") or None,
        is_spot=form.flag("spot"),
        max_wait=form.number("max_wait"),
        max_retries=form.number("max_retry_attempts"),
        checkpoints=_checkpoints(root, form),
        experiment={"ExperimentName": experiment} if experiment else {},
        tags=form.pairs("tags"),
        **{key: value for key, value in numbers.items() if value is not None},
        **more,
    )


def _inputs(root: Path, form: Form) -> dict[str, str]:
    found = {}
    for channel, where in form.pairs("inputs").items():
        with form.noting():
            found[channel] = _place(root, f"inputs.{channel}", where)
    return found


def _checkpoints(root: Path, form: Form) -> str | None:
    where = form.text("checkpoints")
    with form.noting():
        return _place(root, "checkpoints", where, must_exist=False) if where else None
    return None


def _place(root: Path, field: str, where: str, *, must_exist: bool = True) -> str:
    is_own = not where.startswith(_URIS)
    path = under(root, where, field) if is_own else where
    try:
        return address(path, must_exist=must_exist)
    except MissingPathError as error:
        message = f"There is no file or folder {where} in the file browser." if is_own else error
        raise FieldError(field, str(message)) from error
    except ValueError as error:
        raise FieldError(field, str(error)) from error


def under(root: Path, path: str, field: str) -> Path:
    """Return where the file browser's path is; FieldError if it leads out of its folder."""
    # Asked before: to_os_path resolves what leads up and returns where it leads.
    if ".." in path.split("/") or "\0" in path:
        raise FieldError(field, f"{path!r} leads out of the file browser's folder.")
    # As a kernel tells it, which knows no file browser.
    if any(Path(path).is_relative_to(each) for each in (root, root.resolve())):
        return Path(path)
    try:
        return Path(to_os_path(ApiPath(path.strip("/")), str(root)))
    except ValueError as error:
        raise FieldError(field, str(error)) from error


async def _interpreter(kernel_specs: Any, form: Form) -> dict[str, str]:
    """Return the Python of the kernel, as an option; none where it is no Python or not named."""
    kernel = form.text("kernel")
    if not kernel:
        return {}
    try:
        spec = await ensure_async(kernel_specs.get_kernel_spec(kernel))
    except KeyError:  # NoSuchKernel
        form.refuse("kernel", f"There is no kernel {kernel}.")
        return {}
    program = spec.argv[0] if spec.argv else ""
    if not Path(program).name.startswith("python"):
        form.refuse("kernel", f"Kernel {kernel} is not a Python.")
        return {}
    found = shutil.which(program)
    return {} if found is None else {"interpreter": found}
