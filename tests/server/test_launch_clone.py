"""A former job as a form: what is launched from it asks for an equal job under a new name."""

import asyncio
import json
import sys
from types import SimpleNamespace

import pytest

from jupyter_train.api.translate import with_defaults
from jupyter_train.client.form_document import form_of
from jupyter_train.client.submit import JobOptions, training_job_request
from jupyter_train.server.draft import drafted

PACKED = ("fit.py", "s3://jupyter-train/old/source/1/sourcedir.tar.gz")
RICH = {
    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/k"}},
    "ContentType": "text/csv",
    "InputMode": "FastFile",
}
OPTIONS = {
    "script": {"packed": PACKED, "hyperparameters": {"lr": 0.1}, "environment": {"A": "1"}},
    "image": {"image": "net:1", "command": ["sh", "-c", "a 'b'"], "keep_alive": 60, "tags": {}},
    "odd": {
        "packed": PACKED,
        "inputs": {"plain": "s3://b/x", "rich": RICH},
        "metric_definitions": [{"Name": "loss", "Regex": "(1)"}],
        "interpreter": "/usr/bin/python3",
        "is_spot": True,
        "max_wait": 90000,
        "max_retries": 3,
        "checkpoints": "s3://b/kept",
        "experiment": {"ExperimentName": "e", "TrialName": "t"},
        "output_path": "s3://elsewhere/",
        "output_compression": "NONE",
        "role": "arn:aws:iam::000000000000:role/other",
        "isolated": True,
    },
}
MORE = {"TensorBoardOutputConfig": {"S3OutputPath": "s3://b/boards"}}


@pytest.fixture
def settings(tmp_path):
    contents = SimpleNamespace(root_dir=str(tmp_path))
    return {"contents_manager": contents, "kernel_spec_manager": None}


def asked_again(form, settings):
    draft = asyncio.run(drafted(form, settings))
    assert not draft.problems
    return draft.request


@pytest.mark.parametrize("name", OPTIONS)
def test_a_launch_of_a_clone_asks_for_an_equal_job(name, settings):
    first = training_job_request(JobOptions(name="old", **OPTIONS[name]))
    detail = with_defaults({**first, **(MORE if name == "odd" else {})})
    form = form_of(detail, {"team": "a"}, interpreter=sys.executable)
    assert ("members" in form) is (name == "odd")
    request = asked_again(json.loads(json.dumps(form)), settings)
    assert request["Tags"] == [{"Key": "team", "Value": "a"}]
    assert request["TrainingJobName"] != "old"
    assert with_defaults({**request, "TrainingJobName": "old"}) == detail


def test_what_is_changed_in_the_form_is_not_overruled_by_what_it_does_not_show(settings):
    detail = with_defaults(training_job_request(JobOptions(name="old", **OPTIONS["odd"])))
    form = form_of(detail, {})
    changed = {**form, "inputs": {"rich": "s3://new/k"}, "instance_type": "big"}
    request = asked_again(changed, settings)
    (channel,) = request["InputDataConfig"]
    assert channel["ContentType"] == "text/csv"
    assert channel["DataSource"]["S3DataSource"]["S3Uri"] == "s3://new/k"
    assert request["ResourceConfig"]["InstanceType"] == "big"


async def test_a_clone_is_asked_for_by_name(jp_fetch, link, small_manager):
    first = training_job_request(JobOptions(name="old", packed=PACKED, interpreter=sys.executable))
    detail = {**with_defaults(first), "TrainingJobArn": "arn:old"}
    small_manager.app.settings["answers"]["DescribeTrainingJob"] = lambda _: detail
    small_manager.app.settings["answers"]["ListTags"] = lambda _: {"Tags": []}
    body = json.dumps({"job": "old"})
    answer = await jp_fetch("jupyter-train", "launch", "clone", method="POST", body=body)
    assert json.loads(answer.body) == {
        "source": f"{PACKED[1]}#fit.py",
        "instance_type": "local",
        "volume_size": 30,
        "max_run": 86400,
    }
