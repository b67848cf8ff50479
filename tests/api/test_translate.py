"""What a description holds, against the model's own list of what it must."""

from dataclasses import replace

import pytest

from jupyter_train.api.models import Models
from jupyter_train.api.translate import DEFAULTS, describe, summary, with_defaults
from jupyter_train.api.validate import validate
from jupyter_train.contract.record import new_record
from jupyter_train.contract.status import SecondaryStatus as S
from jupyter_train.engine.progress import Progress
from jupyter_train.store.base import Series


@pytest.fixture
def record(job):
    """A job that has run for ten seconds and failed with a long reason."""
    channel = {
        "ChannelName": "train",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "file:///data"}},
    }
    members = {"InputDataConfig": [channel], "CheckpointConfig": {"S3Uri": "s3://a/b"}}
    asked = job(**members, Tags=[{"Key": "a", "Value": "b"}])
    made = new_record("id1", with_defaults(asked), 100.0, message="Starting")
    made = made.moved(S.DOWNLOADING, 101.0, "Downloading").moved(
        S.TRAINING, 102.0, "Training", training_started=102.0
    )
    return made.moved(
        S.FAILED, 112.0, training_ended=112.0, failure_reason="x" * 5000, artifact_uri="s3://a/b"
    )


SERIES = [Series(id=n, name=f"m{n}", count=1, last_value=n, last_time=9.0) for n in range(50)]


def test_a_description_holds_the_model_s_members_and_no_other(record):
    shape = Models().service("sagemaker").operation_model("DescribeTrainingJob").output_shape
    validate(shape, describe(record, SERIES))


def test_progress_is_told_in_the_model_s_member_and_in_one_of_ours(record):
    found = Progress(
        unit="epoch",
        done=2.37,
        total=10,
        time=9.0,
        since=1.0,
        start=0,
        epoch=(3, 10),
        step=(37, 100),
    )
    told = describe(record, [], progress=found)
    assert told["ProgressInfo"] == {
        "CurrentEpoch": 3,
        "MaxEpoch": 10,
        "CurrentStep": 37,
        "TotalStepCountPerEpoch": 100,
    }
    assert (told["Progress"]["Done"], told["Progress"]["Total"]) == (2.37, 10)
    assert {"ProgressInfo", "Progress"}.isdisjoint(describe(record, []))


def test_a_list_says_from_which_script_and_in_which_experiment_a_job_is(job):
    asked = job(
        HyperParameters={"sagemaker_program": '"train.py"'},
        ExperimentConfig={"ExperimentName": "widths"},
    )
    told = summary(new_record("id1", with_defaults(asked), 100.0), [])
    assert (told["Script"], told["ExperimentName"]) == ("train.py", "widths")
    bare = summary(new_record("id1", with_defaults(job()), 100.0), [])
    assert {"Script", "ExperimentName"}.isdisjoint(bare)


def test_times_and_transitions_are_told(record):
    told = describe(record, [])
    assert (told["TrainingStartTime"], told["TrainingEndTime"]) == (102.0, 112.0)
    assert (told["TrainingTimeInSeconds"], told["BillableTimeInSeconds"]) == (10, 10)
    assert told["SecondaryStatusTransitions"][0] == {
        "Status": "Starting",
        "StartTime": 100.0,
        "EndTime": 101.0,
        "StatusMessage": "Starting",
    }
    assert told["LastModifiedTime"] == 112.0


def test_a_failure_s_reason_is_cut_to_what_the_model_allows(record):
    assert len(describe(record, [])["FailureReason"]) == 1024
    assert len(summary(record, [])["FailureReason"]) == 1024


def test_the_last_values_of_some_series_are_told(record):
    assert len(describe(record, SERIES)["FinalMetricDataList"]) == 40
    assert summary(record, SERIES)["FinalMetricDataList"][1] == {
        "MetricName": "m1",
        "Value": 1,
        "Timestamp": 9.0,
    }
    assert len(summary(record, SERIES)["FinalMetricDataList"]) == 5


def test_defaults_fill_in_and_never_replace(record, job):
    document = record.document
    assert document["InputDataConfig"][0]["CompressionType"] == "None"
    source = document["InputDataConfig"][0]["DataSource"]["S3DataSource"]
    assert source["S3DataDistributionType"] == "FullyReplicated"
    assert document["CheckpointConfig"]["LocalPath"] == "/opt/ml/checkpoints"
    assert "Tags" not in document
    said = with_defaults(job(StoppingCondition={"MaxRuntimeInSeconds": 5}))
    assert said["StoppingCondition"] == {"MaxRuntimeInSeconds": 5}


def test_defaults_are_not_changed_by_use(job):
    with_defaults(job())["HyperParameters"]["a"] = "b"
    assert DEFAULTS["HyperParameters"] == {}


def test_a_cluster_of_groups_gets_no_single_instance_type(job):
    groups = [{"InstanceType": "ml.m5.large", "InstanceCount": 1, "InstanceGroupName": "a"}]
    document = with_defaults(job(ResourceConfig={"InstanceGroups": groups}))
    assert "InstanceType" not in document["ResourceConfig"]


def test_a_summary_says_what_a_row_of_a_table_shows(record):
    told = summary(record, [])
    assert (told["TrainingJobStatus"], told["SecondaryStatus"]) == ("Failed", "Failed")
    assert (told["InstanceType"], told["InstanceCount"]) == ("local", 1)
    assert told["Seq"] == record.seq


def test_what_a_job_really_runs_in_is_told_besides_and_only_where_it_is_known(record):
    ours = {"Image", "ImageDigest", "WarmPoolStatus", "Unreachable"}
    assert not ours & describe(record, []).keys()
    known = replace(record, image="a:1", image_digest="a@sha256:1", unreachable=True)
    told = describe(replace(known, warm_pool={"Status": "Available"}), [])
    assert [told[name] for name in sorted(ours)] == [
        "a:1", "a@sha256:1", True, {"Status": "Available"}
    ]  # fmt: skip
    assert summary(known, [])["Unreachable"]
