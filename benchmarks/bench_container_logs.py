"""B10: lines that a container prints, collected by us; beside the same into a bind-mounted file.

Lines as a training program prints them, each on its own, and as fast as a program can, in blocks.
Both times are from the program's first line to its last byte where it belongs, in the log store or
in the file: the same program, taking turns.  What the manager's CPU takes for it is a row too: it
is the most that this way of storing can reach, with a core of its own.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from containers import image_of, submit_image
from jupyter_train.client.connection import Connection
from jupyter_train.contract.names import LOG_GROUP
from row import Row, run
from serving import manager, wait_for

MEGABYTES = 200
ROUNDS = 3
WIDTH = 100
SIZE = MEGABYTES * 1_000_000
LOOK = 0.01
TRAIN = f"""#!/usr/bin/python3
import os, sys, time
out = sys.stdout
# Jobs have PYTHONUNBUFFERED, which would print each line on its own here and not beside it.
out.reconfigure(line_buffering=bool(os.environ.get("EACH")), write_through=False)
out.write(f"{{time.time():<{WIDTH - 1}}}\\n")
for number in range(1, {SIZE // WIDTH}):
    out.write(f"line {{number:>12}} {{'x' * {WIDTH - 19}}}\\n")
"""


def file(image: str, folder: Path, each: str) -> float:
    """Return seconds of `docker run`, its output sent to a file of the host by the container."""
    log = folder / "log"
    log.write_bytes(b"")
    words = ["docker", "run", "--rm", "-e", f"EACH={each}", "-v", f"{folder}:/bench", image]
    with subprocess.Popen([*words, "sh", "-c", "train >> /bench/log"]):
        while log.stat().st_size < SIZE:
            time.sleep(LOOK)
        end = time.time()
    with log.open() as lines:
        return end - float(lines.readline())


def ours(connection: Connection, image: str, name: str, each: str) -> tuple[float, float]:
    """Return seconds until every line is in the log store, and the manager's CPU meanwhile."""
    process = psutil.Process(connection.facts.pid)
    logs = connection.home / "logs"
    before = stored(logs)
    submit_image(connection, image, name, environment={"EACH": each})
    used = sum(process.cpu_times()[:2])
    give_up = time.monotonic() + 120
    while stored(logs) - before < SIZE and time.monotonic() < give_up:
        time.sleep(LOOK)
    end, used = time.time(), sum(process.cpu_times()[:2]) - used
    assert wait_for(connection, name, timeout=300) == "Completed"
    lines = events(connection, name)
    assert int(lines[1].split()[1]) == SIZE // WIDTH - 1
    return end - float(lines[0]), used


def stored(logs: Path) -> int:
    """Return the bytes of all log segments."""
    return sum(path.stat().st_size for path in logs.rglob("*.txt"))


def events(connection: Connection, name: str) -> list[str]:
    """Return the first and the last line."""
    where = {"logGroupName": LOG_GROUP, "logStreamNamePrefix": f"{name}/"}
    found = connection.call("DescribeLogStreams", where, service="logs")["logStreams"][0]
    asked = {"logGroupName": LOG_GROUP, "logStreamName": found["logStreamName"], "limit": 1}
    pages = [
        connection.call("GetLogEvents", {**asked, "startFromHead": head}, service="logs")["events"]
        for head in (True, False)
    ]
    return [page[0]["message"] for page in pages]


def row(what: str, mine: list[float], bare: list[float]) -> Row:
    """Return megabytes a second beside each other, medians."""
    beside = MEGABYTES / statistics.median(bare)
    return Row(
        bar="B10",
        what=f"{MEGABYTES} MB of {WIDTH}-byte lines from a container, {what}",
        ours=MEGABYTES / statistics.median(mine),
        unit="MB/s",
        more_is_better=True,
        limit=0.9 * beside,
        peer="bind-mounted file",
        peer_value=beside,
    )


def cpu_row(what: str, used: list[float]) -> Row:
    """Return what the manager's CPU could store at most, a core of its own given."""
    best = MEGABYTES / statistics.median(used)
    what = f"the same, {what}: by a second of the manager's CPU"
    return Row(bar="B10", what=what, ours=best, unit="MB", more_is_better=True)


def measure(rounds: int = ROUNDS) -> list[Row]:
    """Take turns; medians."""
    found = []
    with (
        image_of("log-lines", TRAIN) as (_, image),
        tempfile.TemporaryDirectory() as folder,
        manager() as connection,
    ):
        for each, what in (("1", "each on its own"), ("", "in blocks")):
            mine, bare, used = [], [], []
            for number in range(rounds):
                bare.append(file(image, Path(folder), each))
                took, cpu = ours(connection, image, f"lines{each}-{number}", each)
                mine.append(took)
                used.append(cpu)
            found += [row(what, mine, bare), cpu_row(what, used)]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.rounds))
