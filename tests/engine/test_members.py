"""What a request asks for and nothing here could heed is refused, and the member named."""

import asyncio

import pytest

from jupyter_train.engine.errors import RefusedError
from jupyter_train.engine.members import REFUSED, refused

BASE = {"TrainingJobName": "a", "OutputDataConfig": {"S3OutputPath": "s3://b", "KmsKeyId": ""}}


def request(member, value):
    """Return a request with that value at a member's path; of channels with one."""
    document, inner = {}, value
    for name in reversed(member.split(".")):
        inner = {name: inner}
    document.update(BASE)
    for name, each in inner.items():
        document[name] = [each] if name == "InputDataConfig" else each
    return document


@pytest.mark.parametrize("member", REFUSED)
def test_a_member_that_cannot_be_heeded_is_refused_with_what_to_do(member):
    values, _ = REFUSED[member]
    (said,) = refused(request(member, next(iter(values), "x")))
    name = member.rpartition(".")[2]
    assert f"{name[:1].lower()}{name[1:]}' cannot be heeded: " in said
    assert said.startswith("Value '")


@pytest.mark.parametrize("member", REFUSED)
@pytest.mark.parametrize("nothing", ["", False, None, [], {}])
def test_what_asks_for_nothing_is_taken(member, nothing):
    assert list(refused(request(member, nothing))) == []


@pytest.mark.parametrize("member", [each for each in REFUSED if REFUSED[each][0]])
def test_other_values_of_a_member_are_taken(member):
    assert list(refused(request(member, "None"))) == []


def test_what_is_below_a_member_and_in_a_list_is_seen():
    groups = [{"InstanceType": "ml.m5.large", "InstanceGroupName": "a", "InstanceCount": 1}] * 2
    (said,) = refused({"ResourceConfig": {"InstanceGroups": groups}})
    assert said.startswith("Value 'ml.m5.large' at 'resourceConfig.instanceGroups.instanceType' ")


def test_a_manager_refuses_it_and_makes_nothing(workshop):
    login = {"TrainingRepositoryCredentialsProviderArn": "arn:aws:lambda:x:1:function:login"}
    config = {"TrainingRepositoryAccessMode": "Vpc", "TrainingRepositoryAuthConfig": login}
    members = {"TrainingImage": "mine:1", "TrainingImageConfig": config}

    async def scene():
        async with workshop.manager() as manager:
            document = workshop.document("", AlgorithmSpecification=members)
            with pytest.raises(RefusedError, match="`docker login`"):
                await manager.submit(document, {}, "me")
            return manager.jobs.counts()

    assert asyncio.run(scene()) == {}
