"""What is kept warm after a job, and who gets it."""

from dataclasses import replace
from pathlib import Path

import pytest
from pool_scene import KEEP, channel

from jupyter_train.engine import staging
from jupyter_train.engine.placement import Demand


@pytest.fixture
def engine(pool_engine):
    return pool_engine


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
