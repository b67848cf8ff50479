"""All for which a job would be refused is found at once."""

import asyncio
from pathlib import Path

import pytest

from jupyter_train.engine.admission import admit, refusals
from jupyter_train.engine.errors import RefusedError
from jupyter_train.engine.placement import GIB, Demand, Ledger
from jupyter_train.engine.queue import Queue
from jupyter_train.engine.settings import Settings
from jupyter_train.hosts.base import HostFacts

FACTS = HostFacts(cpus=4, memory=16 * GIB)
SETTINGS = Settings(home=Path("/nowhere"))


def document(**members):
    return {
        "TrainingJobName": "j",
        "OutputDataConfig": {"S3OutputPath": "s3://jupyter-train/"},
        "AlgorithmSpecification": {"ContainerEntrypoint": ["ls"]},
        **members,
    }


def channel(name, uri):
    return {"ChannelName": name, "DataSource": {"S3DataSource": {"S3Uri": uri}}}


def test_every_reason_is_found_and_admit_raises_the_first():
    definitions = [{"Name": "a", "Regex": "("}, {"Name": "b", "Regex": "none"}]
    wrong = document(
        AlgorithmSpecification={"MetricDefinitions": definitions},
        ResourceConfig={"InstanceType": "huge"},
        InputDataConfig=[channel("x", "ftp://a"), channel("..", "s3://b/k")],
    )
    found = [str(each) for each in refusals(wrong, SETTINGS, FACTS)]
    words = ("needs a script", "channel '..'", "metric 'a'", "metric 'b'", "'huge'", "ftp://a")
    assert len(found) == len(words)
    assert all(word in said for word, said in zip(words, found, strict=True))
    with pytest.raises(RefusedError, match="needs a script"):
        admit(wrong, SETTINGS, FACTS)


def test_what_can_be_run_has_no_reason_against_it():
    assert refusals(document(), SETTINGS, FACTS) == []


@pytest.mark.parametrize(("wait", "reasons"), [(None, 1), (599, 1), (600, 0)])
def test_spot_needs_a_wait_that_is_no_shorter_than_the_run(wait, reasons):
    limits = {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": wait}
    spot = document(EnableManagedSpotTraining=True, StoppingCondition=limits)
    assert len(refusals(spot, SETTINGS, FACTS)) == reasons


def test_places_are_held_against_each_other_once_each_is_one():
    image = {"TrainingImage": "net:1"}
    inside = [channel("x", "s3://b/kept/deep")]
    wrong = document(
        AlgorithmSpecification=image,
        InputDataConfig=inside,
        CheckpointConfig={"S3Uri": "s3://b/kept", "LocalPath": "/opt/ml/model"},
    )
    found = [str(each) for each in refusals(wrong, SETTINGS, FACTS)]
    assert ["/opt/ml/model" in found[0], "s3://b/kept/deep" in found[1]] == [True, True]


def test_what_a_job_would_wait_for_is_known_before_it_comes():
    asyncio.run(forecasts())


async def forecasts():
    queue = Queue(Ledger(FACTS))
    assert queue.forecast(Demand(cpus=4)) == ""
    queue.enter("warm-1", Demand(cpus=1))
    queue.enter("a", Demand(cpus=2, memory=12 * GIB))
    assert queue.forecast(Demand(cpus=2)) == ""
    words = "4 CPUs; 2 are free, and for 8 GiB of memory; 4 are free"
    assert queue.forecast(Demand(cpus=4, memory=8 * GIB)) == words
    queue.enter("b", Demand(cpus=4))
    assert queue.forecast(Demand()) == "1 job that came before it"
    queue.leave("b")
