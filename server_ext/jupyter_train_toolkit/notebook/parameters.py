"""Hyperparameters as a cell of a notebook, in the way of papermill: after the tagged cell."""

from __future__ import annotations

import ast
import keyword
import math
import sys

from ..environment import decode
from ..failure import CannotRunError

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than this package
    from typing import Any

TAG = "parameters"
INJECTED = "injected-parameters"


def insert_parameters(notebook: Any, given: dict[str, str]) -> None:
    """Put a cell that assigns these behind the cell tagged `parameters`, or first without one."""
    cells = [cell for cell in notebook.cells if INJECTED not in _tags(cell)]
    tagged = [at for at, cell in enumerate(cells) if TAG in _tags(cell)]
    notebook.cells = cells
    if not given:
        return
    if language_of(notebook) != "python":
        raise CannotRunError(
            "hyperparameters are Python's assignments, and this notebook is written in %s: "
            "leave them out, and read them from the environment (SM_HPS)" % language_of(notebook)
        )
    defaults = _defaults(cells[tagged[0]].source) if tagged else {}
    _say_what_is_new(given, defaults, is_tagged=bool(tagged))
    cells.insert(tagged[0] + 1 if tagged else 0, _cell(notebook, given, defaults))


def language_of(notebook: Any) -> str:
    """Return what a notebook is written in, in small letters."""
    metadata = notebook.metadata
    named = metadata.get("kernelspec", {}).get("language")
    return str(named or metadata.get("language_info", {}).get("name") or "python").lower()


def literal(value: Any) -> str:
    """Return a value as Python writes it; JSON's NaN and Infinity too."""
    if isinstance(value, float) and not math.isfinite(value):
        return "float('%s')" % value
    if isinstance(value, list):
        return "[%s]" % ", ".join(map(literal, value))
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%r: %s" % (key, literal(value[key])) for key in value)
    return repr(value)


def _cell(notebook: Any, given: dict[str, str], defaults: dict[str, Any]) -> Any:
    from nbformat.v4 import new_code_cell  # noqa: PLC0415  there, as the notebook was read by it

    lines = ["# Parameters"]
    for key in sorted(given):
        name = _variable(key)
        lines.append("%s = %s" % (name, literal(_value(given[key], defaults.get(name)))))
    metadata = {"tags": [INJECTED]}
    make: Any = new_code_cell  # which nbformat has not typed
    cell = make("\n".join(lines), metadata=metadata)
    if notebook.nbformat_minor < 5:
        del cell["id"]  # which are new in 4.5
    return cell


def _variable(key: str) -> str:
    name = key.replace("-", "_")
    if not name.isidentifier() or keyword.iskeyword(name):
        raise CannotRunError("hyperparameter %r is no name of a variable" % key)
    return name


def _value(text: str, default: Any) -> Any:
    """Return what a hyperparameter's text stands for; text where the notebook has text."""
    value = decode(text)
    return text if isinstance(default, str) and not isinstance(value, str) else value


def _defaults(source: str) -> dict[str, Any]:
    """Return what a cell assigns, None for what is no plain value."""
    found: dict[str, Any] = {}
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic, perhaps
        return found
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name):
                found[target.id] = _plain(getattr(node, "value", None))
    return found


def _plain(node: Any) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return None


def _say_what_is_new(given: dict[str, str], defaults: dict[str, Any], *, is_tagged: bool) -> None:
    if not is_tagged:
        sys.stdout.write("no cell is tagged 'parameters': hyperparameters are set before all\n")
        return
    unknown = sorted(key for key in given if key.replace("-", "_") not in defaults)
    if unknown and defaults:
        names = ", ".join(unknown)
        sys.stdout.write("the cell tagged 'parameters' has no default for %s\n" % names)


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", ()))
