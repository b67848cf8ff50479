"""Calls and downloads go through the server to the manager and back."""

import json

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_train.client.find import StartFailedError
from jupyter_train.server.link import Link

CALL = ("jupyter-train", "api")


async def test_a_call_reaches_the_manager_and_its_answer_comes_back(jp_fetch, link):
    body = json.dumps({"MaxResults": 3})
    answer = await jp_fetch(*CALL, "logs", "DescribeLogGroups", method="POST", body=body)
    said = json.loads(answer.body)
    assert said["target"] == "Logs_20140328.DescribeLogGroups"
    assert said["asked"] == {"MaxResults": 3}


async def test_a_refusal_of_the_manager_comes_back_word_for_word(jp_fetch, link):
    with pytest.raises(HTTPClientError) as refusal:
        await jp_fetch(*CALL, "sagemaker", "StopTrainingJob", method="POST", body="{}")
    answer = refusal.value.response
    assert answer.code == 400
    assert json.loads(answer.body)["message"] == "there is no such job"


async def test_an_unknown_service_is_no_route(jp_fetch, link):
    with pytest.raises(HTTPClientError) as refusal:
        await jp_fetch(*CALL, "ec2", "RunInstances", method="POST", body="{}")
    assert refusal.value.code == 404


async def test_a_missing_manager_is_a_503_in_aws_form(jp_fetch, jp_serverapp):
    def connect():
        raise StartFailedError("the folder is read-only")

    jp_serverapp.web_app.settings["jupyter_train_link"] = broken = Link(connect)
    with pytest.raises(HTTPClientError) as refusal:
        await jp_fetch(*CALL, "sagemaker", "ListTrainingJobs", method="POST", body="{}")
    broken.close()
    assert refusal.value.code == 503
    said = json.loads(refusal.value.response.body)
    assert said["__type"] == "ServiceUnavailable"
    assert "the folder is read-only" in said["message"]


async def test_a_manager_that_moved_is_found_without_a_word(jp_fetch, link, small_manager):
    await jp_fetch(*CALL, "sagemaker", "ListTrainingJobs", method="POST", body="{}")
    await small_manager.stop()
    small_manager.port = 0
    small_manager.start()
    answer = await jp_fetch(*CALL, "sagemaker", "ListTrainingJobs", method="POST", body="{}")
    assert answer.code == 200


async def test_an_object_comes_whole_as_a_download(jp_fetch, link):
    answer = await jp_fetch("jupyter-train", "objects", "bucket", "j", "model.tar.gz")
    assert answer.body == b"model" * 200_000
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''model.tar.gz"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_absent_object_is_a_404_in_aws_form(jp_fetch, link):
    with pytest.raises(HTTPClientError) as refusal:
        await jp_fetch("jupyter-train", "objects", "bucket", "absent")
    assert refusal.value.code == 404
    assert json.loads(refusal.value.response.body)["__type"] == "NoSuchKey"


@pytest.fixture
def logs(small_manager):
    """Logs of the job "j": the lines of each stream, ten to a page."""
    streams = {}

    def window(asked):
        lines, at = streams[asked["LogStreamName"]], asked["Position"]
        page = [{"Text": each, "Position": 0} for each in lines[at : at + 10]]
        return {"Lines": page, "Next": at + len(page), "End": len(lines)}

    def names(asked):
        return {"logStreams": [{"logStreamName": name} for name in streams]}

    answers = {"GetLogWindow": window, "DescribeLogStreams": names}
    small_manager.app.settings["answers"].update(answers)
    return streams


async def test_a_log_comes_whole_as_a_download(jp_fetch, link, logs):
    logs["j/algo-1"] = [f"line {n} é" for n in range(25)]
    answer = await jp_fetch("jupyter-train", "logs", "j")
    assert answer.body.decode().splitlines() == logs["j/algo-1"]
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''j.log"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_of_several_hosts_one_log_is_asked_for_or_all_with_their_names(jp_fetch, link, logs):
    logs.update({"j/algo-1": ["one"], "j/algo-2": ["two"]})
    answer = await jp_fetch("jupyter-train", "logs", "j")
    assert answer.body == b"==> j/algo-1 <==\none\n==> j/algo-2 <==\ntwo\n"
    answer = await jp_fetch("jupyter-train", "logs", "j", params={"stream": "j/algo-2"})
    assert answer.body == b"two\n"
    assert answer.headers["Content-Disposition"].endswith("j_algo-2.log")


async def test_a_job_that_is_not_there_has_no_log_and_one_that_has_said_nothing_an_empty_one(
    jp_fetch, link, logs, small_manager
):
    there = {"TrainingJobName": "j"}
    missing = {"__type": "ResourceNotFound", "message": "Requested resource not found."}
    answers = small_manager.app.settings["answers"]
    answers["DescribeTrainingJob"] = lambda asked: there if asked == there else missing
    assert (await jp_fetch("jupyter-train", "logs", "j")).body == b""
    with pytest.raises(HTTPClientError) as refusal:
        await jp_fetch("jupyter-train", "logs", "k")
    assert refusal.value.code == 400
    assert json.loads(refusal.value.response.body) == missing
    assert "Content-Disposition" not in refusal.value.response.headers


async def test_a_log_that_breaks_off_is_no_whole_file(jp_fetch, link, logs, small_manager):
    logs["j/algo-1"] = ["x"] * 25
    window = small_manager.app.settings["answers"]["GetLogWindow"]
    broken = lambda asked: window(asked) if asked["Position"] < 20 else 1 / 0  # noqa: E731 - one step
    small_manager.app.settings["answers"]["GetLogWindow"] = broken
    with pytest.raises(HTTPClientError) as failure:
        await jp_fetch("jupyter-train", "logs", "j")
    assert failure.value.code == 599
