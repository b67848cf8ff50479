"""A job's keys: given out at its own door, good there for an hour, and nowhere else."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from jupyter_train.api.errors import IdentityError
from jupyter_train.api.identity import Keys
from jupyter_train.api.job_identity import LIFETIME, JobIdentity
from jupyter_train.api.job_principal import JobPrincipal, principal_of
from jupyter_train.api.message import Request

ROLE = "arn:aws:iam::000000000000:role/service-role/trainer"
KEYS = Keys(access_key="AK", secret_key="very-secret", token="")
JOB = JobPrincipal(id="id1", name="job-1", role_arn=ROLE, region="us-east-1")
IDENTITY = {
    "body": b"Action=GetCallerIdentity&Version=2011-06-15",
    "content_type": "application/x-www-form-urlencoded",
}


@pytest.fixture
def job_signed(clock, monkeypatch):
    """Return a function that signs a request as a client with these credentials does."""

    def sign(credentials, service, method="POST", path="/", body=b"", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = AWSRequest(method, f"http://127.0.0.1:7170{path}", headers=named, data=body)
        request.headers["Host"] = "127.0.0.1:7170"
        names = ("AccessKeyId", "SecretAccessKey", "Token")
        with monkeypatch.context() as patch:
            now = datetime.fromtimestamp(clock.now, UTC)
            patch.setattr(botocore.auth, "get_current_datetime", lambda: now)
            kind = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
            keys = Credentials(*(credentials[name] for name in names))
            kind(keys, service, "us-east-1").add_auth(request)
        arrived = {name.lower(): value for name, value in request.headers.items()}
        return Request(method=method, path=path, headers=arrived, body=body)

    return sign


def keys_from(ask):
    return json.loads(ask("GET", "/credentials")[1])


def test_the_keys_of_a_job_sign_its_calls(ask, door, clock, job_signed):
    keys = keys_from(ask)
    assert keys["RoleArn"] == ROLE
    expires = datetime.fromisoformat(keys["Expiration"]).timestamp()
    assert LIFETIME <= expires - clock.now <= LIFETIME + 900
    whole = job_signed(keys, "s3", "PUT", f"/checks/digits/{quote('é a')}", b"x")
    assert asyncio.run(door.handle(whole)).status == 200
    foreign = job_signed(keys, "s3", "GET", "/data/sets/training")
    assert asyncio.run(door.handle(foreign)).status == 403
    changed = replace(whole, body=b"y")
    assert asyncio.run(door.handle(changed)).status == 403


def test_a_bucket_called_credentials_is_not_taken_for_the_question(ask, door, job_signed):
    listing = job_signed(keys_from(ask), "s3", "GET", "/credentials")
    answer = asyncio.run(door.handle(listing))
    assert (answer.status, b"SecretAccessKey" in answer.body) == (403, False)


def test_keys_expire(ask, door, clock, job_signed):
    keys = keys_from(ask)
    clock.now += LIFETIME + 901
    late = job_signed(keys, "sts", **IDENTITY)
    answer = asyncio.run(door.handle(late))
    assert answer.status == 403
    assert b"ExpiredToken" in answer.body
    assert keys_from(ask)["AccessKeyId"] != keys["AccessKeyId"]


def test_keys_are_good_at_no_other_door_and_not_at_the_managers(
    ask, router, manager, job, job_signed
):
    keys = keys_from(ask)
    other = asyncio.run(manager.submit(job("job-2"), {}, "me"))
    request = job_signed(keys, "sts", **IDENTITY)
    for stranger in (router, router.for_job(principal_of(other, "us-east-1"))):
        answer = asyncio.run(stranger.handle(request))
        assert answer.status == 403
        assert b"UnrecognizedClientException" in answer.body


def test_the_managers_own_keys_are_not_taken_at_a_door(door, signed):
    answer = asyncio.run(door.handle(signed("sts", **IDENTITY)))
    assert (answer.status, b"UnrecognizedClient" in answer.body) == (403, True)


@pytest.mark.parametrize("member", ["AccessKeyId", "SecretAccessKey", "Token"])
def test_keys_that_were_changed_are_refused(ask, door, job_signed, member):
    keys = keys_from(ask)
    changed = {**keys, member: keys[member][:-1] + ("A" if keys[member][-1] != "A" else "B")}
    assert asyncio.run(door.handle(job_signed(changed, "sts", **IDENTITY))).status == 403


@given(text=st.text(max_size=40))
def test_no_other_word_is_a_key(text):
    identity = JobIdentity(JOB, KEYS, lambda: 0.0)
    with pytest.raises(IdentityError, match="is not this job's"):
        identity._keys_named(text)


def test_a_jobs_keys_are_never_printed(clock):
    identity = JobIdentity(JOB, KEYS, clock)
    keys = identity._keys(int(clock()))
    assert keys.secret_key not in repr(keys)
    assert keys.token not in repr(keys)
