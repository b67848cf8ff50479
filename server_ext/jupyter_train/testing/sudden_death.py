"""kill -9 of the whole manager process, with clients talking and jobs of any Runtime under way."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from ..client.connection import ApiError, ManagerGoneError
from ..client.find import find_manager
from .desk import Desk

T = TypeVar("T")

ROUNDS = int(os.environ.get("JT_FAULT_ROUNDS", "1"))
KILLS = 5
LINES = 300
JOBS = [f"job-{n}" for n in range(5)]
KEPT = {"S3Uri": "s3://jupyter-train/shared"}
COUNTS = f"""
    import os, pathlib, time
    from jupyter_train_toolkit import log
    with open(os.environ["SM_CHECKPOINT_DIR"] + "/witness", "a") as witness:
        witness.write(os.environ["TRAINING_JOB_NAME"] + "\\n")
    for n in range({LINES}):
        print(f"line {{n}} loss={{n}}", flush=True)
        log({{"acc": n}}, n)
        time.sleep(0.01)
    pathlib.Path(os.environ["SM_MODEL_DIR"], "weights").write_text("42")
"""


def insist(desk: Desk, action: Callable[[], T]) -> T:
    """Do it, however often the manager dies under it."""
    while True:
        try:
            return action()
        except ManagerGoneError:
            desk.reconnect()


def submit(desk: Desk, name: str) -> None:
    """Send a job that counts, unless a manager took it that died before it could say so."""
    try:
        desk.submit(name, COUNTS, metrics=[("loss", "loss=([0-9]+)")], CheckpointConfig=KEPT)
    except ApiError as error:
        if error.code != "ResourceInUse":
            raise


def kill_again_and_again(home: Path, chance: random.Random) -> None:
    """Kill each manager that comes, some time after it came."""
    killed: set[int] = set()
    while len(killed) < KILLS:
        time.sleep(chance.uniform(0.05, 0.7))
        facts = find_manager(home)
        if facts is not None:
            os.kill(facts.pid, signal.SIGKILL)
            killed.add(facts.pid)


class SuddenDeathSuite:
    """The fixture `desk` is a desk of a manager of its own, with room for eight jobs at once."""

    @pytest.mark.timeout(300)
    @pytest.mark.parametrize("seed", range(ROUNDS))
    def test_jobs_survive_a_manager_that_is_killed_at_any_moment(
        self, desk: Desk, seed: int
    ) -> None:
        """Each runs once, and what it printed and logged is there once."""
        chance = random.Random(seed)  # noqa: S311 - the same moments every time
        killer = threading.Thread(target=kill_again_and_again, args=(desk.home, chance))
        killer.start()
        for name in JOBS:
            insist(desk, lambda name=name: submit(desk, name))  # type: ignore[misc]  # mypy knows no type of a default
        while killer.is_alive():
            insist(desk, desk.names)
            time.sleep(0.05)
        desk.reconnect()
        for name in JOBS:
            self.check(desk, name)
        witness = desk.home / "objects" / "jupyter-train" / "shared" / "witness"
        assert sorted(witness.read_text(encoding="utf-8").split()) == JOBS
        assert sorted(desk.names()) == JOBS
        desk.until(lambda: not any((desk.home / "attempts").iterdir()))

    def check(self, desk: Desk, name: str) -> None:
        """The job has completed, and all of it is there once."""
        assert desk.ended(name)["TrainingJobStatus"] == "Completed"
        assert desk.lines(name) == [f"line {n} loss={n}" for n in range(LINES)]
        assert desk.values(name, "loss") == desk.values(name, "acc") == list(range(LINES))
