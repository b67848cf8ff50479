"""How a job looks in a notebook: a MIME bundle that names it, and a snapshot for others."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from .chart import picture, print_value

MIME_TYPE = "application/vnd.jupyter-train.job+json"
MIME_VERSION = 1
LAST_JOB = "_job"
"""Name in the user's namespace of the session's last job, as `_` is that of the last value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What was known about a job when its output was drawn; `status` is empty when nothing was.

    `doing` is what it waits for before it trains, `image` what it runs in; `started` is when it
    began to train, `share` how much of that it has done.
    """

    name: str
    status: str = ""
    secondary: str = ""
    doing: str = ""
    image: str = ""
    reason: str = ""
    started: float | None = None
    seconds: float | None = None
    share: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    lines: Sequence[str] = ()


def bundle(snapshot: Snapshot) -> dict[str, Any]:
    """Return the MIME bundle: ~100 bytes for our renderer, a snapshot for everyone else."""
    return {
        MIME_TYPE: {"job": snapshot.name, "version": MIME_VERSION},
        "text/html": print_html(snapshot),
        "text/plain": print_text(snapshot),
    }


def print_text(snapshot: Snapshot) -> str:
    """Return one line about a job."""
    parts = [f"training job {snapshot.name}", snapshot.status or "manager not reachable"]
    parts += [snapshot.doing] if snapshot.doing else []
    parts += [f"in {snapshot.image}"] if snapshot.image else []
    parts += [f"{name}={print_value(value)}" for name, value in snapshot.metrics.items()]
    parts += [snapshot.reason] if snapshot.reason else []
    return " · ".join(parts)


def print_html(snapshot: Snapshot) -> str:
    """Return a static card: everything that came from a job is escaped."""
    metrics = " · ".join(
        f"{escape(name)} <b>{print_value(value)}</b>" for name, value in snapshot.metrics.items()
    )
    parts = [
        f"<div><code>{escape(snapshot.name)}</code> {_print_status(snapshot)}</div>",
        f"<div>{escape(snapshot.doing)}</div>" if snapshot.doing else "",
        f"<div>in <code>{escape(snapshot.image)}</code></div>" if snapshot.image else "",
        f"<div>{escape(snapshot.reason)}</div>" if snapshot.reason else "",
        f"<div>{metrics}</div>" if metrics else "",
        *(picture(name, each["steps"], each["values"]) for name, each in snapshot.curves.items()),
        f"<pre>{escape(chr(10).join(snapshot.lines))}</pre>" if snapshot.lines else "",
    ]
    return f'<div class="jt-Snapshot">{"".join(parts)}</div>'


def print_seconds(seconds: float) -> str:
    """Return a duration as 9 s, 4 min 10 s or 3 h 5 min."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _print_status(snapshot: Snapshot) -> str:
    if not snapshot.status:
        return "manager not reachable"
    detail = snapshot.secondary if snapshot.secondary != snapshot.status else ""
    after = "" if snapshot.seconds is None else print_seconds(snapshot.seconds)
    words = " · ".join(part for part in (detail, after) if part)
    return f"<b>{escape(snapshot.status)}</b> {escape(words)}".rstrip()


def find_shell() -> Any | None:
    """Return the running IPython shell, or None in a plain Python program."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def remember(job: object) -> None:
    """Make a job the session's last one."""
    shell = find_shell()
    if shell is not None:
        shell.user_ns[LAST_JOB] = job


def show(job: object) -> Any | None:
    """Show a job's live view; returns the display handle, or None where there is no notebook."""
    if not hasattr(find_shell(), "kernel"):
        return None
    from IPython.display import display  # noqa: PLC0415 - a plain program does not pay for IPython

    return display(job, display_id=True)  # type: ignore[no-untyped-call]  # IPython types it in part
