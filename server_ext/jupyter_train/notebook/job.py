"""A training job in a notebook: look at it, wait for it, stop it, read what it made."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..client.connection import ApiError
from ..client.find import NoManagerError, StartFailedError
from ..client.logs import follow_log, read_log
from ..client.progress import Progress, image_of, waits_for
from ..contract.status import Status
from .artifacts import fetch_artifact
from .curves import Curve, Curves
from .display import MIME_TYPE, Snapshot, bundle, find_shell, print_text, show
from .errors import TrainingJobFailed, WaitInterrupted
from .loglines import LogLines, visible
from .session import Session
from .views import views_of

_ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.STOPPED})
_POLL = 0.25
# What a saved notebook holds of a job: about 2 kB for each curve.
_SNAPSHOT_POINTS = 160
_SNAPSHOT_CURVES = 6
_SNAPSHOT_LINES = 10
_FAILURE_LINES = 20
_WIDGET_LINES = 100
VIEW_VARIABLE = "JUPYTER_TRAIN_VIEW"
"""Set to `widget`, jobs show themselves as widgets: nothing tells what a front end can show."""
_WIDGET_MIME_TYPE = "application/vnd.jupyter.widget-view+json"
NOT_REACHABLE = (ApiError, ConnectionError, NoManagerError, StartFailedError)
"""What it is to ask a manager that is not there, or does not know the question."""


# Seconds after which an output is drawn again for those whose page has no live view.
_QUIET = 2.0

Look = Callable[[Mapping[str, Any]], None]


class TrainingJob:
    """One training job, by name; all it knows it asks the manager, so it is never out of date."""

    def __init__(
        self,
        name: str,
        session: Session | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self.session = session or Session()
        self._sleep = sleep
        self._view: Any = None

    def describe(self) -> dict[str, Any]:
        """Return DescribeTrainingJob's answer, times as datetimes."""
        return {key: _read_times(value, key) for key, value in self._describe().items()}

    @property
    def status(self) -> str:
        """TrainingJobStatus: InProgress, Completed, Failed, Stopping or Stopped."""
        return str(self._describe()["TrainingJobStatus"])

    def has_ended(self) -> bool | None:
        """Tell whether it has ended; None while nobody can say."""
        try:
            return self.status in _ENDED
        except NOT_REACHABLE:
            return None

    @property
    def model_data(self) -> str | None:
        """Where the model is, None until there is one."""
        uri = self._describe().get("ModelArtifacts", {}).get("S3ModelArtifacts")
        return str(uri) if uri else None

    def wait(self, logs: bool | str = False) -> None:
        """Block until the job has ended, raise if it failed; `logs` prints its lines meanwhile."""
        self._wait(logs)

    def _wait(self, logs: bool | str, look: Look | None = None) -> None:
        try:
            if wants_lines(logs):
                self.print_log()
            while (detail := self._describe())["TrainingJobStatus"] not in _ENDED:
                if look is not None:
                    look(detail)
                self._sleep(_POLL)
        except KeyboardInterrupt:
            raise WaitInterrupted(self.name) from None
        end = self._describe()
        if end["TrainingJobStatus"] == Status.FAILED:
            tail = [visible(line) for line in self._lines(_FAILURE_LINES)]
            raise TrainingJobFailed(self.name, visible(end.get("FailureReason", "")), tail)

    def show(self, *, wait: bool = False, logs: Any = None) -> None:
        """Show the live view; with `wait` block, and leave the end's snapshot in the output."""
        try:
            self._show(wait=wait, logs=logs)
        except WaitInterrupted:
            raise
        except KeyboardInterrupt:  # at whatever moment: the job is under way
            raise WaitInterrupted(self.name) from None

    def _show(self, *, wait: bool, logs: Any) -> None:
        view = show(self)
        if view is None:
            print(f"training job {self.name}")  # noqa: T201 - a program has no other view
        if view is not None:
            views_of(find_shell()).add(view, self)
        if not wait:
            return
        # Where our front end is, the view moves by itself; for all others it is drawn again.
        look = Progress(lambda _: view.update(self), after=_QUIET).look if view else None
        try:
            self._wait(view is None if logs is None else wants_lines(logs), look)
        finally:
            if view is not None:
                view.update(self)
                if self.has_ended():
                    views_of(find_shell()).drop(view)

    def widget(self) -> Any:
        """Return the live view as a widget, for front ends that lack ours: it needs the kernel."""
        try:
            from .widget import JobView  # noqa: PLC0415 - anywidget is optional, and slow to import
        except ImportError as error:
            raise ImportError(
                "widgets need anywidget: pip install anywidget; the job shows itself without it "
                "where JupyterLab has our extension"
            ) from error
        # A connection is of one thread: the widget's has its own.
        watched = TrainingJob(self.name, Session(self.session.home))
        return JobView(
            self.name,
            look=lambda: watched._snapshot(_WIDGET_LINES),
            stop=self.stop,
            connect=Session(self.session.home).connect,
        )

    def print_log(self, tail: int | None = None) -> None:
        """Print the log's lines as they come, to the end of the job, and what comes before them."""
        for line in self._follow(Progress(_print).look, tail):
            _print(line)

    def stop(self) -> None:
        """Ask the job to stop; what it left in its model folder is kept."""
        self.session.connect().call("StopTrainingJob", {"TrainingJobName": self.name})

    def logs(self, tail: int | None = None) -> LogLines:
        """Return the log so far, or its last lines."""
        self._describe()  # a job that is unknown has no empty log: this says so
        return self._lines(tail)

    def follow(self) -> Iterator[str]:
        """Yield the log's lines as they come, to the end of the job."""
        return self._follow()

    def _follow(self, look: Look | None = None, tail: int | None = None) -> Iterator[str]:
        streams: list[str] = []
        for line in follow_log(self.session.connect(), self.name, tail=tail, look=look):
            if line.stream not in streams:
                streams.append(line.stream)
            host = line.stream.rpartition("/")[2].rpartition("-")[0]
            yield visible(line.text if len(streams) == 1 else f"[{host}] {line.text}")

    def metrics(self, points: int = 2000) -> Curves:
        """Return each metric's curve, thinned to about so many points (its extremes are kept)."""
        return self._curves(self._series(), points)

    def curves(self, *names: str, points: int = 2000) -> Curves:
        """Return the curves of these metrics, or of all; KeyError says which there are."""
        series = self._series()
        there = [each["Name"] for each in series]
        for name in names:
            if name not in there:
                listed = ", ".join(map(repr, there)) or "none so far"
                raise KeyError(f"{self.name} has no metric {name!r}; there is: {listed}")
        return self._curves([each for each in series if each["Name"] in (names or there)], points)

    def figure(self, *names: str) -> Any:
        """Return a plotly figure of the curves, all of them or those named."""
        from .figure import figure  # noqa: PLC0415 - plotly is optional, and slow to import

        return figure(self.name, self.curves(*names))

    def artifacts(self) -> list[dict[str, Any]]:
        """Return what the job made: Bucket and Key, or Path; Size, LastModified, Kind of each."""
        answer = self._read("ListTrainingJobArtifacts", "jupytertrain")
        return [_read_times(each) for each in answer["Artifacts"]]

    def download(self, folder: str | Path | None = None) -> Path:
        """Fetch the model and unpack it; returns the folder, by default model/<name>."""
        uri = self.model_data
        if uri is None:
            raise FileNotFoundError(f"training job {self.name} ({self.status}) has made no model")
        target = Path(folder) if folder is not None else Path("model") / self.name
        return fetch_artifact(self.session.connect(), self.name, uri, target)

    def _lines(self, tail: int | None) -> LogLines:
        lines = read_log(self.session.connect(), self.name, tail=tail)
        return LogLines([line.text for line in lines][-tail if tail else 0 :])

    def _describe(self) -> dict[str, Any]:
        return self._read("DescribeTrainingJob", "sagemaker")

    def _read(self, operation: str, service: str, **members: Any) -> dict[str, Any]:
        return self.session.read(operation, {"TrainingJobName": self.name, **members}, service)

    def _series(self) -> list[dict[str, Any]]:
        return list(self._read("ListMetricSeries", "jupytertrain")["Series"])

    def _curves(self, series: Sequence[Mapping[str, Any]], points: int) -> Curves:
        return Curves(self.name, {each["Name"]: self._window(each, points) for each in series})

    def _window(self, series: Mapping[str, Any], points: int) -> Curve:
        number = series["SeriesId"]
        window = self._read("GetMetricWindow", "jupytertrain", SeriesId=number, Points=points)
        # NaN and Infinity travel as strings, which float() reads.
        columns = {key.lower(): [float(value) for value in window[key]] for key in _COLUMNS}
        return Curve(columns, series["Name"])

    def _snapshot(self, lines: int = _SNAPSHOT_LINES) -> Snapshot:
        try:
            return self._look(lines)
        except NOT_REACHABLE:
            return Snapshot(name=self.name)

    def _look(self, lines: int) -> Snapshot:
        detail, series = self._describe(), self._series()
        curves = self._curves(_own_first(series)[:_SNAPSHOT_CURVES], _SNAPSHOT_POINTS)
        return Snapshot(
            name=self.name,
            status=detail["TrainingJobStatus"],
            secondary=detail.get("SecondaryStatus", ""),
            doing=visible(waits_for(detail)),
            image=visible(image_of(detail)),
            reason=visible(detail.get("FailureReason", "")),
            started=detail.get("TrainingStartTime"),
            seconds=_seconds(detail),
            share=_share(detail),
            metrics={visible(each["Name"]): float(each["LastValue"]) for each in series},
            curves={visible(name): curve for name, curve in curves.items()},
            lines=[visible(line) for line in self._lines(lines)],
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        shown = bundle(self._snapshot())
        if os.environ.get(VIEW_VARIABLE) != "widget":
            return shown
        del shown[MIME_TYPE]
        self._view = self._view or self.widget()
        data, _ = self._view._repr_mimebundle_()
        return {**shown, _WIDGET_MIME_TYPE: data[_WIDGET_MIME_TYPE]}

    def __repr__(self) -> str:
        return print_text(self._snapshot())


def _own_first(series: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the job's own metrics before those of the machine."""
    return sorted(series, key=lambda each: each["Name"].startswith("system/"))


def _print(text: str) -> None:
    print(visible(text), flush=True)  # noqa: T201 - printing is what was asked for


_COLUMNS = ("Steps", "Times", "Values")


def wants_lines(logs: bool | str | Sequence[str] | None) -> bool:
    """Tell whether SageMaker's `logs` argument asks for lines: True, "All" or a list."""
    return bool(logs) and logs != "None"


def _seconds(detail: Mapping[str, Any]) -> float | None:
    start, end = detail.get("TrainingStartTime"), detail.get("TrainingEndTime")
    return end - start if start is not None and end is not None else None


def _share(detail: Mapping[str, Any]) -> float | None:
    progress = detail.get("Progress") or {}
    return progress["Done"] / progress["Total"] if progress.get("Total") else None


def _read_times(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _read_times(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_read_times(each) for each in value]
    if isinstance(value, int | float) and key.endswith(("Time", "Timestamp", "LastModified")):
        return datetime.fromtimestamp(value, UTC)
    return value
