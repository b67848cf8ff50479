"""STS and IAM as far as SDKs ask, our own service, and what is not here."""

import pytest
from botocore.exceptions import ClientError

from jupyter_train.contract.status import Status


def test_sts_tells_who_calls(boto):
    told = boto("sts").get_caller_identity()
    assert told["Account"] == "000000000000"
    assert told["Arn"].startswith("arn:aws:iam::")


def test_iam_describes_a_role_that_trusts_sagemaker(boto):
    role = boto("iam").get_role(RoleName="jupyter-train")["Role"]
    assert role["Arn"] == "arn:aws:iam::000000000000:role/jupyter-train"
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}


def test_iam_allows_the_one_user_everything(boto):
    told = boto("iam").simulate_principal_policy(
        PolicySourceArn="arn:aws:iam::000000000000:role/jupyter-train",
        ActionNames=["s3:PutObject", "s3:GetObject"],
        ResourceArns=["arn:aws:s3:::a/*"],
    )
    decisions = [each["EvalDecision"] for each in told["EvaluationResults"]]
    assert decisions == ["allowed", "allowed"]


def test_iam_and_sts_answer_over_the_token_s_path(boto, keys):
    path = f"/t/{keys.token}"
    assert boto("sts", path=path).get_caller_identity()["Account"]
    assert boto("iam", path=path).get_role(RoleName="a-role")["Role"]["RoleName"] == "a-role"


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("sagemaker", "list_pipelines", {}),
        ("logs", "list_anomalies", {}),
        ("sts", "get_session_token", {}),
        ("iam", "list_roles", {}),
        ("s3", "get_bucket_policy", {"Bucket": "abc"}),
    ],
)
def test_what_is_not_here_gets_a_modelled_error(boto, service, operation, arguments):
    with pytest.raises(ClientError) as caught:
        getattr(boto(service), operation)(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] in {"UnknownOperationException", "NotImplemented"}
    assert "is not available here; of" in error["Message"]


def test_the_manager_describes_itself(boto, call, job):
    call("sagemaker", "CreateTrainingJob", **job())
    told = boto("jupytertrain").describe_manager()
    assert (told["Version"], told["Pid"]) == ("1.2.3", 42)
    assert told["Jobs"] == {Status.IN_PROGRESS: 1}
    assert told["Capacity"]["FreeCpus"] == 3
    assert told["Capacity"]["InstanceTypes"] == ["half", "local"]


def test_a_metric_window_comes_as_columns(boto, call, job, manager):
    call("sagemaker", "CreateTrainingJob", **job())
    manager.add_samples("job-1", "loss", [1, 2, 3], [0.5, float("nan"), 0.25])
    client = boto("jupytertrain")
    (series,) = client.list_metric_series(TrainingJobName="job-1")["Series"]
    assert (series["Name"], series["Count"], series["LastStep"]) == ("loss", 3, 3)
    window = client.get_metric_window(
        TrainingJobName="job-1", SeriesId=series["SeriesId"], LowStep=2, Points=100
    )
    assert window["Steps"] == [2, 3]
    assert window["Values"] == ["NaN", 0.25]


def test_a_series_that_is_not_there_is_answered_with_those_that_are(call, job, manager):
    call("sagemaker", "CreateTrainingJob", **job())
    manager.add_samples("job-1", "loss", [1], [0.5])
    _, answer = call(
        "jupytertrain", "GetMetricWindow", TrainingJobName="job-1", SeriesId=99, Points=10
    )
    assert answer["__type"] == "ValidationException"
    assert "(loss)" in answer["message"]


def test_a_check_answers_as_create_would_and_creates_nothing(boto, job, manager):
    client = boto("jupytertrain")
    client.check_training_job(**job())
    with pytest.raises(ClientError, match="trainingJobName"):
        client.check_training_job(**job("bad name!"))
    assert manager.jobs.last_seq() == 0


def test_a_check_of_a_taken_name_says_so(call, job):
    call("sagemaker", "CreateTrainingJob", **job())
    _, answer = call("jupytertrain", "CheckTrainingJob", **job())
    assert answer["__type"] == "ResourceInUse"
