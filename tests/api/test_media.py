"""What a job shows besides numbers, over the API: while it runs, and from its output."""

import base64
import json

import pytest

from jupyter_train.contract.names import AttemptKey
from jupyter_train.engine.media import INDEX_CHUNK, read_index


@pytest.fixture
def ask(manager, call, job):
    """A job; returns a function that calls an operation about it."""
    call("sagemaker", "CreateTrainingJob", **job())
    manager.objects.create_bucket("jupyter-train")

    def ask(operation, **input):
        return call("jupytertrain", operation, TrainingJobName="job-1", **input)[1]

    return ask


@pytest.fixture
def folder(manager, ask):
    """Where the job keeps what it shows while it runs."""
    key = AttemptKey(job_id=manager.jobs.find("job-1").id, attempt=0)
    made = manager.attempts / str(key) / "ml" / "output" / "intermediate" / "media"
    (made / "text").mkdir(parents=True)
    return made


def line(file="text/a.txt", **more):
    said = {"kind": "text", "name": "a", "step": 1, "time": 5.0, "file": file, "bytes": 2, **more}
    return json.dumps(said).encode() + b"\n"


def test_what_was_shown_is_listed_from_where_one_has_read(ask, folder):
    (folder / "index.jsonl").write_bytes(line() + line("text/b.txt", step=None) + b'{"kind": "te')
    answer = ask("ListMedia")
    assert [(each["File"], each.get("Step")) for each in answer["Media"]] == [
        ("text/a.txt", 1),
        ("text/b.txt", None),
    ]
    again = ask("ListMedia", Offset=answer["Next"])
    assert (again["Media"], again["Next"]) == ([], answer["Next"])


def test_a_file_is_read_from_the_folder_and_later_from_the_output(ask, folder, manager):
    (folder / "text" / "a.txt").write_text("now")
    read = {"File": "text/a.txt", "Length": 100}
    assert base64.b64decode(ask("GetMedia", **read)["Data"]) == b"now"
    (folder / "text" / "a.txt").unlink()
    manager.objects.put(
        "jupyter-train", "job-1/output/intermediate/media/text/a.txt", [b"at the end"]
    )
    assert base64.b64decode(ask("GetMedia", **read)["Data"]) == b"at the end"


def test_a_job_that_shows_nothing_has_no_media(ask):
    assert ask("ListMedia") == {"Media": [], "Next": 0, "Attempt": 0}
    assert "has not shown" in ask("GetMedia", File="text/a.txt", Length=1)["message"]


@pytest.mark.parametrize("file", ["text/../../../failure", "/etc/passwd", "text/.x", "other/x", ""])
def test_a_name_that_leads_elsewhere_is_refused(ask, folder, file):
    assert ask("GetMedia", File=file, Length=1)["__type"] == "ValidationException"
    (folder / "index.jsonl").write_bytes(line(file))
    assert ask("ListMedia")["Media"] == []


def test_a_link_in_the_folder_is_not_followed(ask, folder, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (folder / "text" / "a.txt").symlink_to(tmp_path / "secret")
    assert "has not shown" in ask("GetMedia", File="text/a.txt", Length=100)["message"]


@pytest.mark.parametrize("odd", [b"[]", b"nothing", b"[" * 5000, b"\xff\xfe", b'{"file": 5}'])
def test_lines_that_say_nothing_are_passed_over(odd):
    found, used = read_index(odd + b"\n" + line())
    assert ([each.file for each in found], used) == (["text/a.txt"], len(odd + b"\n" + line()))


@pytest.mark.parametrize("odd", [True, "7", 1.5, 10**30, None, [1]])
def test_a_step_or_time_that_is_none_is_left_out(odd):
    ((one,), _) = read_index(line(step=odd, bytes=odd, time="soon"))
    assert (one.step, one.time, one.size) == (None, 0.0, 0)


def test_a_line_without_an_end_is_passed_over():
    assert read_index(b"x" * INDEX_CHUNK) == ([], INDEX_CHUNK)
    assert read_index(b"x" * (INDEX_CHUNK - 1)) == ([], 0)
