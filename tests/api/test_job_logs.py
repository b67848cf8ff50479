"""A job's log by positions: windows, and a search through all of it."""

import pytest


@pytest.fixture
def log(manager, call, job):
    """A job with a log of a hundred lines; returns a function that calls an operation."""
    call("sagemaker", "CreateTrainingJob", **job())
    manager.add_lines("job-1", *((n, f"Line {n}") for n in range(100)))

    def ask(operation, **input):
        return call("jupytertrain", operation, TrainingJobName="job-1", **input)

    return ask


def texts(answer):
    return [each["Text"] for each in answer["Lines"]]


def test_a_window_without_a_position_is_the_end_of_the_log(log):
    _, answer = log("GetLogWindow", Before=2, After=5)
    assert texts(answer) == ["Line 98", "Line 99"]
    assert answer["Next"] == answer["End"]


def test_a_match_is_found_anywhere_and_its_position_leads_to_the_lines_around_it(log):
    _, answer = log("SearchLog", Text="line 5", IgnoreCase=True, Limit=100)
    assert texts(answer)[:3] == ["Line 5", "Line 50", "Line 51"]
    _, window = log("GetLogWindow", Position=answer["Lines"][1]["Position"], Before=1, After=2)
    assert texts(window) == ["Line 49", "Line 50", "Line 51"]


def test_a_search_says_whether_it_found_all_and_goes_on_from_a_position(log):
    _, first = log("SearchLog", Text="Line", Limit=60)
    assert (len(first["Lines"]), first["IsWhole"]) == (60, False)
    _, rest = log("SearchLog", Text="Line", Limit=60, Position=first["Lines"][-1]["Position"] + 1)
    assert (texts(rest)[0], len(rest["Lines"]), rest["IsWhole"]) == ("Line 60", 40, True)


def test_a_stream_that_is_not_there_is_refused_with_those_that_are(log):
    status, answer = log("SearchLog", Text="x", Limit=1, LogStreamName="job-1/other")
    assert status == 400
    assert "job-1/algo-1" in answer["message"]
