"""Logs as CloudWatch gives them, and the answer that waits for a line."""

import asyncio
import json
import threading
import time

import pytest
from botocore.exceptions import ClientError

from jupyter_train.api.operations import log_events

GROUP = "/aws/sagemaker/TrainingJobs"


@pytest.fixture
def create(call, job):
    def make(name="job-1"):
        assert call("sagemaker", "CreateTrainingJob", **job(name))[0] == 200

    return make


@pytest.fixture
def read(call):
    """Return a function that makes one GetLogEvents call: its answer."""

    def get(stream, **members):
        status, answer = call(
            "logs", "GetLogEvents", logGroupName=GROUP, logStreamName=stream, **members
        )
        assert status == 200, answer
        return answer

    return get


def texts(answer):
    return [each["message"] for each in answer["events"]]


def test_there_is_one_group(boto):
    client = boto("logs")
    assert [each["logGroupName"] for each in client.describe_log_groups()["logGroups"]] == [GROUP]
    assert client.describe_log_groups(logGroupNamePrefix="/other")["logGroups"] == []


def test_streams_are_listed_by_the_job_they_belong_to(boto, create, manager):
    for name in ("job-1", "job-10", "job-2"):
        create(name)
        manager.add_lines(name, (1000, "x"))
    client = boto("logs")

    def listed(**members):
        found = client.describe_log_streams(logGroupName=GROUP, **members)["logStreams"]
        return [each["logStreamName"].split("/")[0] for each in found]

    assert listed(logStreamNamePrefix="job-1/") == ["job-1"]
    assert listed(logStreamNamePrefix="job-1") == ["job-1", "job-10"]
    assert listed() == ["job-1", "job-10", "job-2"]
    assert listed(orderBy="LastEventTime", descending=True) != []
    assert listed(logStreamNamePrefix="nobody/") == []


def test_the_stream_of_a_second_attempt_is_as_old_as_its_job(boto, create, manager):
    create("job-1")
    record = manager.jobs.find("job-1")
    first = manager.add_lines("job-1", (1000, "x"))
    manager.logs.create(record.id, f"{first}-2", record.created)
    found = boto("logs").describe_log_streams(logGroupName=GROUP)["logStreams"]
    assert [each["creationTime"] for each in found] == [int(record.created) * 1000] * 2


@pytest.mark.parametrize("descending", [False, True])
def test_pages_of_streams_join_without_gap_or_repeat(boto, create, manager, descending):
    names = []
    for number in range(7):
        create(f"job-{number}")
        names += [manager.add_lines(f"job-{number}", (1, "x"), rank=rank) for rank in range(2)]
    pages = boto("logs").get_paginator("describe_log_streams")
    found = [
        each["logStreamName"]
        for page in pages.paginate(
            logGroupName=GROUP, descending=descending, PaginationConfig={"PageSize": 3}
        )
        for each in page["logStreams"]
    ]
    assert found == sorted(names, reverse=descending)


def test_lines_are_read_from_the_head_and_on(create, manager, read):
    create()
    stream = manager.add_lines("job-1", *((n, f"line {n}") for n in range(1, 8)))
    first = read(stream, startFromHead=True, limit=4)
    assert texts(first) == ["line 1", "line 2", "line 3", "line 4"]
    second = read(stream, nextToken=first["nextForwardToken"])
    assert texts(second) == ["line 5", "line 6", "line 7"]


def test_without_a_start_the_last_lines_come(create, manager, read):
    create()
    stream = manager.add_lines("job-1", *((n, f"line {n}") for n in range(1, 8)))
    last = read(stream, limit=2)
    assert texts(last) == ["line 6", "line 7"]
    before = read(stream, nextToken=last["nextBackwardToken"], limit=3)
    assert texts(before) == ["line 3", "line 4", "line 5"]


def test_the_start_time_is_included_and_the_end_time_is_not(create, manager, read):
    create()
    stream = manager.add_lines("job-1", (10, "a"), (20, "b"), (20, "c"), (30, "d"))
    found = read(stream, startFromHead=True, startTime=20, endTime=30)
    assert texts(found) == ["b", "c"]
    assert texts(read(stream, startTime=20)) == ["b", "c", "d"]


def test_at_the_end_of_an_ended_job_the_token_stays_the_same(create, manager, read):
    create()
    stream = manager.add_lines("job-1", (10, "a"))
    manager.move("job-1", "Downloading", "Training", "Failed")
    token = read(stream, startFromHead=True)["nextForwardToken"]
    again = read(stream, nextToken=token)
    assert (again["events"], again["nextForwardToken"]) == ([], token)


def test_a_call_at_the_end_is_held_until_there_is_a_line(boto, create, manager, server):
    create()
    stream = manager.add_lines("job-1", (10, "a"))
    client = boto("logs")
    asked = {"logGroupName": GROUP, "logStreamName": stream}
    token = client.get_log_events(**asked, startFromHead=True)["nextForwardToken"]
    writer = threading.Timer(0.3, in_loop, (server, lambda: manager.add_lines("job-1", (20, "b"))))
    writer.start()
    began = time.monotonic()
    answer = client.get_log_events(**asked, nextToken=token)
    assert texts(answer) == ["b"]
    assert 0.2 < time.monotonic() - began < 5
    writer.join()


def test_a_call_at_the_end_is_let_go_when_the_job_ends(boto, create, manager, server):
    create()
    stream = manager.add_lines("job-1", (10, "a"))
    manager.move("job-1", "Downloading", "Training")
    ending = threading.Timer(0.3, in_loop, (server, lambda: manager.move("job-1", "Failed")))
    ending.start()
    answer = boto("logs").get_log_events(
        logGroupName=GROUP, logStreamName=stream, startTime=11, startFromHead=True
    )
    assert answer["events"] == []
    ending.join()


def in_loop(server, action):
    server.loop.call_soon_threadsafe(action)


def test_a_held_call_is_let_go_before_the_client_gives_up(create, manager, read, monkeypatch):
    monkeypatch.setattr(log_events, "HOLD", 0.05)
    create()
    stream = manager.add_lines("job-1", (10, "a"))
    token = read(stream, startFromHead=True)["nextForwardToken"]
    assert read(stream, nextToken=token)["nextForwardToken"] == token


@pytest.mark.parametrize("token", ["x", "f/123", "", "A" * 60])
def test_a_token_of_somebody_else_is_refused(call, create, manager, token):
    create()
    stream = manager.add_lines("job-1", (10, "a"))
    status, answer = call(
        "logs", "GetLogEvents", logGroupName=GROUP, logStreamName=stream, nextToken=token
    )
    assert status == 400
    assert answer["__type"] in {"InvalidParameterException", "ValidationException"}


def test_a_token_of_another_stream_is_refused(call, create, manager, read):
    create()
    create("job-2")
    one, other = (manager.add_lines(name, (10, "a")) for name in ("job-1", "job-2"))
    token = read(one, startFromHead=True)["nextForwardToken"]
    _, answer = call(
        "logs", "GetLogEvents", logGroupName=GROUP, logStreamName=other, nextToken=token
    )
    assert answer["__type"] == "InvalidParameterException"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"logGroupName": "/other", "logStreamName": "a"}, "ResourceNotFoundException"),
        ({"logGroupName": GROUP, "logStreamName": "nobody/algo-1-1"}, "ResourceNotFoundException"),
        ({"logGroupName": GROUP, "logStreamName": "../../etc"}, "ResourceNotFoundException"),
        ({"logStreamName": "a"}, "InvalidParameterException"),
    ],
)
def test_an_unknown_stream_or_group_is_not_found(call, members, code):
    status, answer = call("logs", "GetLogEvents", **members)
    assert (status, answer["__type"]) == (400, code)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", ["loss=1 ok", "Error: bad", "loss=2 ok"]),
        ("loss", ["loss=1 ok", "loss=2 ok"]),
        ("ok loss=2", ["loss=2 ok"]),
        ('"Error: bad"', ["Error: bad"]),
        ("-loss", ["Error: bad"]),
        ("?Error ?loss=1", ["loss=1 ok", "Error: bad"]),
        ("nothing", []),
    ],
)
def test_lines_are_found_by_their_words(boto, create, manager, pattern, expected):
    create()
    manager.add_lines("job-1", (1, "loss=1 ok"), (2, "Error: bad"), (3, "loss=2 ok"))
    found = boto("logs").filter_log_events(
        logGroupName=GROUP, logStreamNamePrefix="job-1/", filterPattern=pattern
    )
    assert texts(found) == expected


def test_pages_of_found_lines_join_over_streams(boto, create, manager):
    for name in ("job-1", "job-2"):
        create(name)
        for rank in range(2):
            manager.add_lines(name, *((n, f"{name} {rank} {n}") for n in range(5)), rank=rank)
    pages = (
        boto("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=GROUP, PaginationConfig={"PageSize": 3})
    )
    found = [text for page in pages for text in texts(page)]
    assert found == [f"job-{j} {r} {n}" for j in (1, 2) for r in range(2) for n in range(5)]


@pytest.mark.parametrize("pattern", ['{ $.x = "1" }', "[a, b]", "%a.*b%", '"open'])
def test_a_pattern_that_is_not_understood_is_refused(boto, create, pattern):
    with pytest.raises(ClientError, match="InvalidParameterException"):
        boto("logs").filter_log_events(logGroupName=GROUP, filterPattern=pattern)


def test_a_call_that_nobody_waits_for_any_more_leaves_no_watch(router, create, manager, signed):
    create()
    stream = manager.add_lines("job-1", (10, "a"))
    asked = {"logGroupName": GROUP, "logStreamName": stream, "startFromHead": True, "startTime": 11}
    body = json.dumps(asked).encode()
    request = signed("logs", body=body, X_Amz_Target="Logs_20140328.GetLogEvents")

    async def give_up():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(router.handle(request), 0.1)

    asyncio.run(give_up())
    assert manager.feed._watches == {}
