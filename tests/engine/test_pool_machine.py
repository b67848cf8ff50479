"""Jobs, warm containers and deaths of the manager in any order: nothing is run twice or left."""

import asyncio
import itertools
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from jupyter_train.engine.errors import RefusedError
from jupyter_train.engine.placement import Demand
from jupyter_train.manager.build import open_manager
from jupyter_train.testing.scripted import ScriptedRuntime

CPUS = 4
TYPES = {f"cpus-{n}": Demand(cpus=n) for n in (1, 2, 4)}
SETTLED = ("Training", "Pending")
DEATHS = st.sampled_from([None, None, None, None, 0, 1, 2, 4, 8, 16])


class World:
    """What outlives a manager: containers by number, and which attempts were begun in them."""

    def __init__(self):
        self.numbers = itertools.count()
        self.containers = set()
        self.begun = []


class Engine(ScriptedRuntime):
    """A scripted engine that knows which containers there are."""

    def __init__(self, world):
        super().__init__(kind="docker")
        self.world = world

    async def keep(self, host, spec):
        await asyncio.sleep(0.002)
        await super().keep(host, spec)
        self._make(spec, "warm")
        return True

    async def start(self, host, spec):
        before = len(self.started)
        await super().start(host, spec)
        if len(self.started) > before:
            self.world.begun.append(str(spec.key))
            if not (Path(spec.folder) / "warm").exists():
                self._make(spec, "container")

    async def remove(self, host, spec):
        await super().remove(host, spec)
        await asyncio.sleep(0.001)
        for name in ("warm", "container"):
            with suppress(FileNotFoundError):
                self.world.containers.discard((Path(spec.folder) / name).read_text())

    def _make(self, spec, name):
        number = str(next(self.world.numbers))
        self.world.containers.add(number)
        (Path(spec.folder) / name).write_text(number)


class PoolMachine(RuleBasedStateMachine):
    def __init__(self, workshop_class):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.home = Path(tempfile.mkdtemp())
        self.workshop = workshop_class(self.home)
        self.workshop.settings = replace(
            self.workshop.settings, cpus=CPUS, instance_types=TYPES, observe_every=0.002
        )
        self.world = World()
        self.names = []
        self.open()

    def open(self):
        self.engine = Engine(self.world)
        self.manager = open_manager("m", self.workshop.settings, {"docker": self.engine})
        self.loop.run_until_complete(self.manager.start())

    def teardown(self):
        self.loop.run_until_complete(self.rest())
        self.loop.run_until_complete(self.manager.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        shutil.rmtree(self.home)
        assert self.world.containers == set()

    # What can happen.

    @rule(
        cpus=st.sampled_from([1, 1, 2, 4]),
        role=st.sampled_from("ab"),
        keep=st.sampled_from([0, 600, 600]),
        dies=DEATHS,
    )
    def submit(self, cpus, role, keep, dies):
        name = f"job-{len(self.names)}"
        document = self.workshop.document(
            "print()",
            name,
            AlgorithmSpecification={"TrainingImage": "mine:1"},
            RoleArn=f"arn:aws:iam::000000000000:role/role-{role}",
            ResourceConfig={"InstanceType": f"cpus-{cpus}", "KeepAlivePeriodInSeconds": keep},
        )
        self.loop.run_until_complete(self.manager.submit(document, {}, "me"))
        self.names.append(name)
        self.go_on(dies)

    @rule(roles=st.text("ab", min_size=1, max_size=4), dies=DEATHS)
    def follow_each_other(self, roles, dies):
        for role in roles:
            self.submit(1, role, 600, None)
            if (record := self.records()[-1]).secondary == "Training":
                self.end(record)
        self.go_on(dies)

    @rule(which=st.integers(0, 9), code=st.sampled_from([0, 0, 1]), dies=DEATHS)
    def finish(self, which, code, dies):
        running = self.running()
        if running:
            self.end(running[which % len(running)], code)
        self.go_on(dies)

    @rule(which=st.integers(0, 9), dies=DEATHS)
    def stop(self, which, dies):
        if self.names:
            with suppress(RefusedError):
                name = self.names[which % len(self.names)]
                self.loop.run_until_complete(self.manager.stop(name))
        self.go_on(dies)

    @rule(which=st.integers(0, 9), dies=DEATHS)
    def expire(self, which, dies):
        for record in self.records()[which:]:
            if record.warm_pool.get("Status") == "Available":
                self.loop.run_until_complete(self.give_up(record.name))
                break
        self.go_on(dies)

    def go_on(self, dies):
        """Wait until all is quiet, or let the manager die in so many milliseconds."""
        if dies is None:
            self.loop.run_until_complete(self.quiet())
        else:
            self.loop.run_until_complete(self.die(dies / 1000))
            self.open()

    # What must hold.

    @invariant()
    def nobody_holds_what_is_not_there(self):
        capacity = self.manager.capacity()
        assert -1e-9 <= capacity.free_cpus <= CPUS

    @invariant()
    def no_attempt_is_begun_twice(self):
        assert len(set(self.world.begun)) == len(self.world.begun)

    @invariant()
    def who_waits_finds_nothing_that_is_only_kept(self):
        if self.manager.capacity().pending:
            assert not self.manager._shop.pool._waiting

    # How it is done.

    def records(self):
        return [self.manager.jobs.find(name) for name in self.names]

    def running(self):
        return [record for record in self.records() if record.secondary == "Training"]

    def end(self, record, code=0):
        folder = self.manager.attempt_folder(record)
        if folder is not None and not (folder / "rc").exists():
            (folder / "rc").write_text(f"{code} {self.engine.clock()}\n")

    async def give_up(self, name):
        nothing = {"ResourceConfig": {"KeepAlivePeriodInSeconds": 0}}
        with suppress(RefusedError):  # it has just been given up
            await self.manager.update(name, nothing)

    def is_quiet(self):
        pool = self.manager._shop.pool
        runs = [run.record.secondary in SETTLED for run, _ in self.manager._runs.values()]
        settled = len(pool._tasks) == len(pool._waiting) and not pool._promised
        known = [self.manager.jobs.get(each.record.id) for each in pool._waiting.values()]
        return all(runs) and settled and all(k.warm_pool["Status"] == "Available" for k in known)

    async def quiet(self):
        async with asyncio.timeout(10):
            while not self.is_quiet():  # noqa: ASYNC110 - nothing announces it
                await asyncio.sleep(0.002)

    async def die(self, after):
        await asyncio.sleep(after)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.manager._shop.sinks.close()
        await self.manager._stores.close()

    async def rest(self):
        """Let every job end, and everything that is kept be given up; nothing is left then."""
        async with asyncio.timeout(30):
            while self.manager._runs or any(self.workshop.settings.attempts.glob("*")):
                for record in self.records():
                    if record.secondary == "Training":
                        self.end(record)
                    elif record.warm_pool.get("Status") == "Available":
                        await self.give_up(record.name)
                await asyncio.sleep(0.002)
        for record in self.records():
            assert record.is_terminal
            assert record.attempt <= 1
            assert record.warm_pool.get("Status") in (None, "Reused", "Terminated")


def test_jobs_and_deaths_in_any_order(workshop_class):
    run_state_machine_as_test(
        lambda: PoolMachine(workshop_class),
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
