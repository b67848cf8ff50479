"""Bodies that cannot be read, and answers no client chokes on."""

import asyncio
import json

import pytest

from jupyter_train.api.message import Request
from jupyter_train.api.protocol.aws_json import print_json


@pytest.fixture
def post(router, keys):
    def send(body, target="SageMaker.CreateTrainingJob", method="POST", **headers):
        named = {"x-amz-target": target, **headers}
        path = f"/t/{keys.token}/"
        request = Request(method=method, path=path, headers=named, body=body)
        answer = asyncio.run(router.handle(request))
        return answer.status, json.loads(answer.body or b"{}")

    return send


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'"text"', b"\xff\xfe", b'{"a": NaN}', b"[" * 100_000, b"1" * 5000, b"null"],
)
def test_a_body_that_is_no_json_object_is_refused(post, body):
    status, answer = post(body)
    assert (status, answer["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_no_process_could_be_given_is_refused(post, job, text):
    status, answer = post(json.dumps(job(Environment={"A": text})).encode())
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert "environment.A.member" in answer["message"]


def test_a_number_beyond_its_type_is_refused(post, job):
    huge = job(StoppingCondition={"MaxRuntimeInSeconds": 10**30})
    status, answer = post(json.dumps(huge).encode())
    assert (status, answer["__type"]) == (400, "ValidationException")


@pytest.mark.parametrize("target", ["", "SageMaker", "SageMaker.", "Nobody.Do", "SageMaker.Nope"])
def test_a_target_that_is_none_is_an_unknown_operation(post, target):
    status, answer = post(b"{}", target)
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_only_post_performs_json_operations(post, manager, method):
    status, answer = post(b"{}", "SageMaker.ListTrainingJobs", method)
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


def test_a_null_member_is_as_good_as_absent(post, job):
    assert post(json.dumps(job(HyperParameters=None)).encode())[0] == 200


def test_an_error_nobody_foresaw_is_a_failure_without_its_text(post, manager, caplog):
    manager.jobs.select = lambda query: 1 / 0
    status, answer = post(b"{}", "SageMaker.ListTrainingJobs")
    assert (status, answer["__type"]) == (500, "InternalFailure")
    assert "ZeroDivisionError" in answer["message"]
    assert "division by zero" in caplog.text


def test_what_json_has_no_number_for_is_a_string():
    values = [float("nan"), float("inf"), float("-inf"), 0.5]
    assert json.loads(print_json({"a": values})) == {"a": ["NaN", "Infinity", "-Infinity", 0.5]}


def test_updates_keep_what_they_do_not_name(post, job, manager):
    post(json.dumps(job(ResourceConfig={"InstanceType": "local", "InstanceCount": 1})).encode())
    change = {"TrainingJobName": "job-1", "ResourceConfig": {"KeepAlivePeriodInSeconds": 60}}
    assert post(json.dumps(change).encode(), "SageMaker.UpdateTrainingJob")[0] == 200
    resources = manager.jobs.find("job-1").document["ResourceConfig"]
    assert (resources["InstanceType"], resources["KeepAlivePeriodInSeconds"]) == ("local", 60)
