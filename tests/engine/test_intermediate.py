"""Files of output/intermediate are at their place while the job runs, each when it is still."""

import asyncio
from dataclasses import replace

import pytest

from jupyter_train.contract.spec import TrainingJob
from jupyter_train.engine.folders import AttemptFolder
from jupyter_train.engine.places import Places
from jupyter_train.engine.publish import Publisher

ONE_BY_ONE = """
import os, pathlib, time
folder = pathlib.Path(os.environ["SM_OUTPUT_INTERMEDIATE_DIR"])
place = pathlib.Path(os.environ["PLACE"])
(folder / "below").mkdir()
(folder / "below/one").write_text("first")
(folder / "secret").symlink_to("/etc/hostname")
with (folder / "growing").open("w") as growing:
    while not (place / "below/one").exists():
        growing.write("x")
        growing.flush()
        time.sleep(0.001)
    print("growing" if (place / "growing").exists() else "alone", flush=True)
    (folder / "below/one").write_text("the second")
    while (place / "below/one").read_text() != "the second":
        time.sleep(0.005)
print("both", flush=True)
"""


@pytest.fixture
def place(workshop):
    workshop.settings = replace(workshop.settings, publish_every=0.02)
    return workshop.object("job-1/output/intermediate")


def test_a_file_that_is_still_is_published_while_the_job_runs_and_again_when_it_changed(
    play, place
):
    record, log, _ = play(ONE_BY_ONE, Environment={"PLACE": str(place)})
    assert (record.status, log) == ("Completed", ["alone", "both"])
    assert (place / "below/one").read_text() == "the second"
    assert set((place / "growing").read_text()) == {"x"}
    assert not (place / "secret").exists()


def test_a_file_that_has_just_gone_keeps_no_other_from_its_place(tmp_path):
    folder = AttemptFolder(tmp_path / "attempt")
    folder.create()
    gone, kept = folder.intermediate / "gone", folder.intermediate / "kept"
    kept.write_text("here")
    spec = TrainingJob(name="a", output_uri=f"file://{tmp_path}/out", volume_gib=1)
    Publisher(Places(None, [tmp_path], [])).publish_intermediate(spec, folder, [gone, kept])
    (published,) = (tmp_path / "out/a/output/intermediate").iterdir()
    assert (published.name, published.read_text()) == ("kept", "here")


def test_what_a_container_leaves_is_there_while_it_runs(workshop, docker_engine, wait, place):
    script = "echo 1 >/opt/ml/output/intermediate/a; while [ ! -e /opt/ml/checkpoints/go ]; "
    algorithm = {
        "TrainingImage": docker_engine.image,
        "ContainerEntrypoint": ["/bin/sh", "-c", f"{script} do sleep 0.05; done"],
    }

    async def scene():
        async with workshop.manager() as manager, asyncio.timeout(60):
            members = {"CheckpointConfig": {"S3Uri": "s3://jupyter-train/kept"}}
            document = workshop.document("", AlgorithmSpecification=algorithm, **members)
            await manager.submit(document, {}, "me")
            while not (place / "a").exists():  # noqa: ASYNC110  of files nobody tells
                await asyncio.sleep(0.05)
            workshop.object("kept/go").touch()
            return await wait.ended(manager, "job-1")

    assert asyncio.run(scene()).status == "Completed"
    assert [each.name for each in place.iterdir()] == ["a"]
