"""B16: what a manager takes when nothing happens, and with 20 jobs running and 1,000 queued."""

import argparse
import tempfile
import time
from pathlib import Path

import psutil

from jupyter_train.client.connection import Connection
from jupyter_train.client.source import find_source
from jupyter_train.client.submit import JobOptions, submit, training_job_request
from row import Row, run
from serving import manager, submit_script, wait_for

SECONDS = 20.0
RUNNING = 20
SCRIPT = "import time\nprint('here')\ntime.sleep(600)\n"


def taken(pid: int, seconds: float) -> tuple[float, float]:
    """Return the resident megabytes, and per cent of a core over so many seconds."""
    process = psutil.Process(pid)
    begin, before = time.monotonic(), sum(process.cpu_times()[:2])
    time.sleep(seconds)
    share = (sum(process.cpu_times()[:2]) - before) / (time.monotonic() - begin)
    return process.memory_info().rss / 1e6, share * 100


def rows(what: str, found: tuple[float, float], limits: tuple[float, float | None]) -> list[Row]:
    """Return a row for memory and one for CPU."""
    return [
        Row(bar="B16", what=f"manager {what}: {kind}", ours=ours, unit=unit, limit=limit)
        for kind, unit, ours, limit in zip(
            ("memory", "CPU"), ("MB", "%"), found, limits, strict=True
        )
    ]


def idle(connection: Connection, script: Path, seconds: float) -> list[Row]:
    """Measure after one job, so that nothing is left to be loaded."""
    fresh = psutil.Process(connection.facts.pid).memory_info().rss / 1e6
    submit_script(connection, script, "warm-up")
    wait_for(connection, "warm-up", "InProgress")
    connection.call("StopTrainingJob", {"TrainingJobName": "warm-up"})
    wait_for(connection, "warm-up")
    connection.call("ListTrainingJobs")
    connection.call("DescribeLogGroups", service="logs")
    time.sleep(2)  # the last folder is tidied away
    return [
        Row(bar="B16", what="manager just started: memory", ours=fresh, unit="MB", limit=150),
        *rows("idle after a job", taken(connection.facts.pid, seconds), (150, 1)),
    ]


def busy(connection: Connection, script: Path, queued: int, seconds: float) -> list[Row]:
    """Measure with a full machine and a long queue; how long the submissions took is a figure."""
    source = find_source(script)
    first = training_job_request(JobOptions(name="job-0"), source=source)
    submit(connection, first, source)
    begin = time.monotonic()
    for number in range(1, RUNNING + queued):
        # The source is there already: what is sent is what `fit` of a second job sends.
        connection.call("CreateTrainingJob", {**first, "TrainingJobName": f"job-{number}"})
    each = (time.monotonic() - begin) / (RUNNING + queued - 1) * 1000
    wait_for(connection, f"job-{RUNNING - 1}", "InProgress")
    time.sleep(5)
    found = taken(connection.facts.pid, seconds)
    what = f"with {RUNNING} running, {queued:,} queued"
    begin = time.monotonic()
    connection.call("ListTrainingJobs", {"MaxResults": 100})
    page = (time.monotonic() - begin) * 1000
    return [
        *rows(what, found, (250, None)),
        Row(bar="B16", what=f"{what}: a submission", ours=each, unit="ms"),
        Row(bar="B16", what=f"{what}: list of the newest 100", ours=page, unit="ms"),
    ]


def measure(seconds: float = SECONDS, queued: int = 1000) -> list[Row]:
    """Return the figures of a quiet and of a full manager."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "train.py"
        script.write_text(SCRIPT)
        with manager(f"[capacity]\ncpus = {RUNNING}\n") as connection:
            return [
                *idle(connection, script, seconds),
                *busy(connection, script, queued, seconds),
            ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--queued", type=int, default=1000)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.seconds, chosen.queued))
