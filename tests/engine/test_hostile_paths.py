"""What a job puts in the place of its files leads nobody out of its folder, and holds nobody up."""

import tarfile

import pytest

from jupyter_train.contract.names import SYSTEM
from jupyter_train.engine import collect

SECRET = "the owner's own"

# Each is run by the job in its /opt/ml; `secret` is a file outside of it.
START = """
import os, pathlib, shutil, sys
secret = pathlib.Path({secret!r})
ml = pathlib.Path(os.environ["SM_MODEL_DIR"]).parent
out = ml / "output"
"""


@pytest.fixture
def attack(play, tmp_path):
    """Play a job that does something odd with its folders."""
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "secret").write_text(SECRET)

    def run(script, **members):
        return play(START.format(secret=str(folder / "secret")) + script, **members)

    return run


def published(workshop):
    """Return everything that is in the output of the job."""
    found = ""
    for path in workshop.object("job-1/output").rglob("*"):
        if path.suffixes[-2:] == [".tar", ".gz"]:
            with tarfile.open(path) as archive:
                for member in archive:
                    found += member.name
                    found += archive.extractfile(member).read().decode() if member.isreg() else ""
        elif path.is_file():
            found += path.read_text()
    return found


def test_a_failure_file_that_is_a_link_says_nothing(attack):
    record, _, _ = attack('(out / "failure").symlink_to(secret); sys.exit(3)')
    assert record.failure_reason == "AlgorithmError: exit code: 3"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["failure", "data/pipe", "intermediate/pipe", "../model/pipe"])
def test_pipes_are_not_waited_for(attack, name):
    record, _, _ = attack(f'os.mkfifo(out / "{name}"); sys.exit(3)')
    assert record.failure_reason == "AlgorithmError: exit code: 3"


@pytest.mark.timeout(60)
def test_marks_of_any_size_fill_no_memory(attack):
    record, _, _ = attack('os.truncate(open(ml.parent / "marks", "w").name, 1 << 40); sys.exit(3)')
    assert record.failure_reason == "AlgorithmError: exit code: 3"


@pytest.mark.timeout(60)
def test_a_pipe_and_a_link_among_the_metrics_are_passed_over(attack):
    script = """
import jupyter_train_toolkit as train
metrics = pathlib.Path(os.environ["JUPYTER_TRAIN_METRICS"])
os.mkfifo(metrics / "pipe")
(metrics / "link").symlink_to(secret)
train.log({"loss": 1.0}, step=1)
"""
    record, _, series = attack(script)
    logged = [name for name in series if not name.startswith(SYSTEM)]
    assert (record.status, logged) == ("Completed", ["loss"])


def test_more_metrics_files_than_are_followed_are_read_at_the_end(attack, monkeypatch):
    monkeypatch.setattr(collect, "MOST_FILES", 2)
    script = """
import subprocess
for n in range(4):
    line = f"import jupyter_train_toolkit as t; t.log({{'loss{n}': 1.0}}, step=1)"
    subprocess.run([sys.executable, "-c", line], check=True)
"""
    _, _, series = attack(script)
    assert {f"loss{n}" for n in range(4)} <= set(series)


@pytest.mark.parametrize("name", ["model", "output/data", "output/intermediate"])
def test_a_folder_that_became_a_link_is_not_published_and_that_is_said(attack, workshop, name):
    script = f"""
shutil.rmtree(ml / "{name}")
(ml / "{name}").symlink_to(secret.parent)
"""
    record, _, _ = attack(script)
    said = f"ClientError: {name} is a link that leads out of the job"
    assert record.failure_reason.startswith(said)
    assert SECRET not in published(workshop)


@pytest.mark.parametrize("kind", ["GZIP", "NONE"])
def test_links_in_what_is_published_give_nothing_away(attack, workshop, kind):
    script = """
for folder in (ml / "model", out / "data", out / "intermediate"):
    (folder / "file").symlink_to(secret)
    (folder / "folder").symlink_to(secret.parent)
    (folder / "mine").write_text("mine")
"""
    record, _, _ = attack(script, OutputDataConfig={"CompressionType": kind})
    assert record.status == "Completed"
    assert SECRET not in published(workshop)
    assert "mine" in published(workshop)


def test_nothing_is_written_through_links_that_wait_in_the_place_of_the_output(attack, workshop):
    script = """
place = ml / "checkpoints" / "job-1" / "output"
place.mkdir(parents=True)
for name in (".model.tar.gz.new", "model.tar.gz"):
    (place / name).symlink_to(secret)
(ml / "model" / "weights").write_text("42")
print(secret)
"""
    kept = "s3://jupyter-train/shared"
    config = {"OutputDataConfig": {"S3OutputPath": kept}, "CheckpointConfig": {"S3Uri": kept}}
    record, log, _ = attack(script, **config)
    assert workshop.object("../../../private/secret").resolve().read_text() == SECRET, log
    assert "leads out of its bucket" in record.failure_reason


def test_what_is_intermediate_is_published_file_by_file(attack, workshop):
    script = """
(out / "intermediate" / "a").mkdir()
(out / "intermediate" / "a" / "b").write_text("so far")
sys.exit(1)
"""
    attack(script)
    assert workshop.object("job-1/output/intermediate/a/b").read_text() == "so far"
