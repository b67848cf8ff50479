"""A form becomes a job: paths are the file browser's, and a refusal names its field."""

import json

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


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"path": ""}, "path"),
        ({"path": "absent.py"}, "path"),
        ({"path": "../../etc/passwd"}, "path"),
        ({"path": "a\0b"}, "path"),
        ({"path": ["train.py"]}, "path"),
        ({"inputs": {"train": "absent"}}, "inputs.train"),
        ({"inputs": {"train": "/absent/at/all"}}, "inputs"),
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
