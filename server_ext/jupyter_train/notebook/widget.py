"""A job's live view as a widget, where our JupyterLab extension is not: VS Code, Colab and others.

The kernel follows the job and sends what is drawn, so it stands still while the kernel is gone;
where the extension is, a job shows itself without one.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anywidget import AnyWidget
from traitlets import Dict, Unicode

from ..client.connection import Connection
from .chart import print_value
from .display import Snapshot
from .follower import Follower

_HERE = Path(__file__).parent
_NOT_HEARD = "The training manager cannot be heard; trying again. This is its last word."


class JobView(AnyWidget):
    """A job's status, progress, curves and last lines, with a button that stops it."""

    _esm = _HERE / "widget.js"
    _css = _HERE / "widget.css"
    job = Unicode().tag(sync=True)
    state = Dict().tag(sync=True)
    notice = Unicode().tag(sync=True)

    def __init__(
        self,
        name: str,
        *,
        look: Callable[[], Snapshot],
        stop: Callable[[], None],
        connect: Callable[[], Connection],
    ) -> None:
        super().__init__(job=name)
        self._look = look
        self._stop = stop
        self.on_msg(self._obey)
        self._tell()
        self._follower = Follower(name, connect, self._tell)
        self._follower.start()

    def close(self) -> None:
        """Close the view; the job goes on."""
        if hasattr(self, "_follower"):  # a widget that could not be made is closed as well
            self._follower.end()
        super().close()

    def _obey(self, _: object, message: Any, __: object) -> None:
        if message == {"do": "stop"}:
            self._stop()

    def _tell(self, is_heard: bool = True) -> None:
        snapshot = self._look() if is_heard else None
        if snapshot is None or not snapshot.status:
            self.notice = _NOT_HEARD
            return
        with self.hold_sync():
            self.notice = ""
            self.state = state_of(snapshot, time.time())


def state_of(snapshot: Snapshot, now: float) -> dict[str, Any]:
    """Return what the page draws, as JSON can hold it: the job's own curves, as the live view."""
    own = {n: each for n, each in snapshot.curves.items() if not n.startswith("system/")}
    has_ended = snapshot.seconds is not None
    started = snapshot.started
    running = None if started is None else now - started
    return {
        "status": snapshot.status,
        "secondary": snapshot.secondary,
        "doing": snapshot.doing,
        "reason": snapshot.reason,
        "hasEnded": has_ended or snapshot.status in {"Completed", "Failed", "Stopped"},
        "seconds": snapshot.seconds if has_ended else running,
        "share": snapshot.share,
        "curves": [_curve(name, each) for name, each in own.items()],
        "lines": list(snapshot.lines),
    }


def _curve(name: str, curve: Any) -> dict[str, Any]:
    values = curve["values"]
    return {
        "name": name,
        "last": print_value(values[-1]) if values else "",
        "steps": list(curve["steps"]),
        "values": [value if math.isfinite(value) else None for value in values],
    }
