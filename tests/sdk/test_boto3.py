"""boto3 as it is, against a manager process."""

import boto3
import pytest

from jupyter_train.contract.names import DEFAULT_BUCKET, LOG_GROUP

QUICK = {"Delay": 1, "MaxAttempts": 60}


@pytest.fixture
def sagemaker(client):
    return client("sagemaker")


@pytest.fixture
def trained(sagemaker, request_of):
    """Create a job and wait for its end with boto3's own waiter."""

    def train(name, **changes):
        sagemaker.create_training_job(**request_of(name, **changes))
        waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
        waiter.wait(TrainingJobName=name, WaiterConfig=QUICK)
        return sagemaker.describe_training_job(TrainingJobName=name)

    return train


def test_a_job_trains_and_its_model_is_fetched(trained, client):
    facts = trained("boto-model")
    assert facts["TrainingJobStatus"] == "Completed", facts.get("FailureReason")
    bucket, _, key = facts["ModelArtifacts"]["S3ModelArtifacts"][5:].partition("/")
    assert key == "out/boto-model/output/model.tar.gz"
    body = client("s3").get_object(Bucket=bucket, Key=key)["Body"]
    assert body.read(2) == b"\x1f\x8b"
    body.close()


def test_the_last_metric_values_are_in_the_description(trained):
    facts = trained("boto-metrics")
    values = {each["MetricName"]: each["Value"] for each in facts["FinalMetricDataList"]}
    assert values["loss"] == pytest.approx(0.333, abs=1e-6)


def test_the_transitions_tell_the_job_s_way_in_order(trained):
    facts = trained("boto-way")
    way = [each["Status"] for each in facts["SecondaryStatusTransitions"]]
    assert way[0] == "Starting"
    assert way[-3:] == ["Training", "Uploading", "Completed"]


def test_the_log_is_read_from_its_start(trained, client):
    trained("boto-log")
    logs = client("logs")
    streams = logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix="boto-log/")
    name = streams["logStreams"][0]["logStreamName"]
    page = logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=name, startFromHead=True)
    lines = [event["message"] for event in page["events"]]
    assert lines == [f"epoch={n} loss={1 / n:.3f}" for n in (1, 2, 3)]


def test_lines_are_found_by_a_pattern(trained, client):
    trained("boto-filter")
    found = client("logs").filter_log_events(
        logGroupName=LOG_GROUP, logStreamNamePrefix="boto-filter/", filterPattern='"epoch=2"'
    )
    assert [event["message"] for event in found["events"]] == ["epoch=2 loss=0.500"]


def test_a_stopped_job_ends_as_stopped(sagemaker, request_of):
    sagemaker.create_training_job(**request_of("boto-stop", waits=True))
    sagemaker.stop_training_job(TrainingJobName="boto-stop")
    waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
    waiter.wait(TrainingJobName="boto-stop", WaiterConfig=QUICK)
    facts = sagemaker.describe_training_job(TrainingJobName="boto-stop")
    assert facts["TrainingJobStatus"] == "Stopped"


def test_pages_of_the_list_hold_every_job_once(trained, sagemaker):
    made = {f"boto-page-{n}" for n in range(3)}
    for name in made:
        trained(name)
    pages = sagemaker.get_paginator("list_training_jobs").paginate(
        NameContains="boto-page", PaginationConfig={"PageSize": 2}
    )
    listed = [each["TrainingJobName"] for page in pages for each in page["TrainingJobSummaries"]]
    assert sorted(listed) == sorted(made)


def test_tags_are_added_listed_and_removed(trained, sagemaker):
    arn = trained("boto-tags", Tags=[{"Key": "team", "Value": "a"}])["TrainingJobArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "test"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["team"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "test"}]


def test_a_deleted_job_is_gone_and_its_name_is_free(trained, sagemaker):
    trained("boto-again")
    sagemaker.delete_training_job(TrainingJobName="boto-again")
    with pytest.raises(sagemaker.exceptions.ClientError, match="not found"):
        sagemaker.describe_training_job(TrainingJobName="boto-again")
    assert trained("boto-again")["TrainingJobStatus"] == "Completed"


def test_a_name_that_is_taken_is_refused_as_amazon_does(trained, sagemaker, request_of):
    trained("boto-taken")
    with pytest.raises(sagemaker.exceptions.ResourceInUse, match="already exists"):
        sagemaker.create_training_job(**request_of("boto-taken"))


def test_a_script_that_fails_is_told_with_its_exit_code(sagemaker, request_of):
    document = request_of("boto-fails")
    document["HyperParameters"]["epochs"] = "many"
    sagemaker.create_training_job(**document)
    waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
    with pytest.raises(Exception, match="Failed"):
        waiter.wait(TrainingJobName="boto-fails", WaiterConfig=QUICK)
    facts = sagemaker.describe_training_job(TrainingJobName="boto-fails")
    assert "AlgorithmError" in facts["FailureReason"]
    assert "2" in facts["FailureReason"]


def test_wrong_keys_are_refused(environment):
    stranger = boto3.client(
        "sagemaker", endpoint_url=environment["AWS_ENDPOINT_URL_SAGEMAKER"],
        region_name="us-east-1", aws_access_key_id="AKIASTRANGER", aws_secret_access_key="no",
    )  # fmt: skip
    with pytest.raises(stranger.exceptions.ClientError, match="UnrecognizedClient"):
        stranger.list_training_jobs()
    stranger.close()


def test_objects_are_listed_by_prefix(upload, client):
    keys = [f"listing/{name}" for name in ("a.txt", "b/c.txt", "d.txt")]
    for key in keys:
        upload(key, b"x")
    found = client("s3").list_objects_v2(Bucket=DEFAULT_BUCKET, Prefix="listing/")
    assert [each["Key"] for each in found["Contents"]] == keys
