import re
from datetime import UTC, datetime

import pytest

from jupyter_train.client.source import MissingPathError, find_source
from jupyter_train.client.submit import (
    JobOptions,
    address,
    image_name,
    stamped_name,
    text_of,
    training_job_request,
)

NOON = datetime(2026, 11, 23, 12, 0, 1, 42_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("digits", "digits-2026-11-23-12-00-01-042"),
        ("my job_v2.py", "my-job-v2-py-2026-11-23-12-00-01-042"),
        ("___", "job-2026-11-23-12-00-01-042"),
        ("x" * 80, "x" * 39 + "-2026-11-23-12-00-01-042"),
    ],
)
def test_a_name_is_made_as_the_sdk_makes_it_and_fits_into_aws_rules(base, name):
    assert stamped_name(base, NOON) == name
    assert len(name) <= 63


@pytest.mark.parametrize(
    ("value", "text"),
    [("a b", "a b"), (0.1, "0.1"), (True, "true"), ([1, 2], "[1, 2]"), (None, "null")],
)
def test_hyperparameters_travel_as_text(value, text):
    assert text_of(value) == text


def test_a_value_json_does_not_know_travels_as_it_prints(tmp_path):
    assert text_of(tmp_path) == str(tmp_path)


def test_a_local_path_becomes_a_file_uri_that_survives_spaces(tmp_path):
    (tmp_path / "my data").mkdir()
    assert address(tmp_path / "my data") == f"file://{tmp_path}/my%20data"


def test_an_address_stays_as_it_is(tmp_path):
    assert address("s3://bucket/prefix") == "s3://bucket/prefix"
    assert address(tmp_path.as_uri()) == tmp_path.as_uri()


def test_a_missing_input_is_refused_before_anything_is_sent(tmp_path):
    with pytest.raises(MissingPathError, match=r"there is no file or folder .*gone"):
        training_job_request(JobOptions(inputs={"train": tmp_path / "gone"}))


def test_one_path_alone_is_the_training_channel(tmp_path):
    request = training_job_request(JobOptions(inputs=tmp_path))
    assert [each["ChannelName"] for each in request["InputDataConfig"]] == ["training"]


def test_a_channel_in_aws_words_is_left_alone():
    channel = {"DataSource": {"S3DataSource": {"S3Uri": "s3://b/k", "S3DataType": "S3Prefix"}}}
    request = training_job_request(JobOptions(inputs={"train": channel}))
    assert request["InputDataConfig"] == [{"ChannelName": "train", **channel}]


def test_the_source_lies_under_the_jobs_name(tmp_path):
    (tmp_path / "train.py").write_text("")
    request = training_job_request(JobOptions(name="j1"), find_source(tmp_path / "train.py"))
    uri = request["HyperParameters"]["sagemaker_submit_directory"]
    assert re.fullmatch("s3://jupyter-train/j1/source/[0-9a-f]{8}/sourcedir.tar.gz", uri)
    assert request["HyperParameters"]["sagemaker_program"] == "train.py"


def test_the_callers_interpreter_is_recorded_and_the_users_environment_wins():
    request = training_job_request(
        JobOptions(interpreter="/usr/bin/python3", environment={"A": "1"})
    )
    assert request["Environment"] == {"JUPYTER_TRAIN_PYTHON": "/usr/bin/python3", "A": "1"}


def test_members_that_say_nothing_are_not_sent():
    request = training_job_request(JobOptions(interpreter=None))
    assert request.keys().isdisjoint({"HyperParameters", "Tags", "InputDataConfig", "Environment"})


def test_an_image_brings_its_own_interpreter_and_a_process_records_the_callers():
    for image in (None, "", "process"):
        assert "Environment" in training_job_request(JobOptions(image=image, interpreter="python3"))
    request = training_job_request(JobOptions(image="team/image:1", interpreter="python3"))
    assert "Environment" not in request
    assert request["AlgorithmSpecification"]["TrainingImage"] == "team/image:1"


def test_what_is_chosen_about_a_container_is_asked_in_awss_words():
    request = training_job_request(
        JobOptions(
            image="image",
            command=["python3", "-V"],
            volume_size=5,
            keep_alive=600,
            max_retries=2,
            isolated=True,
            remote_debug=True,
        )
    )
    assert request["AlgorithmSpecification"]["ContainerEntrypoint"] == ["python3", "-V"]
    assert request["ResourceConfig"]["VolumeSizeInGB"] == 5
    assert request["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 600
    assert request["RetryStrategy"] == {"MaximumRetryAttempts": 2}
    assert request["EnableNetworkIsolation"] is True
    assert request["RemoteDebugConfig"] == {"EnableRemoteDebug": True}


def test_spot_experiment_and_arguments_are_asked_in_awss_words():
    request = training_job_request(
        JobOptions(
            image="image",
            arguments=["--epochs", "3"],
            is_spot=True,
            max_wait=900,
            max_run=600,
            experiment={"ExperimentName": "digits"},
        )
    )
    assert request["AlgorithmSpecification"]["ContainerArguments"] == ["--epochs", "3"]
    assert request["EnableManagedSpotTraining"] is True
    limits = {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900}
    assert request["StoppingCondition"] == limits
    assert request["ExperimentConfig"] == {"ExperimentName": "digits"}


def test_a_source_that_is_packed_already_is_named_as_it_is():
    request = training_job_request(JobOptions(packed=("train.py", "s3://b/old.tar.gz")))
    assert request["HyperParameters"] == {
        "sagemaker_program": "train.py",
        "sagemaker_submit_directory": "s3://b/old.tar.gz",
    }


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("123456789012.dkr.ecr.us-west-2.amazonaws.com/my-custom-image:latest", "my-custom-image"),
        ("localhost:5000/team/net@sha256:abc", "net"),
        ("plain", "plain"),
        (None, "job"),
    ],
)
def test_a_job_without_a_script_is_called_after_its_image(image, name):
    assert image_name(image) == name
