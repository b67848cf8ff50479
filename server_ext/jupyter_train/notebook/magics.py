"""%%train, %train, %jobs, %logs, %curve, %stop and %clone."""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    line_magic,
    magics_class,
    no_var_expand,
)

from ..client.connection import ApiError
from ..client.find import StartFailedError
from ..client.source import CELL, MissingPathError
from ..contract.status import Status
from ..contract.version import program_version
from .clone import clone
from .completion import Completion
from .curves import Curves
from .display import LAST_JOB
from .errors import WaitInterrupted
from .estimator import Estimator
from .job import TrainingJob
from .jobtable import JobTable
from .loglines import LogLines
from .options import (
    Parser,
    clone_parser,
    curve_parser,
    jobs_parser,
    logs_parser,
    stop_parser,
    train_parser,
)
from .session import Session

# The newest of them are asked for what the list does not tell: their last values.
_DESCRIBED = 20
# What one answer of ListTrainingJobs holds at most.
_PAGE = 100

_LOADED = (
    "%%train, %train, %jobs, %logs, %curve, %stop and %clone are here; each tells more with --help"
)


def _explained(make: Callable[[], Parser]) -> Callable[[Any], Any]:
    """Give a magic its parser's help, which `%train?` shows."""

    def explain(magic: Any) -> Any:
        magic.__doc__ = f"{magic.__doc__}\n\n{make().format_help()}"
        return magic

    return explain


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what was refused into one line instead of a traceback."""
    try:
        yield
    except (ApiError, MissingPathError, StartFailedError, FileNotFoundError) as error:
        raise UsageError(str(error)) from error


@magics_class
class TrainMagics(Magics):
    """The magics of one shell, and its way to the manager."""

    def __init__(self, shell: Any, session: Session | None = None) -> None:
        super().__init__(shell)
        self.names: dict[str, Any] = shell.user_ns
        self.session = session or Session()
        self.completion: Completion | None = None

    @no_var_expand
    @line_cell_magic
    @_explained(train_parser)
    def train(self, line: str, cell: str | None = None) -> None:
        """Run a script, or the cell, as a training job."""
        said = train_parser().read(line, self.names)
        if said is None:
            return
        _check(said, is_cell=cell is not None)
        with _refusals(), tempfile.TemporaryDirectory(prefix="jupyter-train-") as folder:
            if cell is not None:
                _write_cell(said, cell, Path(folder))
            self._fit(said)

    def _fit(self, said: argparse.Namespace) -> None:
        estimator = _estimator(said, self.session)
        job = estimator.submit(dict(said.input), job_name=said.name)
        if said.out:
            self.names[said.out] = job
        job.show(wait=said.wait or said.watch, logs=True if said.watch else None)

    @no_var_expand
    @line_magic
    @_explained(jobs_parser)
    def jobs(self, line: str) -> JobTable | None:
        """List training jobs, newest first."""
        said = jobs_parser().read(line, self.names)
        if said is None:
            return None
        with _refusals():
            found = self._list(said)
            return JobTable(found, [self._last_values(each) for each in found[:_DESCRIBED]])

    def _list(self, said: argparse.Namespace) -> list[dict[str, Any]]:
        ask: dict[str, Any] = {
            "MaxResults": min(max(said.lines, 1), _PAGE),
            "SortBy": "CreationTime",
            "SortOrder": "Ascending" if said.oldest else "Descending",
        }
        if said.status or said.running:
            ask["StatusEquals"] = said.status or str(Status.IN_PROGRESS)
        if said.text:
            ask["NameContains"] = said.text
        if said.since is not None:
            ask["CreationTimeAfter"] = time.time() - said.since
        found: list[dict[str, Any]] = []
        while len(found) < said.lines:
            answer = self.session.read("ListTrainingJobs", ask)
            found += answer["TrainingJobSummaries"]
            if not answer.get("NextToken"):
                break
            ask["NextToken"] = answer["NextToken"]
        return found[: said.lines]

    def _last_values(self, summary: Mapping[str, Any]) -> dict[str, float]:
        ask = {"TrainingJobName": summary["TrainingJobName"]}
        detail = self.session.read("DescribeTrainingJob", ask)
        values = detail.get("FinalMetricDataList", ())
        return {each["MetricName"]: float(each["Value"]) for each in values}

    @no_var_expand
    @line_magic
    @_explained(logs_parser)
    def logs(self, line: str) -> LogLines | None:
        """Show the log of a job."""
        said = logs_parser().read(line, self.names)
        if said is None:
            return None
        job = self._job(said.name)
        with _refusals():
            if not said.follow:
                return job.logs(tail=said.lines)
            _follow(job, said.lines)
        return None

    @no_var_expand
    @line_magic
    @_explained(curve_parser)
    def curve(self, line: str) -> Curves | None:
        """Show the curves of a job's metrics."""
        said = curve_parser().read(line, self.names)
        if said is None:
            return None
        with _refusals():
            try:
                return self._job(said.name).curves(*said.metric)
            except KeyError as error:
                raise UsageError(str(error.args[0])) from error

    @no_var_expand
    @line_magic
    @_explained(stop_parser)
    def stop(self, line: str) -> None:
        """Stop a job; what it left in its model folder is kept."""
        said = stop_parser().read(line, self.names)
        if said is None:
            return
        job = self._job(said.name)
        with _refusals():
            job.stop()
        print(f"stopping {job.name}")  # noqa: T201 - the answer to a command

    @no_var_expand
    @line_magic
    @_explained(clone_parser)
    def clone(self, line: str) -> None:
        """Put the code that makes a job again into a new cell."""
        said = clone_parser().read(line, self.names)
        if said is None:
            return
        job = self._job(said.name)
        with _refusals():
            detail = self.session.read("DescribeTrainingJob", {"TrainingJobName": job.name})
            code = clone(self.session.connect(), detail)
        assert self.shell is not None
        self.shell.set_next_input(code)

    def _job(self, name: str | None) -> TrainingJob:
        if name:
            return TrainingJob(name, self.session)
        last = self.names.get(LAST_JOB)
        if not isinstance(last, TrainingJob):
            raise UsageError("no job was started here yet: name one (%jobs lists them)")
        return last


def _follow(job: TrainingJob, lines: int | None) -> None:
    """Print the log to the job's end; an interrupt ends the printing, not the job."""
    try:
        job.print_log(tail=lines)
    except KeyboardInterrupt:
        raise WaitInterrupted(job.name) from None


def _check(said: argparse.Namespace, *, is_cell: bool) -> None:
    if is_cell and said.script:
        raise UsageError(f"%%train runs the cell; to run {said.script} say %train {said.script}")
    if not is_cell and not said.script and not said.image:
        raise UsageError(
            "which script? %train SCRIPT …, %%train above a cell that is one, "
            "or --image NAME alone for an image that trains by itself"
        )
    if said.source_dir and not is_cell and not said.script:
        raise UsageError("--source-dir needs a script: which of the folder's files to run")
    if said.command and not said.image:
        raise UsageError("--command is what an image runs: name one with --image")
    if said.out and not said.out.isidentifier():
        raise UsageError(f"--out {said.out!r} is no name of a variable")


def _write_cell(said: argparse.Namespace, cell: str, folder: Path) -> None:
    """Make the cell a script; what is in a source folder goes beside it."""
    said.script = folder / CELL
    said.script.write_text(cell, encoding="utf-8")
    if said.source_dir:
        said.dependency += sorted(Path(said.source_dir).iterdir())
        said.source_dir = None


def _estimator(said: argparse.Namespace, session: Session) -> Estimator:
    return Estimator(
        image_uri=said.image,
        entry_point=said.script,
        source_dir=said.source_dir,
        dependencies=said.dependency,
        hyperparameters=dict(said.param),
        metric_definitions=dict(said.metric),
        environment=dict(said.env),
        instance_type=said.instance_type,
        instance_count=said.instance_count,
        output_path=said.output,
        checkpoint_s3_uri=said.checkpoints,
        max_run=said.max_run,
        container_entry_point=said.command,
        enable_network_isolation=said.network == "none",
        enable_remote_debug=said.shell,
        volume_size=said.volume_size,
        keep_alive_period_in_seconds=said.keep_alive,
        max_retry_attempts=said.max_retries,
        sagemaker_session=session,
    )


def load(shell: Any) -> None:
    """Register the magics with a shell, and say so in one line."""
    unload(shell)
    magics = TrainMagics(shell)
    shell.register_magics(magics)
    magics.completion = Completion(magics.session)
    shell.Completer.custom_matchers.append(magics.completion.matcher)
    print(f"jupyter-train {program_version()}: {_LOADED}")  # noqa: T201 - the answer to a command


def unload(shell: Any) -> None:
    """Take the magics away and close what they opened."""
    magics = shell.magics_manager.registry.pop(TrainMagics.__name__, None)
    if magics is None:
        return
    magics.session.close()
    if magics.completion is not None:
        shell.Completer.custom_matchers.remove(magics.completion.matcher)
    for kind, names in magics.magics.items():
        for name in names:
            shell.magics_manager.magics[kind].pop(name, None)
