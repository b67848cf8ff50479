"""What is kept warm after a job, who gets it, and what becomes of it if nobody does."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_train.engine import pool as pool_module
from jupyter_train.engine import staging
from jupyter_train.engine.errors import RefusedError
from jupyter_train.engine.placement import Demand
from jupyter_train.hosts.base import Gpu, HostFacts, HostUnreachableError
from jupyter_train.manager.build import open_manager
from jupyter_train.runtimes.base import Prepared
from jupyter_train.testing.scripted import ScriptedHost, ScriptedRuntime

IMAGE = {"AlgorithmSpecification": {"TrainingImage": "mine:1"}}
KEEP = {"ResourceConfig": {"KeepAlivePeriodInSeconds": 600}}


class Engine(ScriptedRuntime):
    """An engine whose containers end at once, unless the test ends them itself."""

    def __init__(self):
        super().__init__(kind="docker")
        self.image = Prepared(image_id="sha256:1")
        self.code = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.away = False

    async def start(self, host, spec):
        await super().start(host, spec)
        if self.code is not None:
            self.end(spec, self.code)

    async def keep(self, host, spec):
        await self.gate.wait()
        if self.away:
            raise HostUnreachableError("the engine does not answer")
        return await super().keep(host, spec)


@pytest.fixture
def engine(workshop):
    engine = Engine()
    workshop.runtimes = {"docker": engine}
    return engine


class Scene:
    """A manager with a scripted engine, and what its tests do to it."""

    def __init__(self, manager, workshop, engine, wait):
        self.manager, self.workshop, self.engine, self.wait = manager, workshop, engine, wait
        self.pool = manager._shop.pool

    async def submit(self, name, owner="me", **members):
        document = self.workshop.document("print()", name, **{**IMAGE, **members})
        return await self.manager.submit(document, {}, owner)

    async def end(self, name, **members):
        """Run a job to its end; returns its record."""
        await self.submit(name, **members)
        return await self.wait.ended(self.manager, name)

    async def available(self, name="first", **members):
        """Run a job that leaves something, and wait until that is available."""
        await self.end(name, **{**KEEP, **members})
        return await self.until(name, "Available")

    async def until(self, name, status):
        return await self.wait.until(
            self.manager, name, condition=lambda job: job.warm_pool.get("Status") == status
        )

    def status(self, name):
        return dict(self.manager.jobs.find(name).warm_pool)

    def folders(self):
        return sorted(each.name for each in self.workshop.settings.attempts.iterdir())

    async def at_rest(self):
        """Wait until nothing is left of any job."""
        async with asyncio.timeout(10):
            while self.folders():  # noqa: ASYNC110 - nothing announces that folders are gone
                await asyncio.sleep(0.005)
        capacity = self.manager.capacity()
        assert (capacity.free_cpus, capacity.running) == (capacity.cpus, 0)


@pytest.fixture
def play_scene(workshop, engine, wait):
    """Run a coroutine function of a scene."""

    def run(play):
        async def scene():
            async with workshop.manager() as manager:
                return await play(Scene(manager, workshop, engine, wait))

        return asyncio.run(scene())

    return run


def test_the_next_job_of_its_shape_starts_in_what_a_job_has_left(play_scene, engine):
    async def play(scene):
        first = await scene.available()
        assert scene.folders() == [f"warm-{first.id}-a1-r0"]
        assert scene.manager.capacity().free_cpus == 3
        second = await scene.end("second", **KEEP)
        assert [key.job_id for key in engine.warm] == [second.id]
        assert scene.status("first")["Status"] == "Reused"
        assert scene.status("first")["ReusedByJob"] == "second"
        assert second.transitions[0].status == "Starting"
        await scene.until("second", "Available")

    play_scene(play)


def test_a_job_says_that_it_is_in_use_and_the_last_that_all_is_over(play_scene, engine):
    async def play(scene):
        await scene.available()
        engine.code = None
        await scene.submit("second")
        await scene.wait.until(
            scene.manager, "second", condition=lambda job: job.secondary == "Training"
        )
        assert scene.status("second") == {"Status": "InUse"}
        engine.end(engine.started[-1])
        await scene.until("second", "Terminated")
        await scene.at_rest()

    play_scene(play)


@pytest.mark.parametrize(("code", "kept"), [(0, True), (1, True), ("lost", False)])
def test_a_job_that_failed_by_itself_leaves_something_one_that_was_lost_does_not(
    play_scene, engine, code, kept
):
    async def play(scene):
        engine.code = None if code == "lost" else code
        await scene.submit("first", **KEEP)
        if code == "lost":
            await scene.wait.until(
                scene.manager, "first", condition=lambda job: job.secondary == "Training"
            )
            engine.lose(engine.started[-1])
        await scene.until("first", "Available" if kept else "Terminated")

    play_scene(play)


def test_a_stopped_job_leaves_something_and_one_stopped_before_its_start_does_not(
    play_scene, engine
):
    async def play(scene):
        engine.code = None
        await scene.submit("first", **KEEP)
        await scene.wait.until(
            scene.manager, "first", condition=lambda job: job.secondary == "Training"
        )
        await scene.manager.stop("first")
        await scene.until("first", "Available")
        await scene.submit("second", **KEEP)
        await scene.manager.stop("second")
        ended = await scene.wait.ended(scene.manager, "second")
        assert (ended.status, ended.training_started) == ("Stopped", None)
        if ended.warm_pool:
            await scene.until("second", "Terminated")

    play_scene(play)


@pytest.mark.parametrize(
    "members",
    [
        {"RoleArn": "arn:aws:iam::000000000000:role/another"},
        {"AlgorithmSpecification": {"TrainingImage": "mine:2"}},
        {"ResourceConfig": {"InstanceType": "ml.m5.large"}},
        {"ResourceConfig": {"VolumeSizeInGB": 2}},
        {"EnableNetworkIsolation": True},
        {"VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["s-1"]}},
        {"CheckpointConfig": {"S3Uri": "s3://jupyter-train/checkpoints"}},
        {"TensorBoardOutputConfig": {"S3OutputPath": "s3://jupyter-train/tb"}},
        {"owner": "you"},
    ],
)
def test_a_job_of_another_shape_starts_by_itself(play_scene, engine, members):
    async def play(scene):
        await scene.available()
        ended = await scene.end("second", **members)
        assert (ended.status, engine.warm) == ("Completed", [])
        assert scene.status("first")["Status"] == "Available"

    play_scene(play)


def channel(uri, name="data"):
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}
    return {"ChannelName": name, "DataSource": source}


def test_a_channel_of_its_own_is_filled_in_what_waited(play_scene, engine, workshop):
    for name in ("first", "second"):
        path = workshop.object(f"{name}/input/code/run.py")
        path.parent.mkdir(parents=True)
        path.write_text(name)

    async def play(scene):
        def own(job):
            return {"InputDataConfig": [channel(f"s3://jupyter-train/{job}/input/code")]}

        await scene.available(**own("first"))
        engine.code = None
        await scene.submit("second", **own("second"))
        await scene.wait.until(
            scene.manager, "second", condition=lambda job: job.secondary == "Training"
        )
        [spec] = engine.started[-1:]
        sources = {each.target: Path(each.source) for each in spec.container.mounts}
        shown = sources["/opt/ml/input/data/data"]
        assert (shown / "run.py").read_text() == "second"
        assert shown.is_relative_to(spec.folder)
        assert (Path(spec.folder) / "ml" / "code" / "train.py").is_file()
        assert engine.warm == [spec.key]
        engine.end(spec)
        await scene.wait.ended(scene.manager, "second")

    play_scene(play)


def test_a_channel_of_its_own_with_many_files_is_shown_as_it_is(
    play_scene, engine, workshop, monkeypatch
):
    monkeypatch.setattr(staging, "SMALL", 2)
    for name, number in (("first", 1), ("second", 3)):
        for file in range(number):
            path = workshop.object(f"{name}/input/{file}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    async def play(scene):
        for name, keep in (("first", KEEP), ("second", {})):
            channels = [channel(f"s3://jupyter-train/{name}/input")]
            await scene.end(name, InputDataConfig=channels, **keep)
            if keep:
                await scene.until(name, "Available")
        sources = {each.target: each.source for each in engine.started[-1].container.mounts}
        assert sources["/opt/ml/input/data/data"] == workshop.object("second/input").resolve()

    play_scene(play)


def test_who_has_no_room_takes_the_room_of_what_waits_longest(play_scene, engine):
    async def play(scene):
        for number in (1, 2):
            role = f"arn:aws:iam::000000000000:role/number-{number}"
            await scene.available(f"job-{number}", RoleArn=role)
        assert scene.manager.capacity().free_cpus == 2
        third = await scene.end("third", ResourceConfig={"InstanceType": "ml.c5.large"})
        assert third.status == "Completed"
        assert scene.status("job-1")["Status"] == "Available"
        fourth = {"ResourceConfig": {"InstanceType": "ml.c5.xlarge"}}
        assert (await scene.end("fourth", **fourth)).status == "Completed"
        for number in (1, 2):
            await scene.until(f"job-{number}", "Terminated")
        await scene.at_rest()

    play_scene(play)


def test_nothing_is_kept_while_a_job_waits_for_the_room(play_scene, engine):
    async def play(scene):
        engine.code = None
        await scene.submit("first", **KEEP)
        await scene.wait.until(
            scene.manager, "first", condition=lambda job: job.secondary == "Training"
        )
        await scene.submit("large", ResourceConfig={"InstanceType": "ml.c5.xlarge"})
        await scene.wait.until(
            scene.manager, "large", condition=lambda job: job.secondary == "Pending"
        )
        engine.code = 0
        engine.end(engine.started[-1])
        assert (await scene.wait.ended(scene.manager, "large")).status == "Completed"
        await scene.until("first", "Terminated")
        assert engine.kept == []

    play_scene(play)


def test_only_as_much_is_given_up_as_is_needed(play_scene, workshop):
    async def play(scene):
        for number in (1, 2):
            role = f"arn:aws:iam::000000000000:role/number-{number}"
            await scene.available(f"job-{number}", RoleArn=role)
        await scene.end("third", ResourceConfig={"InstanceType": "three"})
        await scene.until("job-1", "Terminated")
        assert scene.status("job-2")["Status"] == "Available"

    types = {"three": Demand(cpus=3)}
    workshop.settings = replace(workshop.settings, instance_types=types)
    play_scene(play)


def test_it_is_removed_when_its_time_is_over(play_scene, engine):
    async def play(scene):
        await scene.end("first", ResourceConfig={"KeepAlivePeriodInSeconds": 1})
        record = await scene.until("first", "Terminated")
        assert record.warm_pool["ResourceRetainedBillableTimeInSeconds"] == 1
        await scene.at_rest()

    play_scene(play)


def test_its_time_can_be_changed_after_the_job(play_scene, engine):
    async def play(scene):
        await scene.available()
        changed = {"ResourceConfig": {"KeepAlivePeriodInSeconds": 900}}
        record = await scene.manager.update("first", changed)
        assert record.spec.keep_alive == 900
        with pytest.raises(RefusedError, match="nothing is kept warm"):
            await scene.manager.update("first", {"RemoteDebugConfig": {}})
        await scene.manager.update("first", {"ResourceConfig": {"KeepAlivePeriodInSeconds": 0}})
        await scene.until("first", "Terminated")
        await scene.at_rest()
        with pytest.raises(RefusedError, match="is Completed already"):
            await scene.manager.update("first", changed)

    play_scene(play)


def test_what_died_while_it_waited_is_over(play_scene, engine, monkeypatch):
    monkeypatch.setattr(pool_module, "LOOK_SECONDS", 0.01)

    async def play(scene):
        await scene.available()
        engine.end(engine.kept[-1])
        await scene.until("first", "Terminated")
        await scene.at_rest()

    play_scene(play)


@pytest.mark.parametrize("how", ["refused", "away"])
def test_where_nothing_can_be_kept_the_share_is_given_back(play_scene, engine, how):
    async def play(scene):
        engine.keeps, engine.away = how != "refused", how == "away"
        await scene.end("first", **KEEP)
        await scene.until("first", "Terminated")
        await scene.at_rest()

    play_scene(play)


def test_nothing_is_kept_if_a_channel_is_gone_when_the_job_ends(play_scene, engine, tmp_path):
    (tmp_path / "gone").mkdir()

    async def play(scene):
        engine.code = None
        channels = [channel(f"file://{tmp_path}/gone")]
        await scene.submit("first", InputDataConfig=channels, **KEEP)
        await scene.wait.until(
            scene.manager, "first", condition=lambda job: job.secondary == "Training"
        )
        (tmp_path / "gone").rmdir()
        engine.end(engine.started[-1])
        await scene.until("first", "Terminated")
        await scene.at_rest()

    play_scene(play)


def test_a_job_that_comes_while_it_is_made_waits_for_it(play_scene, engine):
    async def play(scene):
        engine.gate.clear()
        await scene.end("first", **KEEP)
        await scene.submit("second")
        await scene.until("second", "InUse")
        engine.gate.set()
        assert (await scene.wait.ended(scene.manager, "second")).status == "Completed"
        assert len(engine.warm) == 1
        await scene.until("first", "Reused")
        await scene.at_rest()

    play_scene(play)


def test_a_job_that_is_stopped_while_it_waits_for_it_leaves_nothing(play_scene, engine):
    async def play(scene):
        engine.gate.clear()
        await scene.end("first", **KEEP)
        await scene.submit("second")
        await scene.until("second", "InUse")
        await scene.manager.stop("second")
        assert (await scene.wait.ended(scene.manager, "second")).status == "Stopped"
        engine.gate.set()
        await scene.until("first", "Terminated")
        await scene.at_rest()

    play_scene(play)


def test_gpus_go_from_one_to_the_next_and_to_nobody_between(workshop, engine, wait):
    cards = tuple(Gpu(uuid=f"GPU-{n}", name="H", memory=1) for n in range(2))
    facts = HostFacts(cpus=64, memory=1 << 40, gpus=cards)
    host = ScriptedHost("here", workshop.settings.attempts, facts)
    workshop.settings.attempts.mkdir(parents=True)
    gpu = {"ResourceConfig": {"InstanceType": "ml.g5.xlarge", **KEEP["ResourceConfig"]}}

    async def play():
        manager = open_manager("manager-1", workshop.settings, workshop.runtimes)
        manager._host = host
        await manager.start()
        scene = Scene(manager, workshop, engine, wait)
        first = await scene.available(**gpu)
        ended = await scene.end("second", **gpu)
        assert (first.gpus, ended.gpus) == (("GPU-0",), ("GPU-0",))
        assert len(engine.warm) == 1
        await manager.close()

    asyncio.run(play())


def test_a_manager_that_closes_ends_what_waits(workshop, engine, wait):
    async def play():
        async with workshop.manager() as manager:
            await Scene(manager, workshop, engine, wait).available()
        return list(workshop.settings.attempts.iterdir())

    assert asyncio.run(play()) == []
    assert [each.job_id[:5] for each in engine.removed if each.attempt][-1] == "warm-"


def test_the_next_manager_ends_what_a_killed_one_left(workshop, engine, wait):
    async def killed():
        manager = open_manager("manager-1", workshop.settings, workshop.runtimes)
        await manager.start()
        await Scene(manager, workshop, engine, wait).available()
        manager._stores.jobs.close()

    async def after():
        async with workshop.manager() as manager:
            scene = Scene(manager, workshop, engine, wait)
            await scene.until("first", "Terminated")
            await scene.at_rest()

    asyncio.run(killed())
    asyncio.run(after())
    assert [each for each in engine.removed if each.job_id.startswith("warm-")]


def test_what_waits_is_no_leftover(play_scene, engine):
    async def play(scene):
        await scene.available()
        assert (await scene.manager.leftovers.find()).leftovers == ()
        engine.gate.clear()
        await scene.end("second", **KEEP)
        await scene.submit("third")
        await scene.until("third", "InUse")
        assert (await scene.manager.leftovers.find()).leftovers == ()
        deleting = asyncio.create_task(scene.manager.delete("second"))
        await asyncio.sleep(0.01)
        engine.gate.set()
        await deleting
        assert (await scene.wait.ended(scene.manager, "third")).status == "Completed"
        assert len(engine.warm) == 2
        await scene.at_rest()

    play_scene(play)


def test_a_deleted_job_leaves_nothing_warm(play_scene, engine):
    async def play(scene):
        await scene.available()
        await scene.manager.delete("first")
        await scene.at_rest()

    play_scene(play)


def test_a_process_keeps_nothing_and_says_nothing(workshop, wait):
    async def play():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document("print()", **KEEP), {}, "me")
            return await wait.ended(manager, "job-1")

    ended = asyncio.run(play())
    assert (ended.status, ended.warm_pool) == ("Completed", {})
