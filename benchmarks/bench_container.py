"""B1: submit to the first line of an image's program; beside `docker run` and the SDK's local mode.

One image for all, whose program prints the time; rounds take turns, so that a busy moment meets
each.  The SDK is measured as a program, imports included, beside a program with our Estimator; what
its `fit` alone takes is a row of its own, and what `docker run` takes in that round is in both: the
SDK has docker-compose make a network and the container.  It takes `docker compose` where the engine
has that plugin, else Debian's docker-compose; the row says which.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from containers import debian, image_of, submit_image
from jupyter_train.client.connection import Connection
from jupyter_train.client.find import connect
from jupyter_train.contract.names import LOG_GROUP
from row import Row, run
from serving import manager, wait_for

ROUNDS = 9
KEPT = 600
# Ours, in which containers do not reach each other; with a name server, which takes its time.
NETWORK = "jupyter-train"
TRAIN = "#!/bin/sh\ndate +%s.%N\n"
STAMP = re.compile(r"\b\d{10}\.\d{9}\b")
CLIENTS = Path(__file__).resolve().parents[1] / ".venv-clients" / "bin" / "python"
FIT = re.compile(r"^FIT (.*)$", re.MULTILINE)
LOCAL_MODE = """
import sys, time
from sagemaker.estimator import Estimator
from sagemaker.local import LocalSession

image, folder = sys.argv[1:]
estimator = Estimator(
    image_uri=image, role="arn:aws:iam::000000000000:role/any", instance_count=1,
    instance_type="local", output_path="file://" + folder, sagemaker_session=LocalSession(),
)
print("FIT", repr(time.time()), flush=True)
estimator.fit()
"""
OURS = """
import sys
from jupyter_train import Estimator

image, name = sys.argv[1:]
Estimator(image_uri=image).fit(job_name=name, wait=False)
"""


def docker_run(image: str) -> float:
    """Return milliseconds of the command to the program's first line."""
    begin = time.time()
    words = ["docker", "run", "--rm", image, "train"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return (float(said) - begin) * 1000


def ours(home: Path, image: str, name: str, keep_alive: int | None = None) -> float:
    """Return milliseconds of finding the manager, submitting, and starting."""
    begin = time.time()
    connection = connect(home)
    submit_image(connection, image, name, keep_alive=keep_alive)
    status = wait_for(connection, name)
    assert status == "Completed", connection.call("DescribeTrainingJob", {"TrainingJobName": name})
    line = first_line(connection, name)
    connection.close()
    return (float(line) - begin) * 1000


def first_line(connection: Connection, name: str) -> str:
    """Return the first line of a job's log."""
    where = {"logGroupName": LOG_GROUP, "logStreamNamePrefix": f"{name}/"}
    found = connection.call("FilterLogEvents", where, service="logs")
    return str(found["events"][0]["message"])


def stamps(python: Path, program: str, *words: str, **environment: str) -> tuple[float, str]:
    """Run a program to its end; returns when it was started, and what it said."""
    begin = time.time()
    done = subprocess.run(
        [python, "-W", "ignore", "-c", program, *words],
        env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise OSError(f"{words} broke: {done.stdout[-500:]} {done.stderr[-500:]}")
    return begin, done.stdout


def local_mode(image: str, folder: str) -> tuple[float, float]:
    """Return milliseconds of the SDK's program to the first line, and of its `fit` alone."""
    away = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "HOME": folder}
    begin, said = stamps(CLIENTS, LOCAL_MODE, image, folder, AWS_DEFAULT_REGION="us-east-1", **away)
    fit, stamp = (float(found) for found in (FIT.search(said)[1], STAMP.search(said)[0]))
    return (stamp - begin) * 1000, (stamp - fit) * 1000


def compose() -> str:
    """Return which compose the SDK uses here, as its own code finds it."""
    for words in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(words[0]):
            said = subprocess.run([*words, "version", "--short"], capture_output=True, check=False)
            if not said.returncode:
                return f"{' '.join(words)} {said.stdout.decode().strip()}"
    return "no compose"


def our_program(connection: Connection, image: str, name: str) -> float:
    """Return milliseconds of a program with our Estimator to the first line."""
    home = {"JUPYTER_TRAIN_HOME": str(connection.home)}
    begin, _ = stamps(Path(sys.executable), OURS, image, name, **home)
    wait_for(connection, name)
    return (float(first_line(connection, name)) - begin) * 1000


def wait_for_idle(connection: Connection, name: str) -> None:
    """Wait until a container of the job's shape is idle, or long enough to say that none is."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        facts = connection.call("DescribeTrainingJob", {"TrainingJobName": name})
        if facts.get("WarmPoolStatus", {}).get("Status") == "Available":
            break
        time.sleep(0.05)
    time.sleep(0.5)


def warm(home: Path, image: str, rounds: int) -> list[float]:
    """Return milliseconds with a container kept from the job before."""
    found = []
    with connect(home) as connection:
        for number in range(rounds + 1):
            found.append(ours(home, image, f"warm-{number}", KEPT))
            wait_for_idle(connection, f"warm-{number}")
    return found[1:]


def row(what: str, mine: list[float], peer: str, theirs: list[float], bar: float | None) -> Row:
    """Return medians beside each other; the limit is so many times the peer's."""
    beside = statistics.median(theirs)
    return Row(
        bar="B1",
        what=f"submit to first line in a container, {what}, median of {len(mine)}",
        ours=statistics.median(mine),
        unit="ms",
        peer=peer,
        peer_value=beside,
        limit=bar and bar * beside,
    )


def measure(rounds: int = ROUNDS) -> list[Row]:
    """Take turns; the first round only warms up."""
    plain, mine, program, local = [], [], [], []
    debian.install("docker-compose")
    with (
        image_of("first-line", TRAIN) as (_, image),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        manager() as connection,
    ):
        for number in range(rounds + 1):
            plain.append(docker_run(image))
            mine.append(ours(connection.home, image, f"cold-{number}"))
            program.append(our_program(connection, image, f"program-{number}"))
            local.append(local_mode(image, folder))
        kept = warm(connection.home, image, rounds)
    whole, fit = ([pair[n] for pair in local[1:]] for n in (0, 1))
    local_mode_is = f"SageMaker SDK local mode, {compose()}"
    return [
        row("cold", mine[1:], "docker run", plain[1:], 1.15),
        row("a whole program", program[1:], f"{local_mode_is}, the same", whole, 0.25),
        row("cold", mine[1:], f"{local_mode_is}, from fit()", fit, 0.25),
        row("warm pool", kept, "docker run", plain[1:], 0.5),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.rounds))
