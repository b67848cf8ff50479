"""%%train, %train, %jobs, %logs and %stop."""

import argparse
import tempfile
from collections.abc import Callable, Iterator
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
from ..client.source import MissingPathError
from .display import LAST_JOB
from .estimator import Estimator
from .job import TrainingJob
from .jobtable import JobTable
from .loglines import LogLines
from .options import Parser, jobs_parser, logs_parser, stop_parser, train_parser, words
from .session import Session

_CELL = "cell.py"


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

    @no_var_expand
    @line_cell_magic
    @_explained(train_parser)
    def train(self, line: str, cell: str | None = None) -> None:
        """Run a script, or the cell, as a training job."""
        said = train_parser().parse_args(words(line, self.names))
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
        job.show(wait=said.wait)

    @no_var_expand
    @line_magic
    @_explained(jobs_parser)
    def jobs(self, line: str) -> JobTable:
        """List training jobs, newest first."""
        said = jobs_parser().parse_args(words(line, self.names))
        ask = {"MaxResults": said.lines, "SortBy": "CreationTime", "SortOrder": "Descending"}
        if said.status:
            ask["StatusEquals"] = said.status
        with _refusals():
            return JobTable(self.session.read("ListTrainingJobs", ask)["TrainingJobSummaries"])

    @no_var_expand
    @line_magic
    @_explained(logs_parser)
    def logs(self, line: str) -> LogLines | None:
        """Show the log of a job."""
        said = logs_parser().parse_args(words(line, self.names))
        job = self._job(said.name)
        with _refusals():
            if not said.follow:
                return job.logs(tail=said.lines)
            job.print_log()
        return None

    @no_var_expand
    @line_magic
    @_explained(stop_parser)
    def stop(self, line: str) -> None:
        """Stop a job; what it left in its model folder is kept."""
        job = self._job(stop_parser().parse_args(words(line, self.names)).name)
        with _refusals():
            job.stop()
        print(f"stopping {job.name}")  # noqa: T201 - the answer to a command

    def _job(self, name: str | None) -> TrainingJob:
        if name:
            return TrainingJob(name, self.session)
        last = self.names.get(LAST_JOB)
        if not isinstance(last, TrainingJob):
            raise UsageError("no job was started here yet: name one (%jobs lists them)")
        return last


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
    said.script = folder / _CELL
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
    """Register the magics with a shell."""
    shell.register_magics(TrainMagics(shell))


def unload(shell: Any) -> None:
    """Take the magics away and close what they opened."""
    magics = shell.magics_manager.registry.pop(TrainMagics.__name__, None)
    if magics is None:
        return
    magics.session.close()
    for kind, names in magics.magics.items():
        for name in names:
            shell.magics_manager.magics[kind].pop(name, None)
