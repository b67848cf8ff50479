"""Lists of jobs: filters, order, pages; and tags."""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def jobs(call, job, clock, manager):
    """Five jobs, a second apart: a-0 to a-2 and B-3, B-4; a-1 has failed."""
    for number, name in enumerate(("a-0", "a-1", "a-2", "B-3", "B-4")):
        clock.now = 1_800_000_000.0 + number
        call("sagemaker", "CreateTrainingJob", **job(name))
    manager.move("a-1", "Failed", failure_reason="AlgorithmError: exit code 1")


@pytest.fixture
def listed(call, jobs):
    def names(**members):
        status, answer = call("sagemaker", "ListTrainingJobs", **members)
        assert status == 200, answer
        return [each["TrainingJobName"] for each in answer["TrainingJobSummaries"]]

    return names


START = 1_800_000_000


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, "a-0 a-1 a-2 B-3 B-4"),
        ({"SortOrder": "Descending"}, "B-4 B-3 a-2 a-1 a-0"),
        ({"NameContains": "b"}, "B-3 B-4"),
        ({"StatusEquals": "Failed"}, "a-1"),
        ({"CreationTimeAfter": START + 2}, "B-3 B-4"),
        ({"CreationTimeBefore": START + 1}, "a-0"),
        ({"LastModifiedTimeAfter": START + 4}, "a-1"),
        ({"MaxResults": 2}, "a-0 a-1"),
        ({"WarmPoolStatusEquals": "InUse"}, ""),
    ],
)
def test_jobs_are_filtered_and_ordered(listed, members, expected):
    assert listed(**members) == expected.split()


def test_jobs_are_found_by_what_is_kept_warm_after_them(call, listed, manager):
    kept = {"Status": "Available", "ResourceRetainedBillableTimeInSeconds": 3}
    manager.move("a-2", "Stopping", warm_pool=kept)
    assert listed(WarmPoolStatusEquals="Available") == ["a-2"]
    assert listed(WarmPoolStatusEquals="Reused") == []
    _, page = call("sagemaker", "ListTrainingJobs", NameContains="a-2")
    assert page["TrainingJobSummaries"][0]["WarmPoolStatus"] == kept


def test_jobs_are_ordered_by_name_and_by_status(listed):
    assert listed(SortBy="Name", SortOrder="Ascending") in (
        ["B-3", "B-4", "a-0", "a-1", "a-2"],
        ["a-0", "a-1", "a-2", "B-3", "B-4"],
    )
    assert listed(SortBy="Status")[0] == "a-1"


@pytest.mark.parametrize("sort_by", ["Name", "CreationTime", "Status"])
@pytest.mark.parametrize("order", ["Ascending", "Descending"])
def test_pages_join_without_gap_or_repeat(call, listed, sort_by, order):
    asked, found, token = {"SortBy": sort_by, "SortOrder": order}, [], {}
    while token is not None:
        _, page = call("sagemaker", "ListTrainingJobs", **asked, **token, MaxResults=2)
        found += [each["TrainingJobName"] for each in page["TrainingJobSummaries"]]
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else None
    assert found == listed(**asked)


def test_a_token_belongs_to_its_filters(call, jobs):
    _, page = call("sagemaker", "ListTrainingJobs", MaxResults=2)
    token = page["NextToken"]
    assert call("sagemaker", "ListTrainingJobs", MaxResults=3, NextToken=token)[0] == 200
    for members in ({"NameContains": "a", "NextToken": token}, {"NextToken": token[:-2] + "AA"}):
        status, answer = call("sagemaker", "ListTrainingJobs", **members)
        assert (status, answer["__type"]) == (400, "ValidationException")


def test_tags_are_added_listed_and_deleted(boto, job):
    client = boto("sagemaker")
    made = client.create_training_job(**job("Job-A", Tags=[{"Key": "team", "Value": "a"}]))
    arn = made["TrainingJobArn"]
    client.add_tags(
        ResourceArn=arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "x", "Value": ""}]
    )
    client.delete_tags(ResourceArn=arn, TagKeys=["x", "unknown"])
    assert client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "b"}]


def test_tags_of_what_is_no_job_are_refused(boto):
    client = boto("sagemaker")
    arn = "arn:aws:sagemaker:us-east-1:000000000000:"
    with pytest.raises(ClientError, match="Requested resource not found"):
        client.list_tags(ResourceArn=arn + "training-job/nobody")
    with pytest.raises(ClientError, match="not one of a training job"):
        client.list_tags(ResourceArn=arn + "model/m")


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ([("aws:x", "1")], "reserved"),
        ([("a", "1"), ("a", "2")], "twice"),
    ],
)
def test_tags_that_cannot_be_are_refused_and_nothing_is_created(call, job, manager, tags, said):
    members = [{"Key": key, "Value": value} for key, value in tags]
    _, answer = call("sagemaker", "CreateTrainingJob", **job(Tags=members))
    assert answer["__type"] == "ValidationException"
    assert said in answer["message"]
    assert manager.jobs.last_seq() == 0


def test_a_job_has_at_most_fifty_tags(call, job):
    tags = [{"Key": f"k{n}", "Value": ""} for n in range(50)]
    arn = call("sagemaker", "CreateTrainingJob", **job(Tags=tags))[1]["TrainingJobArn"]
    more = {"ResourceArn": arn, "Tags": [{"Key": "one-more", "Value": ""}]}
    status, answer = call("sagemaker", "AddTags", **more)
    assert (status, "51 tags" in answer["message"]) == (400, True)
