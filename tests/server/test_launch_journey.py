"""A form and a real manager: what is said before a job is what happens to it."""

import json

import pytest
from tornado.httpclient import HTTPClientError

ASKED = ("AlgorithmSpecification", "ResourceConfig", "StoppingCondition", "HyperParameters")


@pytest.fixture
def manager(manager_class, tmp_path):
    """Ended after the server, which would start another."""
    yield
    manager_class(tmp_path / "home").end()


@pytest.fixture
def post(manager, jp_fetch):
    async def send(place, form):
        path = ("jupyter-train", *place.split("/"))
        try:
            answer = await jp_fetch(*path, method="POST", body=json.dumps(form))
        except HTTPClientError as error:
            answer = error.response
        return json.loads(answer.body)

    return send


async def test_a_checked_form_is_launched_and_its_job_is_launched_again(post):
    loss = {"loss": "loss=([0-9.]+)"}
    form = {"code": "print('loss=1')", "metric_definitions": loss, "tags": {"team": "a"}}
    assert (await post("launch/check", {**form, "name": "first"}))["problems"] == []
    assert (await post("launch", {**form, "name": "first"}))["TrainingJobName"] == "first"
    again = {**await post("launch/clone", {"job": "first"}), "name": "second"}
    assert "members" not in again
    assert (await post("launch", again))["TrainingJobName"] == "second"
    said = [await described(post, name) for name in ("first", "second")]
    assert [each["tags"] for each in said] == [{"team": "a"}] * 2
    assert said[0] == said[1]


async def described(post, name):
    detail = await post("api/sagemaker/DescribeTrainingJob", {"TrainingJobName": name})
    arn = {"ResourceArn": detail["TrainingJobArn"]}
    tags = (await post("api/sagemaker/ListTags", arn))["Tags"]
    asked = {member: detail.get(member) for member in ASKED}
    return {**asked, "tags": {each["Key"]: each["Value"] for each in tags}}


async def test_what_a_check_finds_is_what_a_launch_is_refused_for(post):
    form = {"code": "1", "name": "a b", "metric_definitions": {"m": "("}, "instance_type": "huge"}
    problems = (await post("launch/check", form))["problems"]
    fields = [each["field"] for each in problems]
    assert fields == ["name", "metric_definitions.m", "instance_type"]
    assert (await post("launch", form))["field"] == "name"
    assert (await post("launch", {**form, "name": ""}))["field"] == "metric_definitions.m"
    log = {"log": "m=1", "metric_definitions": {"m": "(", "n": "m=(.)"}}
    tried = await post("launch/metrics", log)
    assert tried["problems"][0]["field"] == "metric_definitions.m"
    assert tried["counts"] == {"n": 1}
