"""Where what a job made cannot go, that is said early, and what it made is kept."""

import json
from pathlib import Path

import pytest

from jupyter_train.engine import collect, publish

MODEL = """
import os
from pathlib import Path
Path(os.environ["SM_MODEL_DIR"], "weights").write_text("w")
"""
OUTPUT_THEN_FAILURE = """
import os
from pathlib import Path
Path(os.environ["SM_OUTPUT_DATA_DIR"], "curve").write_text("c")
raise ValueError("the learning rate is negative")
"""


@pytest.fixture
def a_file(workshop):
    """The address of an object below which nothing can be kept."""
    workshop.object("mine").parent.mkdir(parents=True)
    workshop.object("mine").write_text("a file")
    return "s3://jupyter-train/mine"


@pytest.mark.parametrize(
    ("uri", "word"),
    [
        ("s3://Not_A_Bucket/x", "cannot name a bucket"),
        ("s3://jupyter-train/../x", "cannot be a file"),
        ("file:///proc/x", "may not be used by jobs"),
    ],
)
def test_an_output_path_that_cannot_be_used_is_told_before_the_training(play, uri, word):
    record, log, _ = play(MODEL, OutputDataConfig={"S3OutputPath": uri})
    assert record.failure_reason.startswith("ClientError: ")
    assert word in record.failure_reason
    assert (log, record.training_started) == ([], None)


def test_a_model_is_kept_when_a_file_is_where_its_folder_should_be(play, a_file):
    record, _, _ = play(MODEL, OutputDataConfig={"S3OutputPath": a_file})
    folder = Path(record.failure_reason.rpartition("kept in ")[2])
    assert (folder / "model" / "weights").read_text() == "w"


def test_a_failure_is_told_first_where_the_output_cannot_be_published_either(play, a_file):
    record, _, _ = play(OUTPUT_THEN_FAILURE, OutputDataConfig={"S3OutputPath": a_file})
    assert record.failure_reason.startswith("AlgorithmError: ValueError: the learning rate")
    assert "is kept in" in record.failure_reason


def test_links_in_a_circle_do_not_keep_a_model_from_its_place(play):
    circle = "import os; os.symlink('a', os.path.join(os.environ['SM_MODEL_DIR'], 'a'))"
    record, _, _ = play(MODEL + circle)
    assert (record.status, record.failure_reason) == ("Completed", None)


def test_a_job_may_remove_the_folder_of_the_output_it_does_not_have(play):
    record, _, _ = play("import os; os.rmdir(os.environ['SM_OUTPUT_DATA_DIR'])")
    assert (record.status, record.failure_reason) == ("Completed", None)


def test_what_a_job_showed_outlives_its_folder(play, workshop):
    record, lines, _ = play("""
        from jupyter_train_toolkit import log_text
        log_text("notes", "hello", step=1)
        raise SystemExit(1)
    """)
    assert record.status == "Failed", lines
    media = workshop.object("job-1/output/intermediate/media")
    line = json.loads((media / "index.jsonl").read_text())
    assert (line["name"], (media / line["file"]).read_text()) == ("notes", "hello")


SPARSE = """
import os
from pathlib import Path
folder = Path(os.environ["SM_MODEL_DIR"]).parent / {folder!r}
with open(folder / "holes", "w") as file:
    file.truncate(10 << 40)
(folder / "weights").write_text("w")
"""
SMALL = {"ResourceConfig": {"VolumeSizeInGB": 2}}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["GZIP", "NONE"])
@pytest.mark.parametrize("folder", ["model", "output/data", "output/intermediate"])
def test_holes_larger_than_the_volume_are_not_published_but_kept(play, folder, kind):
    script = SPARSE.format(folder=folder)
    record, _, _ = play(script, OutputDataConfig={"CompressionType": kind}, **SMALL)
    name = folder.rpartition("/")[2]
    said = f"ClientError: {name} holds 1.024e+04 GiB or more, holes in files counted"
    assert record.failure_reason.startswith(said)
    assert "VolumeSizeInGB is 2" in record.failure_reason
    kept = Path(record.failure_reason.rpartition("kept in ")[2])
    assert (kept / folder / "weights").read_text() == "w"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["GZIP", "NONE"])
def test_links_to_one_file_count_as_often_as_it_would_be_copied(play, monkeypatch, kind):
    monkeypatch.setattr(publish, "GIB", 20_000)
    script = (
        MODEL
        + """
model = Path(os.environ["SM_MODEL_DIR"])
(model / "large").write_bytes(bytes(10_000))
for n in range(5):
    (model / f"{n}").symlink_to("large")
"""
    )
    config = {"OutputDataConfig": {"CompressionType": kind}}
    record, _, _ = play(script, **config, ResourceConfig={"VolumeSizeInGB": 1})
    assert record.status == ("Completed" if kind == "GZIP" else "Failed")


@pytest.mark.timeout(60)
def test_what_lies_on_the_disk_is_published_however_large(play, monkeypatch):
    monkeypatch.setattr(publish, "GIB", 2_000)
    script = MODEL + '(Path(os.environ["SM_MODEL_DIR"]) / "large").write_bytes(bytes(100_000))'
    record, _, _ = play(script, ResourceConfig={"VolumeSizeInGB": 1})
    assert record.status == "Completed", record.failure_reason


@pytest.mark.timeout(60)
def test_of_a_log_no_more_is_collected_than_the_volume_holds_and_that_is_said(play, monkeypatch):
    monkeypatch.setattr(collect, "GIB", 1 << 20)
    script = "import os; print('first', flush=True); os.ftruncate(1, 10 << 40)"
    record, lines, _ = play(script, **SMALL)
    assert record.status == "Completed", record.failure_reason
    assert lines[0] == "first"
    assert lines[-1] == "(the log ends here: it is larger than VolumeSizeInGB, which is 2)"
    assert sum(map(len, lines[1:-1])) <= 2 << 20
