"""Requests that cannot be: each is refused in AWS's words, or fails with a reason, over HTTP."""

import importlib.util
import random
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from jupyter_train.client.connection import ApiError
from jupyter_train.client.source import find_source
from jupyter_train.client.submit import JobOptions, submit, training_job_request

SAMPLE = 60
JOB_OPERATIONS = ("Describe", "Stop", "Update", "Delete")


@cache
def rules():
    """The rules of the model, as the API's own tests walk it."""
    path = Path(__file__).parents[1] / "api" / "test_validation.py"
    spec = importlib.util.spec_from_file_location("rules", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refusal(desk, operation, request, service="sagemaker"):
    with pytest.raises(ApiError) as caught:
        desk.connection.call(operation, request, service=service)
    return caught.value


def leftovers(home):
    """Return the files of jobs: there are none before the first one."""
    folders = [home / name for name in ("attempts", "logs")]
    return [each for folder in folders if folder.is_dir() for each in folder.rglob("*")]


def test_sixty_broken_rules_are_named_and_leave_nothing_behind(own_desk):
    shape = rules().shape_of("sagemaker", "CreateTrainingJob")
    broken = random.Random(2).sample(list(rules().walk(shape)), SAMPLE)
    for path, new, rule in broken:
        request = rules().put(shape, own_desk.request("job"), path, new)
        error = refusal(own_desk, "CreateTrainingJob", request)
        assert error.code == "ValidationException"
        words = f"at '{rules().printed(shape, path)}' failed to satisfy constraint: {rule}"
        assert words in error.message
        assert not isinstance(new, str) or len(new) > 255 or f"Value '{new}' at" in error.message
    assert own_desk.names() == []
    assert leftovers(own_desk.home) == []


def test_of_twenty_creates_of_one_name_one_wins(desk):
    desk.upload("many", "print('once')")
    cases = ["many", "MANY", "Many", "mAny"]
    requests = [{**desk.request("many"), "TrainingJobName": cases[n % 4]} for n in range(20)]

    def create(request):
        try:
            return desk.connection.call("CreateTrainingJob", request)["TrainingJobArn"]
        except ApiError as error:
            return error.code

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(create, requests))
    arn = "arn:aws:sagemaker:us-east-1:000000000000:training-job/many"
    assert sorted(answers) == ["ResourceInUse"] * 19 + [arn]
    (name,) = [each for each in desk.names() if each.lower() == "many"]
    assert desk.ended(name)["TrainingJobStatus"] == "Completed"
    assert desk.lines(name) == ["once"]


def test_a_taken_name_is_told_in_aws_words(desk):
    desk.submit("taken", "print(1)")
    error = refusal(desk, "CreateTrainingJob", desk.request("Taken"))
    assert (error.code, error.status) == ("ResourceInUse", 400)
    assert "'Taken' exists" in error.message
    check = refusal(desk, "CheckTrainingJob", desk.request("Taken"), service="jupytertrain")
    assert check.code == "ResourceInUse"


@pytest.mark.parametrize("operation", [f"{each}TrainingJob" for each in JOB_OPERATIONS])
def test_an_unknown_job_is_not_found(desk, operation):
    error = refusal(desk, operation, {"TrainingJobName": "nobody"})
    assert (error.code, error.message) == ("ValidationException", "Requested resource not found.")


@pytest.mark.parametrize("operation", ["AddTags", "ListTags", "DeleteTags"])
def test_tags_of_an_unknown_job_are_not_found(desk, operation):
    arn = "arn:aws:sagemaker:us-east-1:000000000000:training-job/nobody"
    more = {"AddTags": {"Tags": []}, "DeleteTags": {"TagKeys": ["a"]}}.get(operation, {})
    error = refusal(desk, operation, {"ResourceArn": arn, **more})
    assert (error.code, error.message) == ("ValidationException", "Requested resource not found.")


@pytest.mark.parametrize(
    "operation",
    [
        "ListMetricSeries",
        "GetMetricWindow",
        "ListTrainingJobArtifacts",
        "ListTrainingJobFiles",
        "ListMedia",
    ],
)
def test_our_own_operations_find_no_unknown_job_either(desk, operation):
    more = {"SeriesId": 1, "Points": 10} if operation == "GetMetricWindow" else {}
    request = {"TrainingJobName": "nobody", **more}
    error = refusal(desk, operation, request, service="jupytertrain")
    assert error.message == "Requested resource not found."


def test_a_log_of_an_unknown_job_is_not_found(desk):
    request = {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamName": "nobody/algo-1-1"}
    assert refusal(desk, "GetLogEvents", request, "logs").code == "ResourceNotFoundException"


@pytest.mark.parametrize("pattern", ["loss=([0-9", "loss=[0-9]+", "*", "(?P<x"])
def test_a_broken_metric_definition_is_refused_by_name(own_desk, pattern):
    request = own_desk.request("job")
    definition = {"Name": "loss", "Regex": pattern}
    request["AlgorithmSpecification"]["MetricDefinitions"] = [definition]
    error = refusal(own_desk, "CreateTrainingJob", request)
    assert error.code == "ValidationException"
    assert f"Value '{pattern}'" in error.message
    assert "'loss'" in error.message
    assert (own_desk.names(), leftovers(own_desk.home)) == ([], [])


def channel(uri):
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return [{"ChannelName": "training", "DataSource": {"S3DataSource": source}}]


@pytest.mark.parametrize(
    "uri", ["file:///no/such/place", "s3://nobucket/x", "s3://jupyter-train/zero"]
)
def test_a_missing_path_is_named_before_training(desk, uri):
    name = f"missing-{uri[-3:]}".replace("/", "-")
    desk.submit(name, "print(1)", InputDataConfig=channel(uri))
    found = desk.ended(name)
    assert found["TrainingJobStatus"] == "Failed"
    assert found["FailureReason"].startswith("ClientError: Data download failed for channel")
    assert uri.partition("//")[2].strip("/") in found["FailureReason"]
    assert "TrainingStartTime" not in found


def test_a_missing_script_and_a_missing_source_are_named(desk):
    desk.upload("noscript", "print(1)")
    parameters = {**desk.request("noscript")["HyperParameters"], "sagemaker_program": "trian.py"}
    request = desk.request("noscript", HyperParameters=parameters)
    desk.connection.call("CreateTrainingJob", request)
    desk.connection.call("CreateTrainingJob", desk.request("nosource"))
    wanted = "ClientError: no script 'trian.py' in the source archive; there is: train.py"
    assert desk.ended("noscript")["FailureReason"] == wanted
    assert "nosource/source/sourcedir.tar.gz" in desk.ended("nosource")["FailureReason"]


def test_who_loses_a_name_has_not_replaced_the_winners_source(desk, tmp_path):
    def run(number):
        script = tmp_path / f"script{number}.py"
        script.write_text(f"print({number})")
        source = find_source(script)
        options = JobOptions(name="contested", environment={"NUMBER": str(number)})
        try:
            submit(desk.connection, training_job_request(options, source), source)
        except ApiError as error:
            return error.code
        return number

    with ThreadPoolExecutor(8) as pool:
        winners = [each for each in pool.map(run, range(8)) if each != "ResourceInUse"]
    assert desk.ended("contested")["TrainingJobStatus"] == "Completed"
    assert desk.lines("contested") == [str(number) for number in winners]
