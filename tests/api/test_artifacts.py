"""A job's files over the API: its folder while it runs, what it published, what is in archives."""

import asyncio
import base64
import io
import tarfile

import pytest

from jupyter_train.contract.names import Address, AttemptKey
from jupyter_train.store.plain import NotPlainError


@pytest.fixture
def files(manager, call, job):
    """A job with a folder; returns a function that calls an operation about it."""
    call("sagemaker", "CreateTrainingJob", **job())
    manager.objects.create_bucket("jupyter-train")

    def ask(operation, **input):
        return call("jupytertrain", operation, TrainingJobName="job-1", **input)

    return ask


@pytest.fixture
def folder(manager, files):
    """The job's folder as the job sees it."""
    key = AttemptKey(job_id=manager.jobs.find("job-1").id, attempt=0)
    made = manager.attempts / str(key) / "ml"
    (made / "output" / "intermediate").mkdir(parents=True)
    (made / "model" / "epoch-1").mkdir(parents=True)
    return made


@pytest.fixture
def archive(manager, files):
    """A model of the job, with what is asked for in it."""

    def make(*entries, content=None):
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz") as tar:
            for info, data in entries:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        body = made.getvalue() if content is None else content
        manager.objects.put("jupyter-train", "job-1/output/model.tar.gz", [body])
        return {"Bucket": "jupyter-train", "Key": "job-1/output/model.tar.gz"}

    return make


def text(answer):
    return base64.b64decode(answer["Data"]).decode()


def entry(name, data=b"", kind=tarfile.REGTYPE):
    info = tarfile.TarInfo(name)
    info.type = kind
    return info, data


def test_what_a_running_job_has_is_listed_and_read_by_pieces(files, folder):
    (folder / "model" / "epoch-1" / "loss.txt").write_text("0.25 0.125")
    _, answer = files("ListTrainingJobFiles")
    assert [(each["Path"], each["Size"]) for each in answer["Files"]] == [
        ("model/epoch-1/loss.txt", 10)
    ]
    read = {"Path": "model/epoch-1/loss.txt", "Length": 4}
    first, rest = (
        files("GetTrainingJobFile", **read)[1],
        files("GetTrainingJobFile", Offset=4, **read | {"Length": 6})[1],
    )
    assert (text(first), first["IsWhole"]) == ("0.25", False)
    assert (text(rest), rest["IsWhole"]) == (" 0.125", True)


def test_a_job_without_a_folder_has_no_files(files):
    assert files("ListTrainingJobFiles") == (200, {"Files": []})


@pytest.mark.parametrize("path", ["model/way/s", "model/s", "gone/s", "model/../../s", "model//s"])
def test_no_link_and_no_name_leads_out_of_the_folder(files, folder, tmp_path, path):
    (tmp_path / "s").write_text("secret")
    (folder / "model" / "way").symlink_to(tmp_path)
    (folder / "model" / "s").symlink_to(tmp_path / "s")
    assert files("ListTrainingJobFiles")[1]["Files"] == []
    status, answer = files("GetTrainingJobFile", Path=path, Length=100)
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert path in answer["message"]


def test_a_folder_that_is_a_link_is_not_looked_into(files, folder, tmp_path):
    (tmp_path / "s").write_text("secret")
    (folder / "output" / "intermediate").rmdir()
    (folder / "output" / "intermediate").symlink_to(tmp_path)
    assert files("ListTrainingJobFiles")[1]["Files"] == []
    assert files("GetTrainingJobFile", Path="intermediate/s", Length=9)[0] == 400


def test_an_archive_is_listed_and_a_file_in_it_read(files, archive):
    place = archive(entry("code", kind=tarfile.DIRTYPE), entry("code/a.py", b"print(1)"))
    _, answer = files("ListArtifactMembers", **place)
    assert [(each["Name"], each["Kind"], each["Size"]) for each in answer["Members"]] == [
        ("code", "folder", 0),
        ("code/a.py", "file", 8),
    ]
    assert answer["IsWhole"]
    part = files("GetArtifact", Member="code/a.py", Offset=6, Length=1, **place)[1]
    assert (text(part), part["IsWhole"]) == ("1", False)


def test_an_object_itself_is_read_by_pieces(files, archive):
    place = archive(content=b"no archive")
    part = files("GetArtifact", Offset=3, Length=100, **place)[1]
    assert (text(part), part["IsWhole"]) == ("archive", True)


def test_what_is_no_archive_is_told_in_words(files, archive):
    status, answer = files("ListArtifactMembers", **archive(content=b"x" * 5000))
    assert status == 400
    assert "model.tar.gz is no whole tar archive" in answer["message"]


@pytest.mark.parametrize("key", ["other/output/model.tar.gz", "job-2/output/x", "job-1/outputs"])
def test_objects_of_others_are_none_of_the_job(files, key):
    status, answer = files("GetArtifact", Bucket="jupyter-train", Key=key, Length=1)
    assert status == 400
    assert "is no artifact of 'job-1'" in answer["message"]


def test_an_object_that_is_gone_is_told_in_words(files):
    key = "job-1/output/model/x"
    for operation, more in (("GetArtifact", {"Length": 1}), ("ListArtifactMembers", {})):
        status, answer = files(operation, Bucket="jupyter-train", Key=key, **more)
        assert (status, "there is no s3://" in answer["message"]) == (400, True)


@pytest.fixture
def out(manager, call, job):
    """Where `job-2`, whose output is a folder of this machine, has published."""
    made = manager.home / "data" / "my runs"
    source = (manager.home / "data" / "sourcedir.tar.gz").as_uri()
    places = {
        "OutputDataConfig": {"S3OutputPath": made.as_uri()},
        "HyperParameters": {"sagemaker_submit_directory": f'"{source}"'},
    }
    call("sagemaker", "CreateTrainingJob", **job("job-2", **places))
    (made / "job-2" / "output" / "intermediate").mkdir(parents=True)
    return made / "job-2" / "output"


@pytest.fixture
def ask(call, out):
    return lambda operation, **input: call(
        "jupytertrain", operation, TrainingJobName="job-2", **input
    )


def test_what_was_published_in_folders_of_this_machine_is_listed_and_read(ask, out):
    with tarfile.open(out / "model.tar.gz", "w:gz") as tar:
        info, data = entry("weights.txt", b"0.5 0.25")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    (out / "intermediate" / "é.csv").write_text("a,b")
    (out.parent / "notes.txt").write_text("not of the job")
    source = out.parents[2] / "sourcedir.tar.gz"
    source.write_bytes(b"code")
    found = {each["Path"]: each for each in ask("ListTrainingJobArtifacts")[1]["Artifacts"]}
    assert {path: each["Kind"] for path, each in found.items()} == {
        str(source): "source",
        str(out / "model.tar.gz"): "model",
        str(out / "intermediate" / "é.csv"): "file",
    }
    assert found[str(out / "intermediate" / "é.csv")]["Size"] == 3
    model = {"Path": str(out / "model.tar.gz")}
    members = ask("ListArtifactMembers", **model)[1]["Members"]
    assert [each["Name"] for each in members] == ["weights.txt"]
    part = ask("GetArtifact", Member="weights.txt", Offset=4, Length=100, **model)[1]
    assert (text(part), part["IsWhole"]) == ("0.25", True)
    part = ask("GetArtifact", Path=str(out / "intermediate" / "é.csv"), Length=2)[1]
    assert (text(part), part["IsWhole"]) == ("a,", False)


@pytest.mark.parametrize(
    "path",
    [
        "{out}/../notes.txt",
        "{out}/way/notes.txt",
        "{out}/s",
        "{out}s",
        "{out}/model/notes.txt",
        "{out}/model.tar.gz",
        "/etc/passwd",
        "x",
    ],
)
def test_no_path_and_no_link_leads_out_of_what_was_published(ask, out, path):
    (out.parent / "notes.txt").write_text("secret")
    (out.parent / "outputs").write_text("secret")
    for name, target in (("way", "."), ("model", "."), ("s", "notes.txt")):
        (out / name).symlink_to(out.parent / target)
    (out / "model.tar.gz").symlink_to(out.parent / "notes.txt")
    assert ask("ListTrainingJobArtifacts")[1]["Artifacts"] == []
    status, answer = ask("GetArtifact", Path=path.format(out=out), Length=10)
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert "is no artifact of 'job-2'; its own are at: file:///" in answer["message"]


def test_a_file_that_becomes_a_link_once_it_was_found_is_not_followed(manager, ask, out):
    (out / "a").write_text("mine")
    (out.parent / "notes.txt").write_text("secret")
    record = manager.jobs.find("job-2")
    address = Address(scheme="file", bucket="", key=str(out / "a"))
    path = asyncio.run(manager.artifacts.path_of(record, address))
    (out / "a").unlink()
    (out / "a").symlink_to(out.parent / "notes.txt")
    with pytest.raises(NotPlainError):
        asyncio.run(manager.artifacts.read(path, 0, 10))


def test_an_address_with_a_way_up_in_it_is_listed_and_read(manager, call, job):
    (manager.home / "data" / "out" / "job-3" / "output").mkdir(parents=True)
    (manager.home / "data" / "out" / "job-3" / "output" / "a").write_text("a")
    place = {"S3OutputPath": f"file://{manager.home}/data/gone/..//out/"}
    call("sagemaker", "CreateTrainingJob", **job("job-3", OutputDataConfig=place))

    def ask(operation, **input):
        return call("jupytertrain", operation, TrainingJobName="job-3", **input)[1]

    (found,) = ask("ListTrainingJobArtifacts")["Artifacts"]
    assert found["Path"] == f"{manager.home}/data/out/job-3/output/a"
    assert text(ask("GetArtifact", Path=found["Path"], Length=1)) == "a"


def test_what_nobody_may_be_shown_is_not_listed(manager, call, job):
    (manager.home / "data" / "private").mkdir(parents=True)
    for name in ("private/key", "open"):
        (manager.home / "data" / name).write_text("x")
    manager.artifacts._places._private = (manager.home / "data" / "private",)
    place = {"S3Uri": f"file://{manager.home}/data"}
    call("sagemaker", "CreateTrainingJob", **job("job-4", CheckpointConfig=place))
    answer = call("jupytertrain", "ListTrainingJobArtifacts", TrainingJobName="job-4")[1]
    assert [each["Path"] for each in answer["Artifacts"]] == [f"{manager.home}/data/open"]
    assert {each["Kind"] for each in answer["Artifacts"]} == {"checkpoint"}


@pytest.mark.parametrize(
    "named", [{}, {"Bucket": "abc"}, {"Bucket": "abc", "Key": "k", "Path": "/p"}]
)
def test_an_artifact_is_named_in_one_way(ask, named):
    status, answer = ask("GetArtifact", Length=1, **named)
    assert (status, "by its Bucket and Key, or by its Path" in answer["message"]) == (400, True)


def test_a_folder_that_jobs_may_not_use_any_more_shows_nothing(manager, ask, out):
    (out / "a").write_text("a")
    assert len(ask("ListTrainingJobArtifacts")[1]["Artifacts"]) == 1
    manager.artifacts._places._roots = ()
    assert ask("ListTrainingJobArtifacts")[1]["Artifacts"] == []
    assert ask("GetArtifact", Path=str(out / "a"), Length=1)[0] == 400
