"""The warm pool as clients of Amazon's meet it."""

import time

import pytest

pytestmark = [pytest.mark.timeout(180)]
FIT = """
    from sagemaker.estimator import Estimator
    from sagemaker.session import Session

    session = Session()
    for name in ("warm-1", "warm-2"):
        estimator = Estimator(
            image_uri="{image}", role="arn:aws:iam::000000000000:role/jupyter-train",
            instance_count=1, instance_type="ml.m5.large", keep_alive_period_in_seconds=600,
            entry_point="train.py", source_dir=".", hyperparameters={{"epochs": 2}},
            sagemaker_session=session,
        )
        estimator.fit({{"training": "s3://jupyter-train/warm/data/"}}, job_name=name, logs=False)
    session.update_training_job("warm-2", resource_config={{"KeepAlivePeriodInSeconds": 0}})
"""


@pytest.fixture
def sagemaker(client):
    return client("sagemaker")


@pytest.fixture
def becomes(sagemaker):
    """Wait until a job's WarmPoolStatus is this; returns it."""

    def wait(name, status):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = sagemaker.describe_training_job(TrainingJobName=name).get("WarmPoolStatus", {})
            if found.get("Status") == status:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{name}: {found}")

    return wait


def test_boto3_sees_what_is_kept_and_ends_it(sagemaker, request_of, becomes, docker_engine):
    for name in ("boto-warm-1", "boto-warm-2"):
        request = request_of(name)
        request["AlgorithmSpecification"]["TrainingImage"] = docker_engine.image
        request["ResourceConfig"] = request["ResourceConfig"] | {"KeepAlivePeriodInSeconds": 600}
        sagemaker.create_training_job(**request)
        becomes(name, "Available")
    before = becomes("boto-warm-1", "Reused")
    assert before["ReusedByJob"] == "boto-warm-2"
    assert before["ResourceRetainedBillableTimeInSeconds"] >= 0
    listed = sagemaker.list_training_jobs(WarmPoolStatusEquals="Available")
    [found] = listed["TrainingJobSummaries"]
    assert (found["TrainingJobName"], found["WarmPoolStatus"]["Status"]) == (
        "boto-warm-2",
        "Available",
    )
    sagemaker.update_training_job(
        TrainingJobName="boto-warm-2", ResourceConfig={"KeepAlivePeriodInSeconds": 0}
    )
    becomes("boto-warm-2", "Terminated")


def test_an_estimator_of_the_sdk_keeps_takes_and_ends_it(sdk, upload, becomes, docker_engine):
    upload("warm/data/numbers.txt", b"1\n2\n3\n")
    sdk(FIT.format(image=docker_engine.image))
    assert becomes("warm-1", "Reused")["ReusedByJob"] == "warm-2"
    becomes("warm-2", "Terminated")
