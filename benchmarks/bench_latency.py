"""B3: a line printed or a metric logged in a job, until a client has it from /stream; 1, 20 jobs.

Jobs stamp what they write with the time; the client takes that from the time of receipt, on the
same clock.  Nothing a job says at its start counts: it waits for a file, so that all run together.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from jupyter_train.client.connection import Connection
from jupyter_train.client.stream import Points, StreamReader
from row import Row, run
from serving import manager, submit_script, wait_for

SECONDS = 10.0
EVERY = 0.1
LIMITS = {50: 50.0, 99: 150.0}
BEGUN = time.time()
GO, TIMES = "JT_BENCH_GO", "JT_BENCH_TIMES"
SCRIPT = f"""
import os, random, time
from jupyter_train_toolkit import log
log({{"stamp": 0.0}}, 0)
while not os.path.exists(os.environ["{GO}"]):
    time.sleep(0.05)
for step in range(1, int(os.environ["{TIMES}"]) + 1):
    time.sleep({EVERY} * random.uniform(0.5, 1.5))
    print("step", step, "stamp", repr(time.time()))
    log({{"stamp": time.time()}}, step)
"""


class Listener(threading.Thread):
    """Follows all jobs on one socket, as an open page does."""

    def __init__(self, connection: Connection, jobs: list[str], expected: int) -> None:
        super().__init__(daemon=True)
        self._reader = StreamReader(connection, timeout=60)
        self._expected = expected
        self.lags: dict[str, list[float]] = {"line": [], "metric": []}
        self.error: Exception | None = None
        for job in jobs:
            self._reader.subscribe("series", job=job, after={})
            self._reader.subscribe("log", job=job, after=0)

    def run(self) -> None:
        """Listen until everything that was expected is there."""
        try:
            for message in self._reader:
                now = time.time()
                kind = "metric" if isinstance(message, Points) else "line"
                self.lags[kind] += [(now - each) * 1000 for each in stamps(message)]
                if all(len(each) >= self._expected for each in self.lags.values()):
                    break
        except OSError as error:
            self.error = error
        self._reader.close()


def stamps(message: object) -> Iterator[float]:
    """Return the times at which a message's lines or points were made."""
    if isinstance(message, Points):
        # The system's own curves of a job hold no times of now.
        yield from (each for each in message.values if each > BEGUN)
    elif isinstance(message, dict) and message.get("type") == "lines":
        for _, text, _ in message["lines"]:
            if " stamp " in text:
                yield float(text.split()[-1])


def lags(jobs: int, seconds: float) -> dict[str, list[float]]:
    """Run so many jobs at once and listen to them."""
    times = int(seconds / EVERY)
    names = [f"bench-{number}" for number in range(jobs)]
    config = f"[capacity]\ncpus = {jobs}\n"
    with tempfile.TemporaryDirectory() as folder, manager(config) as connection:
        script, go = Path(folder) / "train.py", Path(folder) / "go"
        script.write_text(SCRIPT)
        environment = {GO: str(go), TIMES: str(times)}
        for name in names:
            submit_script(connection, script, name, environment=environment)
        for name in names:
            wait_for(connection, name, "InProgress")
        wait_for_points(connection, names)
        listener = Listener(connection, names, jobs * times)
        listener.start()
        time.sleep(0.5)
        go.touch()
        listener.join(seconds * 3 + 30)
    if listener.error or listener.is_alive():
        counts = {kind: len(each) for kind, each in listener.lags.items()}
        raise RuntimeError(f"got {counts} of {jobs * times} each: {listener.error}")
    return listener.lags


def wait_for_points(connection: Connection, names: list[str], timeout: float = 120) -> None:
    """Wait until every job has logged its first point."""
    until = time.monotonic() + timeout
    for name in names:
        while not connection.call(
            "ListMetricSeries", {"TrainingJobName": name}, service="jupytertrain"
        )["Series"]:
            if time.monotonic() > until:
                raise TimeoutError(f"job {name} has logged nothing")
            time.sleep(0.1)


def measure(seconds: float = SECONDS) -> list[Row]:
    """Return the median and the 99th percentile of both kinds for 1 and for 20 jobs."""
    rows = []
    for jobs in (1, 20):
        for kind, found in lags(jobs, seconds).items():
            for share, limit in LIMITS.items():
                rows.append(
                    Row(
                        bar="B3",
                        what=f"{kind} delivered, {jobs} job(s), p{share} of {len(found):,}",
                        ours=float(np.percentile(found, share)),
                        unit="ms",
                        limit=limit,
                    )
                )
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.seconds))
