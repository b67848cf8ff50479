"""images.toml: what names of images mean here. A person writes it; comments stay where they are.

[images]
"*.dkr.ecr.*.amazonaws.com/mine:*" = "mine:latest"    # the first pattern that fits counts
"""

import fnmatch
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

TABLE = "images"
RULE = 'lines of the form "names of images" = "local image" below [images]'

_HEAD = re.compile(r"\s*\[\s*(?P<name>[^\]]*?)\s*\]")
_STRING = r"\"(?:[^\"\\]|\\.)*\"|'[^']*'"
_ENTRY = re.compile(
    rf"(?P<key>\s*(?:{_STRING}|[\w-]+))(?P<equals>\s*=\s*)(?P<local>{_STRING})(?P<rest>.*)"
)


class TableError(Exception):
    """The table cannot be read, or not be changed as asked; the message names line and rule."""


def read_table(path: Path) -> dict[str, str]:
    """Return the patterns and what they mean, in the order of the file."""
    return _parse(path.name, _text(path))


def find_local(table: Mapping[str, str], name: str) -> str:
    """Return what a name means: as the first pattern that fits has it, else itself."""
    for pattern, local in table.items():
        if fnmatch.fnmatchcase(name, pattern):
            return local
    return name


def map_name(path: Path, name: str, local: str) -> None:
    """Let a name, or a pattern of names, mean a local image; what is more general stays below."""
    for each in (name, local):
        if not each or not each.isprintable() or each != each.strip():
            raise TableError(f"{each!r} is no name of an image")
    lines, table = _text(path).splitlines(), read_table(path)
    at, entry = _place(lines, name), f"{json.dumps(name, ensure_ascii=False)} = "
    value = json.dumps(local, ensure_ascii=False)
    if name in table:
        found = _ENTRY.match(lines[at])
        assert found is not None
        lines[at] = f"{found['key']}{found['equals']}{value}{found['rest']}"
    else:
        lines.insert(at, entry + value)
    _write(path, lines, {**table, name: local})


def unmap_name(path: Path, name: str) -> None:
    """Forget what a name, written as it is in the table, means."""
    lines, table = _text(path).splitlines(), read_table(path)
    if name not in table:
        there = ", ".join(table) or "nothing"
        raise TableError(f"{path.name} has no line for {name!r}; there is: {there}")
    del lines[_place(lines, name)]
    del table[name]
    _write(path, lines, table)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise TableError(f"{path.name}: no UTF-8: {error}") from error


def _parse(name: str, text: str) -> dict[str, str]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TableError(f"{name} cannot be read: {error}; it holds {RULE}") from error
    table = document.pop(TABLE, {})
    if document or not isinstance(table, dict):
        line = next((n for n, each in enumerate(text.splitlines(), 1) if each.strip()), 1)
        odd = next(iter(document), TABLE)
        raise TableError(f"{name}, from line {line}: there is {odd!r}; it holds {RULE}")
    for key, value in table.items():
        if not isinstance(value, str) or not value.strip():
            raise TableError(
                f"{name}, line {_line_of(text, key)}: {key!r} is {value!r}; it holds {RULE}"
            )
    return table


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().strip("\"'").startswith(key):
            return number
    return 1


def _place(lines: list[str], name: str) -> int:
    """Return where the name's line is or belongs: above whatever else would fit it."""
    first = _section(lines)
    last = first
    for at in range(first, len(lines)):
        if _HEAD.match(lines[at]):
            break
        pattern = _key(lines[at])
        if pattern == name or (pattern is not None and fnmatch.fnmatchcase(name, pattern)):
            exact = next((n for n, key in _keys(lines, first) if key == name), None)
            return at if exact is None else exact
        last = at + 1 if lines[at].strip() else last
    return last


def _keys(lines: list[str], first: int) -> Iterator[tuple[int, str | None]]:
    return ((at, _key(lines[at])) for at in range(first, len(lines)))


def _section(lines: list[str]) -> int:
    """Return the line behind the table's head, which is made if it is not there."""
    for at, line in enumerate(lines):
        found = _HEAD.match(line)
        if found and found["name"].strip("\"'") == TABLE:
            return at + 1
    lines += ["", f"[{TABLE}]"] if lines else [f"[{TABLE}]"]
    return len(lines)


def _key(line: str) -> str | None:
    found = _ENTRY.match(line)
    if found is None:
        return None
    return next(iter(tomllib.loads(f"{found['key'].strip()} = 0")))


def _write(path: Path, lines: list[str], expected: Mapping[str, str]) -> None:
    text = "\n".join(lines) + "\n"
    try:
        made = _parse(path.name, text)
    except TableError:
        made = {}
    if made != expected:
        raise TableError(f"{path.name} is not written line by line; change it by hand: {RULE}")
    landing = path.with_name(f".{path.name}.{os.getpid()}")
    landing.write_text(text, "utf-8")
    landing.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o600)
    landing.replace(path)
