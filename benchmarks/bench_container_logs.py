"""B10: lines that a container prints, collected by us; beside the same into a bind-mounted file.

Both times are from the start to the last byte where it belongs: in the log store, or in the file.
Container starts included, the same program, taking turns.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from containers import image_of, submit_image
from jupyter_train.client.connection import Connection
from jupyter_train.contract.names import LOG_GROUP
from row import Row, run
from serving import manager, wait_for

MEGABYTES = 200
ROUNDS = 3
WIDTH = 100
TRAIN = f"""#!/usr/bin/python3
import sys
out = sys.stdout
for number in range({MEGABYTES * 1_000_000 // WIDTH}):
    out.write(f"line {{number:>12}} {{'x' * {WIDTH - 19}}}\\n")
"""


def file(image: str, folder: Path) -> float:
    """Return seconds of `docker run`, its output sent to a file of the host by the container."""
    log = folder / "log"
    log.unlink(missing_ok=True)
    begin = time.perf_counter()
    words = ["docker", "run", "--rm", "-v", f"{folder}:/bench", image]
    subprocess.run([*words, "sh", "-c", "train >> /bench/log"], check=True)
    took = time.perf_counter() - begin
    assert log.stat().st_size == MEGABYTES * 1_000_000
    return took


def ours(connection: Connection, image: str, name: str) -> float:
    """Return seconds until every line is in the log store."""
    logs = connection.home / "logs"
    before = stored(logs)
    begin = time.perf_counter()
    submit_image(connection, image, name)
    while stored(logs) - before < MEGABYTES * 1_000_000:
        time.sleep(0.02)
    took = time.perf_counter() - begin
    assert wait_for(connection, name, timeout=300) == "Completed"
    check_last(connection, name)
    return took


def stored(logs: Path) -> int:
    """Return the bytes of all log segments."""
    return sum(path.stat().st_size for path in logs.rglob("*.log"))


def check_last(connection: Connection, name: str) -> None:
    """See that the last line is the last line."""
    where = {"logGroupName": LOG_GROUP, "logStreamNamePrefix": f"{name}/"}
    found = connection.call("DescribeLogStreams", where, service="logs")["logStreams"][0]
    asked = {"logGroupName": LOG_GROUP, "logStreamName": found["logStreamName"], "limit": 1}
    events = connection.call("GetLogEvents", asked, service="logs")["events"]
    assert int(events[-1]["message"].split()[1]) == MEGABYTES * 1_000_000 // WIDTH - 1


def measure(rounds: int = ROUNDS) -> list[Row]:
    """Take turns; medians."""
    mine, bare = [], []
    with (
        image_of("log-lines", TRAIN) as (_, image),
        tempfile.TemporaryDirectory() as folder,
        manager() as connection,
    ):
        for number in range(rounds):
            bare.append(file(image, Path(folder)))
            mine.append(ours(connection, image, f"lines-{number}"))
    beside = MEGABYTES / statistics.median(bare)
    return [
        Row(
            bar="B10",
            what=f"{MEGABYTES} MB of {WIDTH}-byte lines from a container, median of {rounds}",
            ours=MEGABYTES / statistics.median(mine),
            unit="MB/s",
            more_is_better=True,
            limit=0.9 * beside,
            peer="bind-mounted file",
            peer_value=beside,
        )
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.rounds))
