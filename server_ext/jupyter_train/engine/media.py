"""What a job shows besides numbers: the index that its toolkit writes, read without trust."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FOLDER = "media"
INDEX = "index.jsonl"
INDEX_CHUNK = 1 << 18
"""Bytes of the index that are read at once; a longer line is passed over."""

LONGEST_NAME = 1000

_FILE = re.compile(r"(image|table|histogram|text)/[A-Za-z0-9][A-Za-z0-9.-]{0,199}")
_MOST_STEPS = 1 << 53  # what a browser counts to


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """One image, table, histogram or text; `file` is where it is in the folder."""

    kind: str
    name: str
    step: int | None
    time: float
    file: str
    size: int


def read_index(data: bytes) -> tuple[list[Medium], int]:
    """Return what whole lines name, and how many bytes these lines take."""
    used = data.rfind(b"\n") + 1
    if not used and len(data) >= INDEX_CHUNK:
        used = len(data)
    return [each for line in data[:used].splitlines() for each in _read(line)], used


def _read(line: bytes) -> Iterator[Medium]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return
    if isinstance(said, dict) and (match := _FILE.fullmatch(str(said.get("file")))):
        yield Medium(
            kind=match[1],
            name=str(said.get("name"))[:LONGEST_NAME],
            step=_whole(said.get("step")),
            time=_number(said.get("time")),
            file=match[0],
            size=_whole(said.get("bytes")) or 0,
        )


def _whole(value: Any) -> int | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and abs(value) < _MOST_STEPS else None


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and abs(value) < _MOST_STEPS
    return float(value) if is_number and math.isfinite(value) else 0.0
