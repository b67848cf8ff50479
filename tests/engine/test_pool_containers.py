"""The warm pool with a real engine: what a user meets, from the request to the log."""

import asyncio
import time

import pytest

from jupyter_train.engine import pool as pool_module

KEEP = {"ResourceConfig": {"KeepAlivePeriodInSeconds": 600}}
SAYS = "import os, sys; print('code {}', os.environ['SM_HP_BATCH.SIZE'], len(os.listdir('/tmp')))"


@pytest.fixture
def play(workshop, docker_engine, wait):
    """Play a scene; afterwards there is no container."""

    def run(scene):
        async def whole():
            async with workshop.manager() as manager:
                return await scene(Scene(manager, workshop, docker_engine, wait))

        found = asyncio.run(whole())
        attempts = workshop.settings.attempts.resolve()
        assert docker_engine.containers(f"jupyter-train.attempts={attempts}") == []
        return found

    return run


class Scene:
    def __init__(self, manager, workshop, engine, wait):
        self.manager, self.workshop, self.engine, self.wait = manager, workshop, engine, wait

    async def run(self, name, script, batch="1", **members):
        """Run a script in the base image to its end; returns its log."""
        algorithm = {"TrainingImage": self.engine.image}
        document = self.workshop.document(
            script, name, AlgorithmSpecification=algorithm, **{**KEEP, **members}
        )
        document["HyperParameters"]["batch.size"] = batch
        await self.manager.submit(document, {}, "me")
        record = await self.wait.ended(self.manager, name)
        assert record.status == "Completed", record.failure_reason
        return self.wait.log_of(self.manager, record)

    async def until(self, name, status):
        return await self.wait.until(
            self.manager, name, condition=lambda job: job.warm_pool.get("Status") == status
        )

    def waiting(self):
        """Return the containers that wait."""
        attempts = self.workshop.settings.attempts.resolve()
        found = self.engine.containers(f"jupyter-train.attempts={attempts}")
        return [each for each in found if "-warm-" in each.name]


def test_other_code_and_other_hyperparameters_run_in_what_waited(play, caplog):
    async def scene(scene):
        logs = [await scene.run("first", SAYS.format(1) + "; open('/tmp/x', 'w')", "1")]
        await scene.until("first", "Available")
        [waiting] = scene.waiting()
        assert waiting.status == "running"
        logs.append(await scene.run("second", SAYS.format(2), "2"))
        await scene.until("first", "Reused")
        return logs

    # Nothing of the first job is there: its file in /tmp was in another container.
    assert play(scene) == [["code 1 1 0"], ["code 2 2 0"]]
    assert "starts in a container of its own" not in caplog.text


@pytest.mark.parametrize("how", ["kill", "remove", "pause"])
def test_one_that_is_gone_is_made_up_for_by_a_cold_start(play, how):
    async def scene(scene):
        await scene.run("first", SAYS.format(1))
        await scene.until("first", "Available")
        options = {"force": True} if how == "remove" else {}
        await asyncio.to_thread(getattr(scene.waiting()[0], how), **options)
        return await scene.run("second", SAYS.format(2))

    assert play(scene) == ["code 2 1 0"]


def test_one_that_died_says_so(play, monkeypatch):
    monkeypatch.setattr(pool_module, "LOOK_SECONDS", 0.05)

    async def scene(scene):
        await scene.run("first", SAYS.format(1))
        await scene.until("first", "Available")
        await asyncio.to_thread(scene.waiting()[0].kill)
        await scene.until("first", "Terminated")

    play(scene)


def test_an_image_of_the_same_name_but_another_content_is_not_mistaken(play, docker_engine):
    tag = "jupyter-train-test/changing:latest"

    def build(text):
        recipe = f"ARG BASE\nFROM ${{BASE}}\nRUN echo {text} >/which\n"
        assert docker_engine.build("changing", recipe) == tag

    async def scene(scene):
        image = {"AlgorithmSpecification": {"TrainingImage": tag}}
        document = scene.workshop.document("print(open('/which').read())", "first", **KEEP, **image)
        await asyncio.to_thread(build, "old")
        await scene.manager.submit(document, {}, "me")
        await scene.wait.ended(scene.manager, "first")
        await scene.until("first", "Available")
        await asyncio.to_thread(build, "new")
        again = scene.workshop.document("print(open('/which').read())", "second", **image)
        await scene.manager.submit(again, {}, "me")
        record = await scene.wait.ended(scene.manager, "second")
        return scene.wait.log_of(scene.manager, record)[0]

    assert play(scene) == "new"


def test_who_has_no_room_gets_it_at_once_and_the_container_goes(play):
    async def scene(scene):
        await scene.run("first", SAYS.format(1))
        await scene.until("first", "Available")
        begun = time.monotonic()
        large = {"ResourceConfig": {"InstanceType": "ml.c5.xlarge"}}
        said = await scene.run("large", SAYS.format(2), **large)
        await scene.until("first", "Terminated")
        assert scene.waiting() == []
        return said, time.monotonic() - begun

    said, seconds = play(scene)
    assert said == ["code 2 1 0"]
    assert seconds < 10
