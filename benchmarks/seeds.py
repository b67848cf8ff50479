"""State folders with a past: jobs and logs put straight into the stores of a manager to come."""

import time
from pathlib import Path

from bench_logs import fill
from jupyter_train.client.submit import JobOptions, training_job_request
from jupyter_train.contract.names import log_stream
from jupyter_train.contract.record import JobRecord, new_record
from jupyter_train.contract.status import SecondaryStatus as S
from jupyter_train.store.jobs import SqlJobs
from jupyter_train.store.logs import SegmentLogs

_LIFE = (S.DOWNLOADING, S.TRAINING, S.UPLOADING)
_AGE = 60.0


def ended_job(name: str, created: float, end: S = S.COMPLETED) -> JobRecord:
    """Return a job that has gone through every status."""
    document = training_job_request(JobOptions(name=name, interpreter="/usr/bin/python3"))
    record = new_record(f"id-{name}", document, created)
    for seconds, status in enumerate((*_LIFE, end)):
        record = record.moved(status, created + seconds)
    return record.changed(created + 4, training_started=created + 1, training_ended=created + 4)


def seed_jobs(home: Path, count: int) -> None:
    """Keep so many jobs that have ended, one in ten of them failed."""
    home.mkdir(parents=True, exist_ok=True)
    begun = time.time() - count * _AGE
    jobs = SqlJobs(home / "journal.sqlite")
    with jobs.transaction():
        for number in range(count):
            end = S.FAILED if number % 10 == 0 else S.COMPLETED
            name = f"digits-{number:05d}"
            jobs.submit(ended_job(name, begun + number * _AGE, end), {"team": f"t{number % 7}"})
    jobs.close()


def seed_log(home: Path, name: str, size: int) -> None:
    """Keep a job that has ended and left a log of so many bytes, a needle as its last line."""
    home.mkdir(parents=True, exist_ok=True)
    created = time.time() - 86400
    record = ended_job(name, created)
    jobs = SqlJobs(home / "journal.sqlite")
    jobs.submit(record, {})
    jobs.close()
    logs = SegmentLogs(home / "logs")
    fill(logs.create(record.id, log_stream(name, 0, created), created), size)
    logs.close()
