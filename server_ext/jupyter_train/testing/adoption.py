"""What a new manager makes of the jobs that the one before it left: inherit the class."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..contract.record import JobRecord
from ..contract.status import SecondaryStatus
from ..engine.placement import Demand
from ..manager.build import open_manager
from .workshop import PATIENCE, Workshop, ended, log_of, until

SLEEPS = "import time; time.sleep(60)"
WAITS = """
import os, time
while not os.path.exists("go on"):
    time.sleep(0.01)
"""
COUNTS = """
import time
for n in range(100):
    print("line", n, flush=True)
    time.sleep(0.01)
"""


def is_training(record: JobRecord) -> bool:
    """Tell whether a job's program has been started."""
    return record.secondary is SecondaryStatus.TRAINING


class AdoptionSuite:
    """The fixture `workshop` makes managers of an empty state folder; its jobs run in the runtime.

    Two methods say what only the runtime knows of an attempt: whether it is over, and how to end
    it by force so that nothing tells how it ended.
    """

    def is_over(self, folder: Path) -> bool:
        """Tell, without any manager, whether the attempt in this folder has ended."""
        return (folder / "rc").exists()

    def destroy(self, folder: Path) -> None:
        """End what runs in this folder as a loss of power would."""
        os.kill(int((folder / "pid").read_text().split()[0]), signal.SIGKILL)

    def leave(self, workshop: Workshop, script: str, *, when: str = "", **members: Any) -> Path:
        """Start a job; leave it when it trains and has printed this. Returns its folder."""

        async def scene() -> Path:
            async with workshop.manager() as manager:
                await manager.submit(workshop.document(script, **members), {}, "me")
                await until(manager, "job-1", condition=is_training)
                if when:
                    await until(
                        manager, "job-1", condition=lambda job: when in log_of(manager, job)
                    )
                folder = manager.attempt_folder(manager.jobs.find("job-1"))
                assert folder is not None
                return folder

        return asyncio.run(scene())

    def adopt(
        self, workshop: Workshop, *, clock: Callable[[], float] = time.time, stop: bool = False
    ) -> tuple[JobRecord, list[str]]:
        """Let the next manager see the job to its end; returns its record and log."""

        async def scene() -> tuple[JobRecord, list[str]]:
            manager = open_manager("manager-1", workshop.settings, workshop.runtimes)
            manager.clock = clock
            await manager.start()
            try:
                if stop:
                    await manager.stop("job-1")
                record = await ended(manager, "job-1")
                return record, log_of(manager, record)
            finally:
                await manager.close()

        return asyncio.run(scene())

    def test_a_job_goes_on_while_no_manager_is_there_and_nothing_of_it_is_missed(
        self, workshop: Workshop
    ) -> None:
        """In its only attempt."""
        self.leave(workshop, COUNTS, when="line 5")
        record, log = self.adopt(workshop)
        assert (record.status, record.attempt) == ("Completed", 1)
        assert log == [f"line {n}" for n in range(100)]

    def test_a_job_whose_instance_type_is_no_longer_known_is_adopted_all_the_same(
        self, workshop: Workshop
    ) -> None:
        """And can be stopped."""
        plain = workshop.settings
        workshop.settings = replace(plain, instance_types={"ours": Demand(cpus=2)})
        self.leave(workshop, SLEEPS, ResourceConfig={"InstanceType": "ours"})
        workshop.settings = plain
        assert self.adopt(workshop, stop=True)[0].status == "Stopped"

    def test_a_job_that_ended_in_time_is_not_said_to_have_run_too_long(
        self, workshop: Workshop
    ) -> None:
        """However late somebody looks."""
        limit = {"MaxRuntimeInSeconds": 30}
        folder = self.leave(workshop, WAITS, StoppingCondition=limit)
        (folder / "ml" / "code" / "go on").touch()
        self.wait_for_the_end(folder)
        record, _ = self.adopt(workshop, clock=lambda: time.time() + 3600)
        assert record.secondary == "Completed"

    def test_one_whose_end_nobody_saw_is_told_with_its_code(self, workshop: Workshop) -> None:
        """And in the words of its log."""
        folder = self.leave(workshop, WAITS + "raise ValueError('at night')")
        (folder / "ml" / "code" / "go on").touch()
        self.wait_for_the_end(folder)
        record, _ = self.adopt(workshop)
        reason = record.failure_reason or ""
        assert reason.startswith("AlgorithmError: ValueError: at night")
        assert reason.endswith("exit code: 1")

    def test_one_that_was_destroyed_meanwhile_is_no_failure_of_its_own(
        self, workshop: Workshop
    ) -> None:
        """Its log is kept."""
        script = f"print('one', flush=True){WAITS}"
        self.destroy(self.leave(workshop, script, when="one"))
        record, log = self.adopt(workshop)
        assert (record.failure_reason or "").startswith("InternalServerError: ")
        assert log == ["one"]

    def test_a_log_that_lost_its_end_is_not_read_again_and_one_begun_anew_is(
        self, workshop: Workshop
    ) -> None:
        """As after a loss of power, and after the job itself cut it."""
        script = f"print('one', flush=True); print('two', flush=True){WAITS}"
        for name, left, kept in (("a", "one\n", []), ("b", "new\n", ["new"])):
            world = Workshop(workshop.home / name)
            world.given, world.runtimes = workshop.given, workshop.runtimes
            folder = self.leave(world, script, when="two")
            (folder / "log").write_text(left)
            self.destroy(folder)
            assert self.adopt(world)[1] == ["one", "two", *kept]

    def wait_for_the_end(self, folder: Path) -> None:
        """Wait until the attempt in this folder has ended."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_over(folder):
            assert time.monotonic() < deadline
            time.sleep(0.01)
