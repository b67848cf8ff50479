"""kill -9 of the whole manager process at any moment, with clients talking and jobs under way."""

import os
import random
import signal
import threading
import time

import pytest

from jupyter_train.client.connection import ApiError, ManagerGoneError
from jupyter_train.client.find import find_manager

ROUNDS = int(os.environ.get("JT_FAULT_ROUNDS", "2"))
KILLS = 5
LINES = 300
JOBS = [f"job-{n}" for n in range(5)]

SCRIPT = f"""
import os, pathlib, time
from jupyter_train_toolkit import log
with open(os.environ["WITNESS"], "a") as witness:
    witness.write(os.environ["TRAINING_JOB_NAME"] + "\\n")
for n in range({LINES}):
    print(f"line {{n}} loss={{n}}", flush=True)
    log({{"acc": n}}, n)
    time.sleep(0.01)
pathlib.Path(os.environ["SM_MODEL_DIR"], "weights").write_text("42")
"""


@pytest.fixture
def desk(tmp_path, manager_at, desk_of):
    """A manager with room for all jobs at once."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text("[capacity]\ncpus = 8\n")
    return desk_of(manager_at(home))


def insist(desk, action):
    """Do it, however often the manager dies under it."""
    while True:
        try:
            return action()
        except ManagerGoneError:
            desk.reconnect()


def submit(desk, name, witness):
    environment = {"WITNESS": str(witness)}
    try:
        desk.submit(name, SCRIPT, metrics=[("loss", "loss=([0-9]+)")], Environment=environment)
    except ApiError as error:
        if error.code != "ResourceInUse":  # the manager that took it died before it could say so
            raise


def kill_again_and_again(home, chance):
    killed = set()
    while len(killed) < KILLS:
        time.sleep(chance.uniform(0.05, 0.7))
        facts = find_manager(home)
        if facts is not None:
            os.kill(facts.pid, signal.SIGKILL)
            killed.add(facts.pid)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_jobs_survive_a_manager_that_is_killed_at_any_moment(desk, tmp_path, seed):
    witness = tmp_path / "witness"
    killer = threading.Thread(target=kill_again_and_again, args=(desk.home, random.Random(seed)))
    killer.start()
    for name in JOBS:
        insist(desk, lambda name=name: submit(desk, name, witness))
    while killer.is_alive():
        insist(desk, lambda: desk.names() and time.sleep(0.05))
    desk.reconnect()
    for name in JOBS:
        assert desk.ended(name)["TrainingJobStatus"] == "Completed"
        assert desk.lines(name) == [f"line {n} loss={n}" for n in range(LINES)]
        assert desk.values(name, "loss") == desk.values(name, "acc") == list(range(LINES))
    assert sorted(witness.read_text().split()) == JOBS
    assert sorted(desk.names()) == JOBS
    desk.until(lambda: not any((desk.home / "attempts").iterdir()))
