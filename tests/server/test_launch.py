"""A form becomes a job: paths are the file browser's, and a refusal names its field."""

import io
import json
import tarfile

import pytest
from tornado.httpclient import HTTPClientError


@pytest.fixture
def post(jp_fetch, link, jp_root_dir):
    (jp_root_dir / "train.py").write_text("print(1)")
    (jp_root_dir / "data").mkdir()

    async def send(**form):
        body = json.dumps({"path": "train.py", **form})
        try:
            answer = await jp_fetch("jupyter-train", "launch", method="POST", body=body)
        except HTTPClientError as error:
            answer = error.response
        return answer.code, json.loads(answer.body)

    return send


async def test_a_script_of_the_file_browser_is_sent_and_submitted(post, small_manager):
    code, said = await post(name="mine", hyperparameters={"lr": "0.1"}, inputs={"train": "data"})
    assert (code, said["TrainingJobName"]) == (200, "mine")
    (key,) = small_manager.app.settings["stored"]
    assert key.startswith("mine/source/")


async def test_a_job_without_a_name_gets_one_from_its_script(post):
    code, said = await post()
    assert code == 200
    assert said["TrainingJobName"].startswith("train-20")


async def test_an_image_needs_no_script_and_gives_the_job_its_name(post, small_manager):
    code, said = await post(path="", image="registry:5000/team/net:1", needs_image=True)
    assert code == 200
    assert said["TrainingJobName"].startswith("net-20")
    assert not small_manager.app.settings["stored"]


async def test_what_a_container_is_told_is_sent_in_aws_s_words(post, small_manager):
    code, _ = await post(
        image="net:1",
        command="python3 'my train.py'",
        arguments="--epochs 3",
        network_isolation=True,
        remote_debug=True,
        keep_alive=600,
    )
    asked = small_manager.app.settings["asked"]["CreateTrainingJob"]
    assert code == 200
    assert asked["AlgorithmSpecification"] == {
        "TrainingInputMode": "File",
        "TrainingImage": "net:1",
        "ContainerEntrypoint": ["python3", "my train.py"],
        "ContainerArguments": ["--epochs", "3"],
    }
    assert asked["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 600
    assert asked["EnableNetworkIsolation"]
    assert asked["RemoteDebugConfig"] == {"EnableRemoteDebug": True}
    assert "Environment" not in asked


async def test_what_else_a_form_says_is_sent_in_aws_s_words(post, small_manager, jp_root_dir):
    code, _ = await post(
        tags={"team": "a"},
        experiment="digits",
        spot=True,
        max_wait=900,
        max_run=600,
        checkpoints="kept",
        max_retry_attempts=2,
        volume_size=5,
        environment={"A": "1"},
    )
    asked = small_manager.app.settings["asked"]["CreateTrainingJob"]
    assert code == 200
    assert asked["Tags"] == [{"Key": "team", "Value": "a"}]
    assert asked["ExperimentConfig"] == {"ExperimentName": "digits"}
    assert asked["EnableManagedSpotTraining"]
    limits = {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900}
    assert asked["StoppingCondition"] == limits
    assert asked["CheckpointConfig"] == {"S3Uri": (jp_root_dir / "kept").as_uri()}
    assert asked["RetryStrategy"] == {"MaximumRetryAttempts": 2}
    assert asked["ResourceConfig"]["VolumeSizeInGB"] == 5
    assert asked["Environment"]["A"] == "1"


def unpacked(small_manager):
    (archive,) = small_manager.app.settings["stored"].values()
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        return {each.name: packed.extractfile(each).read().decode() for each in packed}


async def test_a_whole_path_is_taken_where_the_file_browser_has_it(post, jp_root_dir, tmp_path):
    code, _ = await post(path=str(jp_root_dir / "train.py"))
    (tmp_path / "other.py").write_text("")
    refused, said = await post(path=str(tmp_path / "other.py"))
    assert (code, refused, said["field"]) == (200, 400, "path")


async def test_a_cell_is_packed_as_train_packs_it(post, small_manager):
    _, said = await post(path="", code="print('é')\n", name_of_cell="first look")
    assert said["TrainingJobName"].startswith("first-look-20")
    assert unpacked(small_manager) == {"cell.py": "print('é')\n"}


async def test_of_a_train_cell_the_script_below_its_line_is_packed(post, small_manager):
    await post(path="", code="%%train -p lr=1\nprint(1)\n")
    assert unpacked(small_manager) == {"cell.py": "print(1)\n"}


async def test_a_notebook_is_sent_as_it_is_in_front_of_the_user(post, small_manager):
    notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    _, said = await post(path="sub/analysis.ipynb", notebook=notebook)
    assert said["TrainingJobName"].startswith("analysis-20")
    ((name, text),) = unpacked(small_manager).items()
    assert (name, json.loads(text)) == ("analysis.ipynb", notebook)


async def test_a_packed_source_is_used_again_and_nothing_is_sent(post, small_manager):
    code, said = await post(path="", source="s3://b/old/sourcedir.tar.gz#fit.py")
    hyperparameters = small_manager.app.settings["asked"]["CreateTrainingJob"]["HyperParameters"]
    assert (code, said["TrainingJobName"][:6]) == (200, "fit-20")
    assert hyperparameters == {
        "sagemaker_program": "fit.py",
        "sagemaker_submit_directory": "s3://b/old/sourcedir.tar.gz",
    }
    assert not small_manager.app.settings["stored"]


async def test_a_refusal_of_the_manager_keeps_its_code_and_names_the_field(post, small_manager):
    message = "Training job names must be unique within an AWS account and region"
    refusal = {"__type": "ResourceInUse", "message": message}
    small_manager.app.settings["answers"]["CheckTrainingJob"] = lambda _: refusal
    code, said = await post(name="taken")
    assert (code, said["__type"], said["field"]) == (400, "ResourceInUse", "name")
    assert not small_manager.app.settings["stored"]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"path": ""}, "path"),
        ({"path": "absent.py"}, "path"),
        ({"path": "../../etc/passwd"}, "path"),
        ({"path": "../root_dir/train.py"}, "path"),
        ({"path": "a\0b"}, "path"),
        ({"path": ["train.py"]}, "path"),
        ({"inputs": {"train": "absent"}}, "inputs.train"),
        ({"inputs": {"train": "/absent/at/all"}}, "inputs.train"),
        ({"inputs": {"train": "file://host/x"}}, "inputs.train"),
        ({"hyperparameters": {"lr": 1}}, "hyperparameters.lr"),
        ({"max_run": "soon"}, "max_run"),
        ({"volume_size": True}, "volume_size"),
        ({"checkpoints": "../../x"}, "checkpoints"),
        ({"path": "", "source": "s3://b/a.tar.gz"}, "source"),
        ({"path": "", "notebook": [1]}, "notebook"),
        ({"code": 7}, "code"),
        ({"hyperparameters": ["lr"]}, "hyperparameters"),
        ({"kernel": "fortran77"}, "kernel"),
        ({"needs_image": True}, "image"),
        ({"image": ["a"]}, "image"),
        ({"image": "a:1", "command": "sh -c 'x"}, "command"),
        ({"image": "a:1", "arguments": '"'}, "arguments"),
    ],
)
async def test_a_field_that_cannot_be_is_named(post, form, field):
    code, said = await post(**form)
    assert code == 400
    assert said["__type"] == "ValidationException"
    assert said["field"] == field
    assert said["message"]


async def test_what_is_no_form_is_refused(jp_fetch, link):
    for body in ("[]", "null", "7"):
        with pytest.raises(HTTPClientError) as refusal:
            await jp_fetch("jupyter-train", "launch", method="POST", body=body)
        assert refusal.value.code == 400
