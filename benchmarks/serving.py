"""A manager in a folder of its own, for the benches that measure the whole product."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from jupyter_train.client.connection import Connection
from jupyter_train.client.find import connect
from jupyter_train.client.source import find_source
from jupyter_train.client.submit import JobOptions, submit, training_job_request

ENDED = ("Completed", "Failed", "Stopped")
_WAIT = 60.0


@contextmanager
def manager(config: str = "") -> Iterator[Connection]:
    """Serve an empty state folder; jobs that still run at the end are ended with it."""
    with tempfile.TemporaryDirectory(prefix="jt-bench-", ignore_cleanup_errors=True) as folder:
        (Path(folder) / "config.toml").write_text(config)
        connection = connect(folder)
        pid = connection.facts.pid
        try:
            yield connection
        finally:
            end(pid)
            end_jobs(Path(folder))
            connection.close()


def end(pid: int) -> None:
    """End a manager that belongs to no test run."""
    with suppress(ProcessLookupError, psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.terminate()
        process.wait(_WAIT)


def end_jobs(home: Path) -> None:
    """End the shims of a folder; each takes its job with it."""
    for path in home.glob("attempts/*/pid"):
        with suppress(ProcessLookupError, PermissionError, ValueError):
            os.kill(int(path.read_text().split()[0]), signal.SIGTERM)


def submit_script(connection: Connection, script: Path, name: str, **options: object) -> None:
    """Submit a script as the command line does."""
    request = training_job_request(JobOptions(name=name, **options), source=find_source(script))
    submit(connection, request, find_source(script))


def wait_for(connection: Connection, name: str, *statuses: str, timeout: float = _WAIT) -> str:
    """Wait until a job has one of these statuses (any end by default); TimeoutError says which."""
    until = time.monotonic() + timeout
    status = ""
    while time.monotonic() < until:
        status = str(status_of(connection, name))
        if status in (statuses or ENDED):
            return status
        time.sleep(0.05)
    raise TimeoutError(f"job {name} is still {status} after {timeout:.0f} s")


def status_of(connection: Connection, name: str) -> object:
    """Return a job's status."""
    return connection.call("DescribeTrainingJob", {"TrainingJobName": name})["TrainingJobStatus"]
