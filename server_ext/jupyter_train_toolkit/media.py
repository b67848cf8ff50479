"""log_image, log_table, log_histogram, log_text: files beside the curves, and a line for each.

They lie in `media` of the folder that is published file by file, so they outlive the attempt:
media/index.jsonl holds a JSON object for each file, written after the file is whole:
{"kind", "name", "step", "time", "file", "bytes"}.  A name is text; in a file's name only its
letters, digits, dots and dashes are left.
"""

from __future__ import annotations

import json
import math
import os
import re
import struct
import zlib
from time import time, time_ns

from .metrics import _tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

VARIABLE = "SM_OUTPUT_INTERMEDIATE_DIR"
LARGEST = 16 << 20
"""Bytes of one file; a larger one is left out, and that is said."""

MOST_FILES, MOST_BYTES = 10000, 1 << 30
"""What one process may keep."""

MOST_ROWS = 10000
LONGEST_NAME = 1000

_STARTS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif"}
_used = {"files": 0, "bytes": 0}


def log_text(name: str, text: str, step: int | None = None) -> None:
    """Keep a text of this step."""
    _keep("text", name, step, "txt", str(text).encode("utf-8", "replace"))


def log_image(name: str, image: Any, step: int | None = None) -> None:
    """Keep an image: PNG, JPEG or GIF as bytes, a figure of matplotlib, an image of Pillow.

    Or an array of numpy or torch, (height, width) or (height, width, 1, 3 or 4), bytes or 0 to 1.
    """
    data = _encoded(image)
    kind = next((each for start, each in _STARTS.items() if data.startswith(start)), None)
    if kind is None:
        raise TypeError("image {!r} is no PNG, JPEG or GIF".format(name))
    _keep("image", name, step, kind, data)


def log_table(
    name: str, rows: Any, columns: Iterable[str] | None = None, step: int | None = None
) -> None:
    """Keep a table: a list of dicts or of rows, or a data frame; the first 10,000 rows of it."""
    if hasattr(rows, "to_dict"):
        split = rows.to_dict("split")
        columns, rows = split["columns"], split["data"]
    rows = list(rows)
    if columns is None:
        columns = list(dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row))
    names = [str(each) for each in columns]
    cells = [
        [_cell(row.get(each)) for each in columns] if isinstance(row, dict) else [*map(_cell, row)]
        for row in rows[:MOST_ROWS]
    ]
    document = {"columns": names, "rows": cells, "left_out": max(0, len(rows) - MOST_ROWS)}
    _keep("table", name, step, "json", _json(document))


def log_histogram(name: str, values: Any, step: int | None = None, bins: int = 64) -> None:
    """Keep how values are spread: any sequence of numbers, or an array of numpy or torch."""
    numbers = _numbers(values)
    finite = [each for each in numbers if math.isfinite(each)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)
    width = (high - low) / bins or 1.0
    counts = [0] * bins
    for each in finite:
        counts[min(bins - 1, int((each - low) / width))] += 1
    edges = [low + width * number for number in range(bins + 1)]
    document = {"edges": edges, "counts": counts, "no_numbers": len(numbers) - len(finite)}
    _keep("histogram", name, step, "json", _json(document))


def _keep(kind: str, name: str, step: int | None, ending: str, data: bytes) -> None:
    place = os.environ.get(VARIABLE)
    number = None if step is None else int(step)
    plain = re.sub(r"[^A-Za-z0-9.-]+", "-", str(name)).strip(".-")[:60] or kind
    file = "%s/%s-%d-%x.%s" % (kind, plain, os.getpid(), time_ns(), ending)
    line = {"kind": kind, "name": str(name)[:LONGEST_NAME], "step": number, "time": time()}
    if not place:
        _tell("not inside a training job: no %s is kept" % kind)
    elif len(data) > LARGEST:
        _tell("%s %r has %d bytes; at most %d are kept" % (kind, name, len(data), LARGEST))
    elif _used["files"] >= MOST_FILES or _used["bytes"] + len(data) > MOST_BYTES:
        _tell("this process has kept %d files; no more are" % _used["files"])
    else:
        try:
            _write(os.path.join(place, "media"), file, data)
            _note(os.path.join(place, "media"), {**line, "file": file, "bytes": len(data)})
        except OSError as error:
            _tell("%s %r cannot be kept: %s" % (kind, name, error))


def _write(folder: str, file: str, data: bytes) -> None:
    path = os.path.join(folder, file)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "xb") as landing:
        landing.write(data)
    os.replace(path + ".new", path)
    _used["files"] += 1
    _used["bytes"] += len(data)


def _note(folder: str, line: dict[str, Any]) -> None:
    """Append a line; whoever else appends, lines are whole."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    index = os.open(os.path.join(folder, "index.jsonl"), flags, 0o600)
    try:
        os.write(index, _json(line) + b"\n")
    finally:
        os.close(index)


def _encoded(image: Any) -> bytes:
    if isinstance(image, (bytes, bytearray)):
        return bytes(image)
    from io import BytesIO  # noqa: PLC0415  for images alone

    for method in ("savefig", "save"):
        if hasattr(image, method):
            file = BytesIO()
            getattr(image, method)(file, format="png")
            return file.getvalue()
    return _png(_array(image))


def _array(values: Any) -> Any:
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    if not hasattr(values, "dtype"):
        raise TypeError("{!r} is no array".format(type(values).__name__))
    return values


def _png(array: Any) -> bytes:
    """Return an array as PNG."""
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4):
        message = "an image of shape {!r}; (height, width, 1, 3 or 4) is wanted"
        raise TypeError(message.format(array.shape))
    if array.dtype.kind == "b":
        array = array * 255
    elif array.dtype.kind == "f":
        array = (array.clip(0, 1) * 255).round()
    array = array.clip(0, 255).astype("uint8")
    height, width, channels = array.shape
    rows = b"".join(b"\0" + array[row].tobytes() for row in range(height))
    color = {1: 0, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _numbers(values: Any) -> list[float]:
    if hasattr(values, "detach") or hasattr(values, "dtype"):
        values = _array(values).ravel().tolist()
    return [float(each) for each in values]


def _cell(value: Any) -> Any:
    """Return a cell as JSON has it: numbers and truth values as they are, all else as text."""
    if hasattr(value, "item") and not hasattr(value, "__len__"):
        value = value.item()
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return str(value)


def _json(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")
