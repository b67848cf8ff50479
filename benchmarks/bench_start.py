"""B2: connect and submit to the first line of user code, the manager running; beside `python`."""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jupyter_train.client.connection import Connection
from jupyter_train.client.find import connect
from row import Row, run
from serving import manager, submit_script, wait_for

ROUNDS = 9
BAR = 150.0
PLACE = "JT_BENCH_PLACE"
SCRIPT = f"""import time
now = time.time()
import os
path = os.environ["{PLACE}"]
with open(path + ".new", "w") as file:
    file.write(repr(now))
os.rename(path + ".new", path)
"""


def bare(script: Path, place: Path) -> float:
    """Return milliseconds of a plain interpreter to the script's first line."""
    begin = time.time()
    environment = {**os.environ, PLACE: str(place)}
    subprocess.run([sys.executable, str(script)], env=environment, check=True)
    return (float(place.read_text()) - begin) * 1000


def ours(home: Path, script: Path, place: Path, name: str) -> float:
    """Return milliseconds of finding the manager, submitting and starting."""
    begin = time.time()
    connection: Connection = connect(home)
    submit_script(connection, script, name, environment={PLACE: str(place)})
    wait_for(connection, name)
    connection.close()
    return (float(place.read_text()) - begin) * 1000


def measure(rounds: int = ROUNDS) -> list[Row]:
    """Take turns, so that a busy moment meets both; the first round only warms up."""
    mine, plain = [], []
    with tempfile.TemporaryDirectory() as folder, manager() as connection:
        script = Path(folder) / "train.py"
        script.write_text(SCRIPT)
        for number in range(rounds + 1):
            plain.append(bare(script, Path(folder) / f"bare-{number}"))
            place = Path(folder) / f"ours-{number}"
            mine.append(ours(connection.home, script, place, f"bench-{number}"))
    more = [each - other for each, other in zip(mine[1:], plain[1:], strict=True)]
    return [
        Row(
            bar="B2",
            what=f"submit to first line of user code, median of {rounds}",
            ours=statistics.median(mine[1:]),
            unit="ms",
            peer=f"python {platform.python_version()} script.py",
            peer_value=statistics.median(plain[1:]),
        ),
        Row(
            bar="B2",
            what="the same, over the bare interpreter",
            ours=statistics.median(more),
            unit="ms",
            limit=BAR,
        ),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.rounds))
