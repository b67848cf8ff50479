"""A form that is looked at before it is sent: all that is wrong, each with its field."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from jupyter_train.api.models import Models
from jupyter_train.api.validate import find_problems
from jupyter_train.engine.admission import refusals
from jupyter_train.engine.placement import GIB
from jupyter_train.engine.settings import Settings
from jupyter_train.hosts.base import HostFacts
from jupyter_train.server.blame import blame
from jupyter_train.server.draft import drafted

SHAPE = Models().service("sagemaker").operation_model("CreateTrainingJob").input_shape
FACTS = HostFacts(cpus=4, memory=16 * GIB)


@pytest.fixture
def ask(jp_fetch, link, jp_root_dir, small_manager):
    (jp_root_dir / "train.py").write_text("print(1)")
    small_manager.app.settings["answers"]["ValidateTrainingJob"] = lambda _: {"Problems": []}

    async def ask(**form):
        body = json.dumps({"path": "train.py", **form})
        answer = await jp_fetch("jupyter-train", "launch", "check", method="POST", body=body)
        return json.loads(answer.body)

    return ask


async def test_a_form_that_is_right_is_shown_as_code_and_sends_nothing(ask, small_manager):
    said = await ask(hyperparameters={"lr": "0.1"})
    assert (said["problems"], said["wait"]) == ([], None)
    assert said["request"]["HyperParameters"]["lr"] == "0.1"
    assert "Estimator(" in said["python"]
    assert said["cli"].startswith("jupyter train run ")
    assert json.loads(said["boto3"]) == said["request"]
    settings = small_manager.app.settings
    assert (settings["stored"], settings["asked"]) == ({}, {})


async def test_what_the_job_would_wait_for_is_passed_on(ask, small_manager):
    sentence = "It would wait for 4 CPUs; 1 are free."
    answer = {"Problems": [], "Wait": sentence}
    small_manager.app.settings["answers"]["ValidateTrainingJob"] = lambda _: answer
    assert (await ask())["wait"] == sentence


async def test_problems_of_the_form_and_of_the_manager_come_together(ask, small_manager):
    refused = [
        {"Member": "trainingJobName", "Message": "Value 'a b' at 'trainingJobName' failed"},
        {"Message": "a job without an image needs a script: give …"},
    ]
    small_manager.app.settings["answers"]["ValidateTrainingJob"] = lambda _: {"Problems": refused}
    said = await ask(path="absent.py", name="a b", inputs={"train": "gone"}, max_run="x")
    fields = [each["field"] for each in said["problems"]]
    assert sorted(fields) == ["inputs.train", "max_run", "name", "path"]


BAD = "a\0b"


# Read a row as: this in a form is refused by the manager, which blames that field.
@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "not a name"}, "name"),
        ({"hyperparameters": {"lr": BAD}}, "hyperparameters.lr"),
        ({"hyperparameters": {"a.b.c": BAD}}, "hyperparameters.a.b.c"),
        ({"hyperparameters": {"x" * 300: "1"}}, "hyperparameters"),
        ({"metric_definitions": {"ok": "(1)", "loss": "("}}, "metric_definitions.loss"),
        ({"metric_definitions": {"loss": "none"}}, "metric_definitions.loss"),
        ({"metric_definitions": {"m": "", "loss": "(1)"}}, "metric_definitions.m"),
        ({"inputs": {"a": "/", "b c": "/"}}, "inputs.b c"),
        ({"inputs": {"..": "/"}}, "inputs..."),
        ({"tags": {"ok": "1", "team": "\x01"}}, "tags.team"),
        ({"environment": {"A": BAD}}, "environment.A"),
        ({"environment": {"A B": "1"}}, "environment.A B"),
        ({"instance_type": "huge"}, "instance_type"),
        ({"instance_type": "local_gpu"}, "instance_type"),
        ({"max_run": 0}, "max_run"),
        ({"max_wait": 0}, "max_wait"),
        ({"spot": True}, "max_wait"),
        ({"spot": True, "max_wait": 599, "max_run": 600}, "max_wait"),
        ({"volume_size": -1}, "volume_size"),
        ({"max_retry_attempts": 31}, "max_retry_attempts"),
        ({"keep_alive": 30000}, "keep_alive"),
        ({"checkpoints": "s3://"}, "checkpoints"),
        ({"experiment": "-"}, "experiment"),
        ({"image": "a:1", "command": "''"}, ""),
        ({"image": "x" * 300, "arguments": "x"}, "image"),
        ({"image": "a:1", "arguments": f"{'x' * 300}"}, "arguments"),
    ],
)
def test_a_refusal_of_the_manager_is_put_at_its_field(form, field, tmp_path):
    (tmp_path / "train.py").write_text("")
    contents = SimpleNamespace(root_dir=str(tmp_path))
    settings = {"contents_manager": contents, "kernel_spec_manager": None}
    made = asyncio.run(drafted({"path": "train.py", **form}, settings))
    request = made.request
    found = [blame(str(each), request, each.member) for each in find_problems(SHAPE, request)]
    refused = refusals(request, Settings(home=Path("/nowhere")), FACTS)
    found = found or [blame(str(each), request) for each in refused]
    assert found == [field] * len(found)
    assert found or not field
