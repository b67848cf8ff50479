"""What `ps` and `describe` show of a job in a container."""

from jupyter_train.cli.show import facts, row

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


def test_a_list_shows_what_a_job_waits_for_where_its_metrics_will_be():
    summary = {**JOB, "StatusMessage": "Pulling the image net:1: 4 of 14 MB"}
    assert row(summary, now=60.0)[-1] == "Pulling the image net:1: 4 of 14 MB"
    training = {**summary, "SecondaryStatus": "Training"}
    assert row(training, now=60.0)[-1] == ""
