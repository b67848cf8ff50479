"""Hold a request against its shape: every rule of the model, every broken one named.

botocore's own validator knows types, required members and minima only: a bad pattern, an unknown
enum value and everything too long pass it.
"""

import difflib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import regex
from botocore.model import Shape

from .allowances import is_allowed
from .errors import ValidationError

_LONGEST_VALUE = 256
_LONGEST_ENUM = 40
_NAMED_PROBLEMS = 50
_PATTERN_SECONDS = 1.0
# What no file, argument or environment variable can hold; no pattern of the model speaks of it.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_MOST = {"integer": 2**31 - 1, "long": 2**63 - 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One broken rule: the member's path, its value in print ("" for a secret one), the rule.

    A request whose form is broken cannot be read at all; other rules are about values alone.
    """

    member: str
    value: str
    rule: str
    is_of_form: bool = False

    def __str__(self) -> str:
        value = f"Value {self.value}" if self.value else "Value"
        return f"{value} at '{self.member}' failed to satisfy constraint: {self.rule}"


def validate(shape: Shape | None, value: Mapping[str, Any]) -> None:
    """Raise ValidationError that names every rule of the model that the request breaks."""
    if shape is None:
        return
    problems = find_problems(shape, value)
    if problems:
        raise ValidationError(_message(problems))


def find_problems(shape: Shape, value: Mapping[str, Any]) -> list["Problem"]:
    """Return every rule of the model that the request breaks."""
    return list(_walk(shape, value, ""))


def _message(problems: list[Problem]) -> str:
    count = len(problems)
    head = "1 validation error" if count == 1 else f"{count} validation errors"
    return f"{head} detected: {'; '.join(map(str, problems[:_NAMED_PROBLEMS]))}"


Problems = Iterator[Problem]


def _walk(shape: Shape, value: Any, path: str) -> Problems:
    if getattr(shape, "is_document_type", False):
        return
    kind, is_of_kind, check = _KINDS[shape.type_name]
    if not is_of_kind(value):
        yield replace(_problem(shape, path, value, f"Member must be {kind}"), is_of_form=True)
        return
    yield from check(shape, value, path)


def _structure(shape: Any, value: Mapping[str, Any], path: str) -> Problems:
    for name in shape.required_members:
        if value.get(name) is None:
            rule = "Member must not be null"
            yield Problem(member=_child(path, name), value="null", rule=rule, is_of_form=True)
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield _problem(
            shape, path, value, f"Member must have exactly one of: {', '.join(shape.members)}"
        )
    for name, member in value.items():
        if name not in shape.members:
            yield _problem(shape, _child(path, name), member, _unknown(name, shape.members))
        elif member is not None:
            yield from _walk(shape.members[name], member, _child(path, name))


def _unknown(name: str, members: Mapping[str, Shape]) -> str:
    near = difflib.get_close_matches(name, members, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"Member must be known to the operation{hint}"


def _list(shape: Any, value: list[Any], path: str) -> Problems:
    yield from _length(shape, value, path)
    for number, member in enumerate(value, 1):
        yield from _walk(shape.member, member, f"{path}.{number}.member")


def _map(shape: Any, value: Mapping[str, Any], path: str) -> Problems:
    yield from _length(shape, value, path)
    for name, member in value.items():
        for problem in _walk(shape.key, name, path):
            rule = f"Map keys must satisfy constraint: [{problem.rule}]"
            yield Problem(member=path, value=problem.value, rule=rule)
        yield from _walk(shape.value, member, f"{path}.{name}.member")


def _string(shape: Any, value: str, path: str) -> Problems:
    if _NO_TEXT.search(value):
        yield _problem(shape, path, value, "Member must be text without NUL and lone surrogates")
    too_long = list(_length(shape, value, path))
    yield from too_long
    if shape.enum and value not in shape.enum and not is_allowed(shape, "enum", value):
        yield _problem(shape, path, value, _enum_rule(value, shape.enum))
    pattern = shape.metadata.get("pattern")
    # What is too long is not matched as well: a pattern's cost is bounded by the length it is for.
    if pattern and not too_long and not _matches(pattern, value):
        if is_allowed(shape, "pattern", value):
            return
        rule = f"Member must satisfy regular expression pattern: {pattern}"
        yield _problem(shape, path, value, rule)


def _enum_rule(value: str, allowed: list[str]) -> str:
    if len(allowed) <= _LONGEST_ENUM:
        return f"Member must satisfy enum value set: [{', '.join(allowed)}]"
    near = difflib.get_close_matches(value, allowed, n=5, cutoff=0.5) or allowed[:5]
    rest = len(allowed) - len(near)
    return f"Member must satisfy enum value set: [{', '.join(near)}, and {rest} more]"


@cache
def _compiled(pattern: str) -> Any:
    # Where the model means other alphabets it says \p{L}; else \d and \w are ASCII, as in Java.
    flags = 0 if r"\p{L" in pattern else regex.ASCII
    try:
        return regex.compile(pattern, flags)
    except regex.error:
        # Four patterns of SageMaker write a plane beyond the first as two UTF-16 surrogates.
        return regex.compile(
            pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
        )


def _matches(pattern: str, value: str) -> bool:
    try:
        return _compiled(pattern).fullmatch(value, timeout=_PATTERN_SECONDS) is not None
    except TimeoutError:
        return False


def _number(shape: Any, value: float, path: str) -> Problems:
    least, most = shape.metadata.get("min"), shape.metadata.get("max", _MOST.get(shape.type_name))
    if least is not None and value < least:
        rule = f"Member must have value greater than or equal to {least}"
        yield _problem(shape, path, value, rule)
    if most is not None and value > most:
        rule = f"Member must have value less than or equal to {most}"
        yield _problem(shape, path, value, rule)


def _length(shape: Any, value: Any, path: str) -> Problems:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        rule = f"Member must have length greater than or equal to {least}"
        yield _problem(shape, path, value, rule)
    if most is not None and len(value) > most:
        rule = f"Member must have length less than or equal to {most}"
        # What is too long is not even looked at: its cost is bounded by the length it is for.
        yield replace(_problem(shape, path, value, rule), is_of_form=True)


def _nothing(_shape: Any, _value: Any, _path: str) -> Problems:
    return iter(())


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_integer(value) or (isinstance(value, float) and math.isfinite(value))


_Kind = tuple[str, Callable[[Any], bool], Callable[[Any, Any, str], Problems]]

# Read a row as: a shape of this type must be …, which is told by …, and is then checked by ….
_KINDS: dict[str, _Kind] = {
    "structure": ("a structure", lambda value: isinstance(value, Mapping), _structure),
    "list": ("a list", lambda value: isinstance(value, list), _list),
    "map": ("a map", lambda value: isinstance(value, Mapping), _map),
    "string": ("a string", lambda value: isinstance(value, str), _string),
    "character": ("a string", lambda value: isinstance(value, str), _string),
    "integer": ("an integer", _is_integer, _number),
    "long": ("an integer", _is_integer, _number),
    "float": ("a number", _is_number, _number),
    "double": ("a number", _is_number, _number),
    "timestamp": ("a time in epoch seconds", _is_number, _nothing),
    "boolean": ("a boolean", lambda value: isinstance(value, bool), _nothing),
    "blob": ("base64 text", lambda value: isinstance(value, str | bytes), _nothing),
}


def _child(path: str, name: str) -> str:
    # AWS prints members in its messages with a small first letter.
    small = name[:1].lower() + name[1:]
    return f"{path}.{small}" if path else small


def _problem(shape: Shape, path: str, value: Any, rule: str) -> Problem:
    if shape.metadata.get("sensitive"):
        return Problem(member=path, value="", rule=rule)
    text = "null" if value is None else f"'{value}'"
    if len(text) > _LONGEST_VALUE:
        text = f"{text[:_LONGEST_VALUE]}…'"
    return Problem(member=path, value=text, rule=rule)
