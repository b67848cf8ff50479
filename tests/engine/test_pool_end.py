"""What becomes of what is kept warm, if nobody gets it or its manager goes."""

import asyncio

import pytest
from pool_scene import KEEP, Scene, channel

from jupyter_train.engine import pool as pool_module
from jupyter_train.engine.errors import RefusedError
from jupyter_train.hosts.base import Gpu, HostFacts
from jupyter_train.manager.build import open_manager
from jupyter_train.testing.scripted import ScriptedHost


@pytest.fixture
def engine(pool_engine):
    return pool_engine


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
