"""What a script, a cell or a notebook can be told, for the launch form."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .arguments import Parameter, assigned_parameters, script_parameters
from .draft import cell_of, under
from .form import FieldError, Form
from .link import Link

LARGEST = 2 << 20
"""Bytes of a file that are read."""

_TAG = "parameters"
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class ProblemError(Exception):
    """What was named cannot be read, in a sentence."""


async def inspect(_link: Link, said: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the kind of what runs, and what hyperparameters it reads; its code is never run."""
    form = Form(said)
    root = Path(settings["contents_manager"].root_dir)
    return await asyncio.to_thread(_inspect, root, form)


def _inspect(root: Path, form: Form) -> dict[str, Any]:
    kind, found, problem = _kind(form), [], ""
    try:
        found = _parameters(kind, root, form)
    except (FieldError, ProblemError) as error:
        problem = str(error)
    except _UNREADABLE as error:
        problem = f"Its parameters cannot be read: {_words(error)}."
    except OSError:
        problem = f"There is no file {form.text('path')} in the file browser."
    return {
        "kind": kind,
        "hyperparameters": [each.document() for each in found],
        "problem": problem,
    }


def _kind(form: Form) -> str:
    if form.text("code"):
        return "cell"
    is_notebook = bool(form.members("notebook")) or form.text("path").endswith(".ipynb")
    return "notebook" if is_notebook else "script"


def _parameters(kind: str, root: Path, form: Form) -> list[Parameter]:
    if kind == "cell":
        code = cell_of(form)
        _check_size(len(code))
        return script_parameters(code)
    if kind == "notebook":
        return _notebook(form.members("notebook") or json.loads(_file(root, form)))
    return script_parameters(_file(root, form)) if form.text("path").endswith(".py") else []


def _file(root: Path, form: Form) -> bytes:
    path = under(root, form.text("path"), "path")
    if not path.is_file():  # a pipe would be waited for, a device has no end
        raise FileNotFoundError(path)
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    _check_size(len(data))
    return data


def _check_size(size: int) -> None:
    if size > LARGEST:
        raise ProblemError(f"It is larger than {LARGEST >> 20} MB: its parameters are not read.")


def _notebook(notebook: Any) -> list[Parameter]:
    """Return what the first cell tagged `parameters` assigns."""
    cells = notebook.get("cells") if isinstance(notebook, Mapping) else None
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, Mapping) and _TAG in _tags(cell):
            source = cell.get("source", "")
            lines = source if isinstance(source, list) else [source]
            return assigned_parameters("".join(map(str, lines)))
    return []


def _tags(cell: Mapping[str, Any]) -> list[Any]:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, Mapping) else None
    return tags if isinstance(tags, list) else []


def _words(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno}: {error.msg}"
    is_deep = isinstance(error, RecursionError | MemoryError)
    return "it is nested too deeply" if is_deep else str(error)
