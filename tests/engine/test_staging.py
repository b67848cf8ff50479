"""What a job's channels and source may be called and hold."""

import asyncio
import json

import pytest

from jupyter_train.engine.errors import RefusedError

READS = """
import os
from pathlib import Path
data = Path(os.environ["SM_CHANNEL_DATA"])
print(*sorted(p.relative_to(data).as_posix() for p in data.rglob("*")))
"""


def channel(uri, name="data", kind="S3Prefix"):
    source = {"S3DataSource": {"S3DataType": kind, "S3Uri": uri}}
    return {"InputDataConfig": [{"ChannelName": name, "DataSource": source}]}


@pytest.fixture
def manifest(workshop):
    """Make a manifest of these names, all in a folder with one object."""

    def make(*names):
        workshop.object("set/one").parent.mkdir(parents=True)
        workshop.object("set/one").write_text("1")
        rows = [{"prefix": "s3://jupyter-train/set/"}, *names]
        workshop.object("manifest").write_text(json.dumps(rows))
        return channel("s3://jupyter-train/manifest", kind="ManifestFile")

    return make


def refusal(workshop, **members):
    async def scene():
        async with workshop.manager() as manager:
            with pytest.raises(RefusedError) as refused:
                await manager.check(workshop.document(READS, **members))
            return str(refused.value)

    return asyncio.run(scene())


@pytest.mark.parametrize("name", [".", ".."])
def test_a_channel_has_a_folder_of_its_own(workshop, name):
    said = refusal(workshop, **channel("s3://jupyter-train/x", name))
    assert f"channel '{name}'" in said


def test_a_program_with_half_a_pair_of_quotes_is_taken_as_it_is(workshop):
    hyperparameters = {"sagemaker_program": '"train.py', "sagemaker_submit_directory": '"s3:'}
    assert "'\"s3:'" in refusal(workshop, HyperParameters=hyperparameters)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("two", "nothing is at s3://jupyter-train/set/two"),
        (2, "nothing is at"),
        ("", "would leave"),
    ],
)
def test_what_a_manifest_names_must_be_there(play, manifest, name, words):
    record, _, _ = play(READS, **manifest("one", name))
    assert record.failure_reason.startswith("ClientError: ")
    assert words in record.failure_reason


def test_a_channel_holds_what_its_manifest_names(play, manifest):
    assert play(READS, **manifest("one"))[1] == ["one"]


def test_a_prefix_need_not_be_a_folder(play, workshop):
    for key in ("train-1/a", "train-2/a", "test/a"):
        workshop.object(key).parent.mkdir(parents=True)
        workshop.object(key).write_text(key)
    assert play(READS, **channel("s3://jupyter-train/tra"))[1] == [
        "train-1 train-1/a train-2 train-2/a"
    ]
