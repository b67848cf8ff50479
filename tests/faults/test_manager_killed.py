"""kill -9 of the manager at every write of its journal: no job lost, none twice, none stuck."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from event_files import scalars

from jupyter_train.contract.names import SYSTEM
from jupyter_train.manager.build import open_manager

MORTAL = Path(__file__).with_name("mortal_manager.py")
ROUNDS = int(os.environ.get("JT_FAULT_ROUNDS", "2"))
LINES = 60

BOARD = scalars("board", *range(LINES))
"""What a framework would write for TensorBoard; records of one length."""

# Says that it started where a second start would be seen, then prints and logs LINES times, and
# writes an event file, each record in two pieces.
SCRIPT = f"""
import os, pathlib, sys, time
from jupyter_train_toolkit import log
with open(os.environ["WITNESS"], "a") as witness:
    witness.write(os.environ["TRAINING_JOB_NAME"] + "\\n")
board = pathlib.Path(os.environ["BOARD"]).read_bytes()
size = len(board) // {LINES}
events = open("events.out.tfevents.1.host", "ab", buffering=0)
for n in range({LINES}):
    print(f"line {{n}} loss={{n}}", flush=True)
    log({{"acc": n}}, n)
    events.write(board[n * size : n * size + 20])
    events.write(board[n * size + 20 : (n + 1) * size])
    time.sleep(0.005)
pathlib.Path(os.environ["SM_MODEL_DIR"], "weights").write_text("42")
"""


@pytest.fixture
def world(workshop, tmp_path):
    """Requests of two jobs that witness their starts, and a way to run mortal managers."""
    return World(workshop, tmp_path)


class World:
    def __init__(self, workshop, tmp_path: Path) -> None:
        self.workshop = workshop
        self.witness = tmp_path / "witness"
        self.board = tmp_path / "board"
        self.board.write_bytes(BOARD)
        self.names = ["job-a", "job-b"]
        self.requests = [self.request(name, tmp_path / f"{name}.json") for name in self.names]

    def request(self, name: str, path: Path, script: str = SCRIPT) -> str:
        """Write a request; returns its path."""
        definitions = {"MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9]+)"}]}
        document = self.workshop.document(
            script, name, Environment={"WITNESS": str(self.witness), "BOARD": str(self.board)},
            AlgorithmSpecification=definitions,
        )  # fmt: skip
        path.write_text(json.dumps(document))
        return str(path)

    def run(self, death: int, when: str, **environment: str) -> subprocess.CompletedProcess:
        """Run one manager until it dies or all jobs have ended."""
        command = [sys.executable, str(MORTAL), str(self.workshop.home), str(death), when]
        return subprocess.run(
            [*command, *self.requests],
            capture_output=True, text=True, timeout=100, check=False,
            env={**os.environ, **environment},
        )  # fmt: skip

    def run_to_the_end(self, deaths) -> None:
        """Run managers that die at these writes, then one that lives."""
        for death, when in deaths:
            self.run(death, when)
        last = self.run(0, "never")
        assert "all ended" in last.stdout, last.stderr

    def check(self, status: str = "Completed") -> None:
        """Each job ran once, and every line and every sample of it is there once."""
        manager = open_manager("mortal", self.workshop.settings)
        try:
            assert sorted(self.witness.read_text().split()) == self.names
            for name in self.names:
                self._check_job(manager, manager.jobs.find(name), status)
        finally:
            manager._stores.jobs.close()
            manager._stores.logs.close()
            manager._stores.curves.close()

    def _check_job(self, manager, record, status: str) -> None:
        assert (record.status, record.attempt) == (status, 1), record.failure_reason
        [name] = manager.logs.streams(record.id)
        lines = [each.text for each in manager.logs.open(record.id, name).read(0, 10_000)]
        assert lines == [f"line {n} loss={n}" for n in range(LINES)]
        curves = [
            each for each in manager.curves.series(record.id) if not each.name.startswith(SYSTEM)
        ]
        for series in curves:
            samples = manager.curves.after(record.id, series.id, 0)
            assert samples.values.tolist() == list(range(LINES)), series.name
        assert {each.name for each in curves} == {"acc", "board", "loss"}
        assert (self.workshop.object(f"{record.name}/output/model.tar.gz")).is_file()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("write", range(1, 11))
def test_a_manager_killed_at_any_write_loses_nothing_and_doubles_nothing(world, write, when):
    assert world.run(write, when).returncode == -signal.SIGKILL
    world.run_to_the_end([])
    world.check()


STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(os.environ["WITNESS"], "a") as witness:
    witness.write(os.environ["TRAINING_JOB_NAME"] + "\\n")
time.sleep(60)
"""


def living(home: Path) -> list[int]:
    """Return the processes that run in an attempt's folder of this home."""
    return [
        each.pid
        for each in psutil.process_iter(["cwd"])
        if (each.info["cwd"] or "").startswith(str(home / "attempts"))
    ]


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_manager_killed_while_it_stops_jobs_leaves_none_running(world, seed, tmp_path):
    chance = random.Random(seed)
    world.requests = [
        world.request(name, tmp_path / f"{name}.json", STUBBORN) for name in world.names
    ]
    for _ in range(3):
        world.run(chance.randint(3, 8), chance.choice(["before", "after"]), STOP="job-a job-b")
    last = world.run(0, "never", STOP="job-a job-b")
    assert "all ended" in last.stdout, last.stderr
    assert living(world.workshop.home) == []
    starts = world.witness.read_text().split() if world.witness.exists() else []
    assert len(starts) == len(set(starts))


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_manager_killed_again_and_again_loses_nothing(world, seed):
    chance = random.Random(seed)
    deaths = [(chance.randint(1, 4), chance.choice(["before", "after"])) for _ in range(5)]
    world.run_to_the_end(deaths)
    world.check()
