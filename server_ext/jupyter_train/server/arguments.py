"""What a Python script can be told on its command line, read from its text and never run."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

_FLAGS = frozenset({"store_true", "store_false"})
_NO_VALUES = frozenset({"help", "version"})
_TYPES = {"int": "int", "float": "float", "bool": "bool", "str": "str", "IntRange": "int"}
_SUPPRESSED = "SUPPRESS"
_FLAG = "A flag, which takes no value; a job gives every hyperparameter one."
# Whose arguments are fields of dataclasses.
_READERS_OF_FIELDS = frozenset({"simple_parsing", "HfArgumentParser"})

# A short script can say a long text a million times over: of what it says, so much is told.
_MOST, _MOST_CHOICES = 500, 100
_LONGEST = 2500
"""Letters of a text, as of a hyperparameter's value in AWS."""
_LONGEST_CHOICE = 256
_LAST_NUMBER = 1 << 53
"""The last that a browser counts to; what is beyond it is told as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One hyperparameter that a script reads; `type` is int, float, str, bool or choice."""

    name: str
    type: str = "str"
    default: Any = None
    choices: tuple[Any, ...] = ()
    required: bool = False
    help: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as the browser reads it."""
        return {**asdict(self), "choices": list(self.choices)}


def script_parameters(text: str | bytes) -> list[Parameter]:
    """Return what a script reads with argparse, click or a dataclass; SyntaxError if it is none."""
    tree = ast.parse(text)
    names = _constants(tree)
    aliases = _aliases(tree)
    found: dict[str, Parameter] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(found) < _MOST:
            made = _argument(node, names, aliases)
            if made is not None:
                found[made.name] = made
    if any(_mentions(node) for node in ast.walk(tree)):
        found |= {each.name: each for each in islice(_fields(tree, names), _MOST)}
    return list(found.values())


def assigned_parameters(text: str) -> list[Parameter]:
    """Return the names that a cell assigns a literal to."""
    lines = [line if line.lstrip()[:1] not in {"%", "!"} else "" for line in text.split("\n")]
    found = {}
    for node in ast.parse("\n".join(lines)).body:
        for name, value in _assigned(node):
            try:
                default = ast.literal_eval(value)
            except (ValueError, TypeError):
                continue
            found[name] = Parameter(name=name, type=_type_of(default), default=_plain(default))
    return list(found.values())[:_MOST]


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value


def _constants(tree: ast.Module) -> dict[str, Any]:
    """Return the names of a module that are bound to literals."""
    found = {}
    for node in tree.body:
        for name, value in _assigned(node):
            try:
                found[name] = ast.literal_eval(value)
            except (ValueError, TypeError):
                continue
    return found


def _aliases(tree: ast.AST) -> set[str]:
    """Return the names that `parser.add_argument` was given: `add = parser.add_argument`."""
    return {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _called(node.value) == "add_argument"
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _argument(node: ast.Call, names: Mapping[str, Any], aliases: set[str]) -> Parameter | None:
    called = _called(node.func)
    is_alias = isinstance(node.func, ast.Name) and called in aliases
    if called not in {"add_argument", "option"} and not is_alias:
        return None
    options = [each.value for each in node.args if isinstance(each, ast.Constant)]
    name = _option_name([each for each in options if isinstance(each, str)])
    said = {each.arg: each.value for each in node.keywords if each.arg}
    if not name or _called(said.get("action")) in _NO_VALUES or _is_sagemakers(said):
        return None
    return _parameter(name, said, names, is_click=called == "option")


def _parameter(
    name: str, said: Mapping[str, ast.expr], names: Mapping[str, Any], *, is_click: bool
) -> Parameter:
    action = _called(said.get("action"))
    is_flag = action in _FLAGS or _read(said.get("is_flag"), names) is True
    default = _plain(_read(said.get("default"), names))
    if is_flag and default is None:
        default = action == "store_false"
    choices = _choices(said, names)
    kind = _kind(said.get("type"))
    if is_flag or action == "BooleanOptionalAction":
        kind = "bool"
    elif choices:
        kind = "choice"
    elif not kind:
        # click takes the type of the default, argparse gives text.
        kind = _type_of(default) if is_click and default is not None else "str"
    words = _help(said.get("help"), names, default)
    return Parameter(
        name=name,
        type=kind,
        default=default,
        choices=choices,
        required=_read(said.get("required"), names) is True,
        help=f"{words} {_FLAG}".strip() if is_flag else words,
    )


def _option_name(options: list[str]) -> str:
    """Return the name a hyperparameter has to have: of --lr or -l; empty for a positional one."""
    dashed = [each.partition("/")[0] for each in options if each.startswith("-")]
    long = [each[2:] for each in dashed if each.startswith("--")]
    short = [each[1:] for each in dashed if len(each) == 2 and each != "--"]
    return (long or short or [""])[0]


def _is_sagemakers(said: Mapping[str, ast.expr]) -> bool:
    """Whether the default is a variable that SageMaker sets: a channel, the model's folder."""
    inside = ast.walk(said["default"]) if "default" in said else ()
    texts = (each.value for each in inside if isinstance(each, ast.Constant))
    return any(isinstance(text, str) and text.startswith("SM_") for text in texts)


def _choices(said: Mapping[str, ast.expr], names: Mapping[str, Any]) -> tuple[Any, ...]:
    given = said.get("choices")
    kind = said.get("type")
    if isinstance(kind, ast.Call) and _called(kind.func) == "Choice" and kind.args:
        given = kind.args[0]
    found = _read(given, names)
    if not isinstance(found, list | tuple | set):
        return ()
    told = (_plain(each, _LONGEST_CHOICE) for each in found)
    return tuple(islice((each for each in told if each is not None), _MOST_CHOICES))


def _kind(node: ast.expr | None) -> str:
    """Return the type of an argument; of a function of the script's own, what its name says."""
    called = _called(node.func if isinstance(node, ast.Call) else node)
    known = _TYPES.get(called) or ("bool" if "bool" in called.lower() else "")
    return known or ("str" if called else "")


def _help(node: ast.expr | None, names: Mapping[str, Any], default: Any) -> str:
    if _called(node) == _SUPPRESSED:
        return ""
    found = _read(node, names)
    text = found[:_LONGEST] if isinstance(found, str) else ""
    return text.replace("%(default)s", str(default), 1).replace("%%", "%")


def _mentions(node: ast.AST) -> bool:
    """Whether this imports what makes arguments of the fields of dataclasses."""
    if isinstance(node, ast.ImportFrom):
        return bool(_READERS_OF_FIELDS & {node.module, *(each.name for each in node.names)})
    return isinstance(node, ast.Import) and any(e.name in _READERS_OF_FIELDS for e in node.names)


def _fields(tree: ast.Module, names: Mapping[str, Any]) -> Iterator[Parameter]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(map(_is_dataclass, node.decorator_list)):
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    yield _field(field.target.id, field, names)


def _is_dataclass(node: ast.expr) -> bool:
    return _called(node.func if isinstance(node, ast.Call) else node) == "dataclass"


def _field(name: str, node: ast.AnnAssign, names: Mapping[str, Any]) -> Parameter:
    value = node.value
    said: dict[str, ast.expr] = {"default": value} if value is not None else {}
    if isinstance(value, ast.Call):
        said = {each.arg: each.value for each in value.keywords if each.arg}
    metadata = _read(said.get("metadata"), names)
    default = _plain(_read(said.get("default"), names))
    annotation = ast.unparse(node.annotation)
    kinds = [kind for word, kind in _TYPES.items() if word in annotation.replace("|", " ").split()]
    return Parameter(
        name=name,
        type=kinds[0] if kinds else _type_of(default) if default is not None else "str",
        default=default,
        required=value is None,
        help=str(metadata.get("help", ""))[:_LONGEST] if isinstance(metadata, Mapping) else "",
    )


def _called(node: ast.AST | None) -> str:
    """Return the last part of a name, or what a text says."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _read(node: ast.expr | None, names: Mapping[str, Any]) -> Any:
    """Return a literal, or what a name of the module stands for; None if only a run would tell."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Call) and _called(node.func) in {"get", "getenv"} and node.args[1:]:
        return _read(node.args[1], names)
    if node is None:
        return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


def _type_of(value: Any) -> str:
    kinds = {bool: "bool", int: "int", float: "float"}
    return next((word for kind, word in kinds.items() if isinstance(value, kind)), "str")


def _plain(value: Any, longest: int = _LONGEST) -> Any:
    """Return a value that JSON and a browser can say; None for a longer one."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) <= _LAST_NUMBER:
        return value
    text = str(value)
    return text if len(text) <= longest else None
