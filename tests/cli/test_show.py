"""What `describe` shows of a job in a container."""

from jupyter_train.cli.show import facts

JOB = {
    "TrainingJobName": "a",
    "TrainingJobStatus": "InProgress",
    "SecondaryStatus": "Downloading",
    "SecondaryStatusTransitions": [{"StatusMessage": "Downloading the image: 45 % of 1.2 GB"}],
    "CreationTime": 0.0,
    "ResourceConfig": {"InstanceType": "local", "InstanceCount": 1},
    "AlgorithmSpecification": {"TrainingImage": "net:1"},
}


def test_what_a_job_waits_for_and_runs_in_is_shown():
    shown = dict(facts(JOB, now=60.0))
    assert shown["doing"] == "Downloading: Downloading the image: 45 % of 1.2 GB"
    assert shown["image"] == "net:1"
    assert shown.keys().isdisjoint({"digest", "warm pool"})


def test_digest_and_warm_pool_are_shown_where_they_are_known():
    pool = {"Status": "Available", "ResourceRetainedBillableTimeInSeconds": 5}
    shown = dict(facts({**JOB, "ImageDigest": "sha256:ab", "WarmPoolStatus": pool}, now=60.0))
    assert (shown["digest"], shown["warm pool"]) == ("sha256:ab", "Available")
