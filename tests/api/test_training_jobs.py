"""Training jobs over the wire."""

import pytest
from botocore.exceptions import ClientError


def test_a_created_job_answers_with_its_arn(call, job):
    status, answer = call("sagemaker", "CreateTrainingJob", **job("Digits-1"))
    assert status == 200
    assert answer["TrainingJobArn"].endswith(":training-job/digits-1")


def test_describe_echoes_the_request_with_defaults_filled_in(call, job):
    call("sagemaker", "CreateTrainingJob", **job())
    status, answer = call("sagemaker", "DescribeTrainingJob", TrainingJobName="job-1")
    assert status == 200
    assert answer["HyperParameters"] == {}
    assert answer["OutputDataConfig"]["KmsKeyId"] == ""
    assert answer["ResourceConfig"] == {
        "InstanceType": "local",
        "InstanceCount": 1,
        "VolumeSizeInGB": 30,
    }
    assert answer["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}
    assert answer["EnableManagedSpotTraining"] is False


def test_a_name_that_is_taken_is_in_use(call, job):
    call("sagemaker", "CreateTrainingJob", **job())
    status, answer = call("sagemaker", "CreateTrainingJob", **job())
    assert (status, answer["__type"]) == (400, "ResourceInUse")
    assert "job-1" in answer["message"]


@pytest.mark.parametrize("operation", ["Describe", "Stop", "Update", "Delete"])
def test_an_unknown_job_is_not_found(call, operation):
    status, answer = call("sagemaker", f"{operation}TrainingJob", TrainingJobName="nobody")
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert answer["message"] == "Requested resource not found."


def test_boto3_submits_describes_lists_stops_and_deletes(boto, job, manager):
    client = boto("sagemaker")
    client.create_training_job(**job(Tags=[{"Key": "team", "Value": "a"}]))
    client.stop_training_job(TrainingJobName="job-1")
    told = client.describe_training_job(TrainingJobName="job-1")
    assert told["TrainingJobStatus"] == "Stopping"
    manager.move("job-1", "Stopping", "Stopped")
    (summary,) = client.list_training_jobs()["TrainingJobSummaries"]
    assert summary["TrainingJobStatus"] == "Stopped"
    client.delete_training_job(TrainingJobName="job-1")
    with pytest.raises(ClientError, match="Requested resource not found"):
        client.describe_training_job(TrainingJobName="job-1")
