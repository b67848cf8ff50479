"""awscli as it comes from PyPI, against a manager process."""

import json

from jupyter_train.contract.names import DEFAULT_BUCKET, LOG_GROUP


def test_a_job_is_created_awaited_and_described(aws, request_of):
    document = json.dumps(request_of("cli-job"))
    made = aws("sagemaker", "create-training-job", "--cli-input-json", document)
    assert made["TrainingJobArn"].endswith("training-job/cli-job")
    # The command line's own waiter sleeps 120 s between two looks, so the log tells of the end.
    words = ["--log-group-name", LOG_GROUP, "--log-stream-name-prefix", "cli-job/"]
    while "epoch=3" not in str(aws("logs", "filter-log-events", *words)):
        pass
    facts = aws("sagemaker", "describe-training-job", "--training-job-name", "cli-job")
    assert facts["TrainingJobStatus"] in {"InProgress", "Completed"}


def test_jobs_are_listed_and_tagged(aws, request_of):
    document = json.dumps(request_of("cli-tags"))
    arn = aws("sagemaker", "create-training-job", "--cli-input-json", document)["TrainingJobArn"]
    aws("sagemaker", "add-tags", "--resource-arn", arn, "--tags", "Key=stage,Value=test")
    tags = aws("sagemaker", "list-tags", "--resource-arn", arn)["Tags"]
    assert tags == [{"Key": "stage", "Value": "test"}]
    listed = aws("sagemaker", "list-training-jobs", "--name-contains", "cli-tags")
    assert [each["TrainingJobName"] for each in listed["TrainingJobSummaries"]] == ["cli-tags"]


def test_a_file_goes_up_and_comes_back(aws, tmp_path):
    (tmp_path / "here.txt").write_text("as it was")
    address = f"s3://{DEFAULT_BUCKET}/cli/here.txt"
    aws("s3", "cp", str(tmp_path / "here.txt"), address)
    aws("s3", "cp", address, str(tmp_path / "back.txt"))
    assert (tmp_path / "back.txt").read_text() == "as it was"
    assert "here.txt" in aws("s3", "ls", f"s3://{DEFAULT_BUCKET}/cli/")
