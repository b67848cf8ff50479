"""Text for a terminal: nothing in it can move the cursor, ring, or change a title."""

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

# CSI and OSC sequences as a whole, then every control character that is left (C0, DEL and C1).
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

NEWLINE = "\n"


def clean(text: str, keep: str = "") -> str:
    """Return text without terminal escapes and control characters, tabs and `keep` excepted."""
    bare = _ESCAPES.sub("", text)
    return _CONTROLS.sub(lambda found: found[0] if found[0] in keep else "", bare)


def out(text: str) -> None:
    """Print a line now."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Tell the person something that is no output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def out_json(value: Any) -> None:
    """Print a value as JSON."""
    out(json.dumps(value, indent=2))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out in columns; the first row is the header."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def age(seconds: float) -> str:
    """Return a length of time in one word: 12s, 5m, 3h, 9d."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{max(0, int(seconds))}s"


def duration(seconds: float) -> str:
    """Return a length of time as one reads it off a watch: 0:12, 1:02:03."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{head}:{whole % 60:02d}"


def size(count: float) -> str:
    """Return a number of bytes as people say it: 512 B, 1.5 KiB, 20 GiB."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"
