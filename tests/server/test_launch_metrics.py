"""Metrics tried on a pasted log: the manager's scanner, places as the browser counts them."""

import json

import pytest


@pytest.fixture
def ask(jp_fetch, link, small_manager):
    said = {"Matches": [], "Counts": {}, "Problems": [], "Lines": 1, "IsWhole": True}

    async def ask(log, definitions, **answer):
        answers = small_manager.app.settings["answers"]
        answers["TryMetricDefinitions"] = lambda _: {**said, **answer}
        body = json.dumps({"log": log, "metric_definitions": definitions})
        got = await jp_fetch("jupyter-train", "launch", "metrics", method="POST", body=body)
        return json.loads(got.body)

    return ask


async def test_places_are_counted_as_the_browser_counts_them(ask):
    match = {"Name": "loss", "Value": "NaN", "Line": 1, "Start": 7, "End": 10, "Step": 0}
    log = "first\r\n🙂 loss=nan"
    said = await ask(log, {"loss": "loss=(.*)"}, Matches=[match], Counts={"loss": 1})
    (found,) = said["matches"]
    assert found == {**found, "name": "loss", "value": "NaN", "line": 1, "start": 8, "end": 11}
    assert said["counts"] == {"loss": 1}


async def test_problems_are_put_at_their_rows_and_at_the_log(ask):
    problems = [{"Name": "a.b", "Message": "no group"}]
    said = await ask("x\ny\nz", {"a.b": "("}, Problems=problems, Lines=2, IsWhole=False)
    assert [each["field"] for each in said["problems"]] == ["metric_definitions.a.b", "log"]
    assert "first 2 of 3 lines" in said["problems"][1]["message"]


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("Value '' at 'metricDefinitions.2.member.regex' failed", "metric_definitions.b"),
        ("Value 'x…' at 'log' failed to satisfy constraint: Member must have length", "log"),
    ],
)
async def test_a_refusal_is_a_problem_at_its_field(ask, message, field):
    refusal = {"__type": "ValidationException", "message": message}
    said = await ask("x", {"a": "(1)", "b": "(2)", "new": ""}, **refusal)
    assert [each["field"] for each in said["problems"]] == [field]


async def test_what_says_nothing_yet_is_not_tried(jp_fetch, link, small_manager):
    asked = []
    answer = {"Matches": [], "Counts": {}, "Problems": [], "Lines": 1, "IsWhole": True}
    small_manager.app.settings["answers"]["TryMetricDefinitions"] = lambda it: (
        asked.append(it) or answer
    )
    body = json.dumps({"log": "x", "metric_definitions": {"new": "", "a": "(1)"}})
    await jp_fetch("jupyter-train", "launch", "metrics", method="POST", body=body)
    assert asked == [{"Log": "x", "MetricDefinitions": [{"Name": "a", "Regex": "(1)"}]}]
