"""What a job would meet is told before there is one: all of it, and nothing is created."""

from jupyter_train.engine.errors import LimitError, RefusedError


def problems(call, request):
    status, answer = call("jupytertrain", "ValidateTrainingJob", **request)
    assert status == 200
    return answer["Problems"]


def test_what_would_be_taken_has_no_problem_and_does_not_wait(call, job, manager):
    status, answer = call("jupytertrain", "ValidateTrainingJob", **job())
    assert (status, answer) == (200, {"Problems": []})
    assert manager.jobs.last_seq() == 0


def test_what_it_would_wait_for_is_said_in_a_sentence(call, job, manager):
    manager.awaited = "4 CPUs; 1 is free"
    _, answer = call("jupytertrain", "ValidateTrainingJob", **job())
    assert answer["Wait"] == "It would wait for 4 CPUs; 1 is free."


def test_rules_of_the_model_the_engine_and_the_name_are_told_together(call, job, manager):
    call("sagemaker", "CreateTrainingJob", **job("taken"))
    manager.refused = (RefusedError("no script"), LimitError("no GPU"))
    wrong = job("taken", HyperParameters={"lr": "x" * 2501}, Environment={"A": "é\0"})
    found = problems(call, job("taken", Environment={"A": "é\0"}))
    assert [each["Code"] for each in found] == [
        "ValidationException",
        "ResourceInUse",
        "ValidationException",
        "ResourceLimitExceeded",
    ]
    assert found[0]["Member"] == "environment.A.member"
    assert len(problems(call, wrong)) == 2  # what is too long is read no further


def test_a_request_whose_form_is_broken_is_not_read_further(call, job, manager):
    manager.refused = (RefusedError("never asked"),)
    found = problems(call, job(HyperParameters=7, StoppingCondition={"MaxRuntimeInSeconds": 0}))
    members = {"hyperParameters", "stoppingCondition.maxRuntimeInSeconds"}
    assert {each["Member"] for each in found} == members


def test_tags_that_are_reserved_or_doubled_are_told(call, job):
    found = problems(call, job(Tags=[{"Key": "aws:x", "Value": "1"}]))
    assert "aws:x" in found[0]["Message"]


def test_metric_definitions_are_tried_as_a_job_would(call):
    definitions = [{"Name": "loss", "Regex": r"loss=([0-9.]+)"}, {"Name": "m", "Regex": "("}]
    log = "loss=nan\nx loss=0.5"
    _, said = call("jupytertrain", "TryMetricDefinitions", Log=log, MetricDefinitions=definitions)
    assert said["Matches"] == [
        {"Name": "loss", "Value": "NaN", "Line": 0, "Start": 5, "End": 8, "Step": 0},
        {"Name": "loss", "Value": 0.5, "Line": 1, "Start": 7, "End": 10, "Step": 1},
    ]
    assert (said["Counts"], said["Lines"], said["IsWhole"]) == ({"loss": 2}, 2, True)
    assert [each["Name"] for each in said["Problems"]] == ["m"]


def test_a_log_that_is_too_large_is_not_tried(call):
    status, said = call(
        "jupytertrain", "TryMetricDefinitions", Log="x" * 262_145, MetricDefinitions=[]
    )
    assert (status, "at 'log'" in said["message"]) == (400, True)
