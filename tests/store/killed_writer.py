"""Writes to one kind of store until it is killed, and prints each number when it is committed."""

import logging
import sys
from itertools import count
from pathlib import Path

import numpy as np

from jupyter_train.contract.events import Kind
from jupyter_train.contract.samples import samples
from jupyter_train.store.base import Batch
from jupyter_train.store.curves import SqlCurves
from jupyter_train.store.jobs import SqlJobs
from jupyter_train.store.logs import SegmentLogs
from jupyter_train.store.objects import FolderObjects
from jupyter_train.testing.job_store import job


def write_jobs(home):
    """A job, its tags and its first change in one transaction: two facts."""
    store = SqlJobs(home / "journal.sqlite")
    while True:
        seq = store.last_seq()
        with store.transaction():
            kept = store.submit(job(f"job-{seq}"), {"a": "b"})
            changed = store.change(kept.changed(101.0, attempt=1), Kind.ATTEMPT_CLAIMED, {})
        yield changed.seq


def write_curves(home):
    """Ten samples of three series, folded often."""
    store = SqlCurves(home / "curves.sqlite")
    for number in count(store.cursor("job", "metrics")):
        steps = np.arange(number * 10, number * 10 + 10)
        part = samples(steps, steps, steps)
        some = {"loss": part, "accuracy": part, "lr": part}
        batch = Batch(job_id="job", source="metrics", offset=number + 1, samples=some)
        store.append([batch])
        if number % 7 == 0:
            store.fold("job")
        yield number + 1


def write_logs(home):
    """Lines whose source offset is their number."""
    stream = SegmentLogs(home / "logs", segment=100_000).create("job", "a", 1.0)
    while True:
        first = stream.source_offset
        rows = range(first, first + 50)
        stream.append([(1000 + n, n + 1, b"line %d" % n) for n in rows])
        yield first + 50


def write_objects(home):
    """One byte a hundred thousand times, under few keys."""
    store = FolderObjects(home / "objects")
    store.create_bucket("data")
    for number in count(1):
        store.put("data", f"folder/{number % 3}", [bytes([number % 200]) * 1000] * 100)
        yield number


WRITERS = {
    "jobs": write_jobs,
    "curves": write_curves,
    "logs": write_logs,
    "objects": write_objects,
}

if __name__ == "__main__":
    logging.disable()
    for done in WRITERS[sys.argv[1]](Path(sys.argv[2])):
        print(done, flush=True)  # noqa: T201 - the pipe is how the parent learns of the commit
