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


def test_an_expression_is_looked_for_in_each_line_and_goes_on_from_a_position(log):
    _, first = log("SearchLog", Text="^line [5-6]$|9\\d$", Regex=True, IgnoreCase=True, Limit=3)
    assert texts(first) == ["Line 5", "Line 6", "Line 90"]
    assert not first["IsWhole"]
    _, rest = log("SearchLog", Text="9\\d$", Regex=True, Limit=100, Position=first["Next"])
    assert (texts(rest)[0], len(rest["Lines"]), rest["IsWhole"]) == ("Line 91", 9, True)
    assert rest["Next"] == rest["End"]


def test_a_literal_search_goes_on_where_it_ended_when_the_log_has_grown(log, manager):
    _, first = log("SearchLog", Text="Line 9", Limit=100)
    manager.add_lines("job-1", (100, "Line 9 again"))
    _, more = log("SearchLog", Text="Line 9", Limit=100, Position=first["Next"])
    assert (len(first["Lines"]), texts(more)) == (11, ["Line 9 again"])


def test_letters_beyond_ascii_are_the_same_in_both_cases_where_case_does_not_matter(log, manager):
    manager.add_lines("job-1", (100, "GRÖSSE ÉPOQUE"), (101, "a+b"), (102, "aab"))
    _, answer = log("SearchLog", Text="größe", IgnoreCase=True, Limit=9)
    assert texts(answer) == ["GRÖSSE ÉPOQUE"]
    _, answer = log("SearchLog", Text="A+É", IgnoreCase=True, Limit=9)
    assert texts(answer) == []


def test_an_expression_that_never_ends_is_stopped_and_said_to_be(log, manager, monkeypatch):
    monkeypatch.setattr("jupyter_train.api.log_pattern.SECONDS", 0.05)
    manager.add_lines("job-1", (100, "a" * 60 + "b"))
    ask = {"Text": "(a|a|aa)+$", "Regex": True, "Limit": 9}
    status, answer = log("SearchLog", **ask)
    # A busy machine may take more than one call to come to the line.
    while status == 200 and not answer["IsWhole"]:
        assert answer["Lines"] == []
        status, answer = log("SearchLog", **ask, Position=answer["Next"])
    assert status == 400
    assert answer["message"].startswith("The search stopped after 0.05 s")


def test_a_broken_expression_is_refused_with_what_is_wrong(log):
    status, answer = log("SearchLog", Text="(", Regex=True, Limit=9)
    assert (status, "missing )" in answer["message"]) == (400, True)


def test_an_expression_that_would_take_all_memory_is_refused(log):
    status, answer = log("SearchLog", Text="((a{1000}){1000}){1000}", Regex=True, Limit=9)
    assert (status, "repeat less" in answer["message"]) == (400, True)


def test_a_stream_that_is_not_there_is_refused_with_those_that_are(log):
    status, answer = log("SearchLog", Text="x", Limit=1, LogStreamName="job-1/other")
    assert status == 400
    assert "job-1/algo-1" in answer["message"]
