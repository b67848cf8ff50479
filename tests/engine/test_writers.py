"""What a container is shown lies nowhere where another could put a link in its place."""

import asyncio
from pathlib import Path

import pytest

from jupyter_train.engine.errors import ClientError, RefusedError
from jupyter_train.engine.writers import Shown, Writers
from jupyter_train.testing.scripted import ScriptedRuntime

A, B = Path("/attempts/a"), Path("/attempts/b")
IMAGE = {"TrainingImage": "mine:1"}


def place(path, *, writable=False):
    return Shown(address=f"file://{path}", path=Path(path), writable=writable)


def kept(path):
    return place(path, writable=True)


@pytest.mark.parametrize("new", [place("/x/y/sub"), kept("/x/y/sub")])
def test_what_lies_where_another_writes_is_refused_with_what_to_do(new):
    writers = Writers()
    writers.enter(A, "the training job 'a'", [kept("/x/y")])
    with pytest.raises(ClientError) as refused:
        writers.enter(B, "the training job 'b'", [new])
    assert str(refused.value) == (
        "file:///x/y/sub lies in file:///x/y, where the training job 'a' may write; "
        "wait for its end, or use another place"
    )


def test_a_place_is_not_written_to_while_another_is_shown_what_lies_in_it():
    writers = Writers()
    writers.enter(A, "the training job 'a'", [place("/x/y/sub")])
    with pytest.raises(ClientError, match=r"/x/y/sub lies in it, which the training job 'a'"):
        writers.enter(B, "the training job 'b'", [kept("/x/y")])


@pytest.mark.parametrize(
    ("there", "new"),
    [
        (kept("/x/y"), kept("/x/y")),
        (kept("/x/y"), place("/x/y")),
        (kept("/x/y"), place("/x/yz")),
        (kept("/x/y"), place("/x")),
        (place("/x/y"), place("/x/y/sub")),
    ],
)
def test_what_nobody_else_can_replace_is_shown(there, new):
    writers = Writers()
    writers.enter(A, "a", [there])
    writers.enter(B, "b", [new])


def test_nothing_is_held_of_what_was_refused_or_is_gone():
    writers = Writers()
    writers.enter(A, "a", [kept("/x")])
    with pytest.raises(ClientError):
        writers.enter(B, "b", [kept("/x/y")])
    writers.leave(A)
    assert len(writers) == 0
    writers.enter(B, "b", [kept("/x/y")])


def job(workshop, name, **members):
    return workshop.document("", name, AlgorithmSpecification=IMAGE, **members)


def writes(uri):
    return {"CheckpointConfig": {"S3Uri": uri}}


def reads(uri):
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}
    return {"InputDataConfig": [{"ChannelName": "data", "DataSource": source}]}


@pytest.fixture
def engine(workshop):
    engine = ScriptedRuntime(kind="docker")
    workshop.runtimes = {"docker": engine}
    workshop.object("x/sub").mkdir(parents=True)
    return engine


def held(manager):
    return manager._shop.stager.writers


async def trains(manager, wait, name):
    return await wait.until(manager, name, condition=lambda it: it.secondary == "Training")


def test_a_job_whose_data_lie_where_another_writes_fails_before_it_starts(workshop, engine, wait):
    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(job(workshop, "a", **writes("s3://jupyter-train/x")), {}, "me")
            await trains(manager, wait, "a")
            await manager.submit(job(workshop, "b", **reads("s3://jupyter-train/x/sub")), {}, "me")
            refused = await wait.ended(manager, "b")
            started = len(engine.started)
            engine.end(engine.started[0])
            await wait.ended(manager, "a")
            return refused, started, len(held(manager))

    record, started, left = asyncio.run(scene())
    assert (started, left) == (1, 0)
    assert record.failure_reason.startswith("ClientError: s3://jupyter-train/x/sub lies in ")
    assert "where the training job 'a' may write; wait for its end" in record.failure_reason


def test_the_next_manager_knows_where_the_jobs_it_adopts_write(workshop, engine, wait):
    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(job(workshop, "a", **writes("s3://jupyter-train/x")), {}, "me")
            await trains(manager, wait, "a")
        async with workshop.manager() as manager:
            await manager.submit(job(workshop, "b", **reads("s3://jupyter-train/x/sub")), {}, "me")
            refused = await wait.ended(manager, "b")
            engine.end(engine.started[0])
            await wait.ended(manager, "a")
            return refused, len(held(manager))

    record, left = asyncio.run(scene())
    assert "where the training job 'a' may write" in record.failure_reason
    assert left == 0


def test_a_job_that_reads_in_its_own_checkpoints_is_refused_at_once(workshop, engine):
    document = job(
        workshop, "a", **writes("s3://jupyter-train/x/"), **reads("s3://jupyter-train/x/sub")
    )

    async def scene():
        async with workshop.manager() as manager:
            with pytest.raises(RefusedError, match="where the job writes its checkpoints"):
                await manager.check(document)

    asyncio.run(scene())
