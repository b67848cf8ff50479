"""kill -9 of managers over their jobs, on any Runtime: no job lost, none twice, none stuck."""

import json
import os
import random
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from ..contract.names import SYSTEM
from ..contract.record import JobRecord
from ..engine.manager import Manager
from ..manager.build import open_manager
from .event_files import scalars
from .mortal import ALL_ENDED
from .workshop import Workshop

ROUNDS = int(os.environ.get("JT_FAULT_ROUNDS", "1"))
LINES = 60
WRITES = ("jupyter_train.engine.book:Book.submit", "jupyter_train.engine.book:Book._change")
MOMENTS = range(1, 25)
SOME = MOMENTS if ROUNDS > 1 else (2, 5, 9, 14, 19)
"""Where time is short a manager dies at a few of the moments of two jobs' lives."""

BOARD = scalars("board", *range(LINES))
"""What a framework would write for TensorBoard; records of one length."""

# Says that it started where a second start would be seen, then prints and logs LINES times, and
# writes an event file, each record in two pieces.
COUNTS = f"""
import os, pathlib, time
from jupyter_train_toolkit import log
with open(os.environ["SM_CHECKPOINT_DIR"] + "/witness", "a") as witness:
    witness.write(os.environ["TRAINING_JOB_NAME"] + "\\n")
board = bytes.fromhex("{BOARD.hex()}")
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
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(os.environ["SM_CHECKPOINT_DIR"] + "/witness", "a") as witness:
    witness.write(os.environ["TRAINING_JOB_NAME"] + "\\n")
time.sleep(60)
"""
MEMBERS = {
    "AlgorithmSpecification": {"MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9]+)"}]},
    "CheckpointConfig": {"S3Uri": "s3://jupyter-train/shared"},
}


class World:
    """Two jobs that witness their starts, and managers that die over them."""

    names: tuple[str, ...] = ("job-a", "job-b")
    options: tuple[str, ...] = ()
    """More words for the manager."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.manager = f"mortal-{uuid.uuid4().hex[:8]}"
        self.requests: list[Path] = []
        self.series = {"acc", "board", "loss"}

    def ask(self, script: str) -> None:
        """Let the jobs be this script."""
        self.requests = [self._request(name, script) for name in self.names]

    def _request(self, name: str, script: str) -> Path:
        document = self.workshop.document(script, name, **MEMBERS)
        path = self.workshop.home.with_name(f"{name}.json")
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def command(
        self, death: int = 0, steps: Sequence[str] = WRITES, *, stop: bool = False
    ) -> list[str]:
        """Return the command of a manager that dies at this moment; 0: when all has ended."""
        options = [f"--death={death}", *self.options, *(f"--step={step}" for step in steps)]
        if stop:
            options += [f"--stop={name}" for name in self.names]
        words = [str(self.workshop.home), self.manager, *map(str, self.requests)]
        return [sys.executable, "-m", "jupyter_train.testing.mortal", *options, *words]

    def run(self, death: int = 0, steps: Sequence[str] = WRITES, *, stop: bool = False) -> int:
        """Run one manager until it dies or all jobs have ended; returns its exit code."""
        done = subprocess.run(
            self.command(death, steps, stop=stop),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL or ALL_ENDED in done.stdout, done.stderr
        return done.returncode

    def starts(self) -> list[str]:
        """Return the jobs that have started, as often as they did."""
        witness = self.workshop.object("shared/witness")
        return witness.read_text(encoding="utf-8").split() if witness.exists() else []

    def records(self) -> list[JobRecord]:
        """Return the jobs as the next manager finds them."""
        with self._opened() as manager:
            return [manager.jobs.find(name) for name in self.names]

    def check(self) -> None:
        """Each job ran once, and every line and every sample of it is there once."""
        assert sorted(self.starts()) == sorted(self.names)
        with self._opened() as manager:
            for name in self.names:
                self._check_job(manager, manager.jobs.find(name))

    def _check_job(self, manager: Manager, record: JobRecord) -> None:
        assert (record.status, record.attempt) == ("Completed", 1), record.failure_reason
        [name] = manager.logs.streams(record.id)
        lines = [each.text for each in manager.logs.open(record.id, name).read(0, 10_000)]
        assert lines == [f"line {n} loss={n}" for n in range(LINES)]
        curves = [
            each for each in manager.curves.series(record.id) if not each.name.startswith(SYSTEM)
        ]
        for series in curves:
            samples = manager.curves.after(record.id, series.id, 0)
            assert samples.values.tolist() == list(range(LINES)), series.name
        assert {each.name for each in curves} == self.series
        assert self.workshop.object(f"{record.name}/output/model.tar.gz").is_file()

    @contextmanager
    def _opened(self) -> Iterator[Manager]:
        manager = open_manager(self.manager, self.workshop.settings)
        try:
            yield manager
        finally:
            for store in (manager.jobs, manager.logs, manager.curves):
                store.close()


class KillSuite:
    """The fixture `workshop` makes managers of an empty state folder; its jobs run in the runtime.

    `calls` are functions of the runtime, `module:Class.function`, before and after which a manager
    may be killed as well as at each write to its journal.
    """

    calls: tuple[str, ...] = ()

    @pytest.fixture
    def world(self, workshop: Workshop) -> World:
        """Two jobs that count."""
        world = World(workshop)
        world.ask(COUNTS)
        return world

    def left(self, world: World) -> list[str]:
        """Return what runs of the jobs, and what lies about of them."""
        attempts = world.workshop.settings.attempts
        found = [
            f"process {each.pid}"
            for each in psutil.process_iter(["cwd"])
            if (each.info["cwd"] or "").startswith(str(attempts))
        ]
        sockets = [str(path) for path in world.workshop.home.rglob("*") if path.is_socket()]
        return [*found, *sockets, *map(str, attempts.iterdir())]

    def check(self, world: World) -> None:
        """Each job ran once and left what it was to leave, and nothing else."""
        world.check()
        assert self.left(world) == []

    @pytest.mark.parametrize("moment", SOME)
    def test_a_manager_killed_at_any_write_loses_nothing_and_doubles_nothing(
        self, world: World, moment: int
    ) -> None:
        """Before the write, or after it."""
        world.run(moment)
        world.run()
        self.check(world)

    @pytest.mark.parametrize("moment", SOME)
    def test_a_manager_killed_at_any_call_of_its_runtime_starts_each_job_once(
        self, world: World, moment: int
    ) -> None:
        """Before the call, or after it."""
        world.run(moment, self.calls)
        world.run()
        self.check(world)

    @pytest.mark.parametrize("seed", range(ROUNDS))
    def test_managers_killed_again_and_again_lose_nothing(self, world: World, seed: int) -> None:
        """Each follows the one before."""
        chance = random.Random(seed)  # noqa: S311 - the same moments every time
        deaths = [
            world.run(chance.randint(1, 8), chance.choice((WRITES, self.calls))) for _ in range(5)
        ]
        assert -signal.SIGKILL in deaths
        world.run()
        self.check(world)

    @pytest.mark.parametrize("seed", range(ROUNDS))
    def test_managers_killed_while_they_stop_jobs_leave_none_running(
        self, world: World, seed: int
    ) -> None:
        """Though their programs swallow SIGTERM."""
        chance = random.Random(seed)  # noqa: S311 - the same moments every time
        world.ask(STUBBORN)
        for _ in range(3):
            world.run(chance.randint(5, 20), chance.choice((WRITES, self.calls)), stop=True)
        world.run(stop=True)
        assert self.left(world) == []
        assert len(world.starts()) == len(set(world.starts()))
        found = [(str(each.status), each.attempt <= 1) for each in world.records()]
        assert found == [("Stopped", True)] * len(world.names)
