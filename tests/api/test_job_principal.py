"""What a running job may do is a table; through its door it is itself, and all else is denied."""

import asyncio
import json
import posixpath
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_train.api.errors import IdentityError
from jupyter_train.api.job_principal import PERMISSIONS, JobPrincipal, Place, principal_of
from jupyter_train.api.message import JOB_LIMIT, OBJECT_LIMIT, Request
from jupyter_train.api.models import SERVICES, Models
from jupyter_train.api.registry import Registry
from jupyter_train.contract.record import new_record

ROLE = "arn:aws:iam::000000000000:role/service-role/trainer"
WRITABLE = [
    ("jupyter-train", "results/job-1/output/model.tar.gz"),
    ("jupyter-train", "live/step-1"),
    ("jupyter-train", "boards/job-1/tensorboard-output/events"),
    ("checks", "digits/a/b"),
]
READABLE = [
    *WRITABLE,
    ("data", "sets/train"),
    ("data", "sets/train/part-0"),
    ("jupyter-train", "job-1/source/sourcedir.tar.gz"),
]
ELSEWHERE = [
    ("data", "sets/training"),
    ("data", "sets"),
    ("data", ""),
    ("data", "sets/train/../secret"),
    ("data", "sets/train/"),
    ("data", "sets/train//x"),
    ("data", "/sets/train/x"),
    ("data", "sets/train/x\0"),
    ("data", "sets/train\\..\\secret"),
    ("other", "sets/train/part-0"),
    ("checks", "digits"),
    ("checks", "digits-2/a"),
    ("jupyter-train", "results/job-10/output/model.tar.gz"),
    ("jupyter-train", "results/job-2/output/model.tar.gz"),
    ("jupyter-train", "results/job-1"),
    ("jupyter-train", "boards/job-2/tensorboard-output/events"),
]


def may(job, operation, **input):
    try:
        job.check("s3", operation, input)
    except IdentityError:
        return False
    return True


@pytest.mark.parametrize(("bucket", "key"), READABLE)
def test_a_job_reads_its_channels_its_source_and_what_it_writes(principal, bucket, key):
    assert may(principal, "GetObject", Bucket=bucket, Key=key)
    assert may(principal, "HeadObject", Bucket=bucket, Key=key)
    writes = (bucket, key) in WRITABLE
    assert may(principal, "PutObject", Bucket=bucket, Key=key) is writes
    assert may(principal, "DeleteObject", Bucket=bucket, Key=key) is writes


@pytest.mark.parametrize(("bucket", "key"), ELSEWHERE)
@pytest.mark.parametrize("operation", ["GetObject", "HeadObject", "PutObject", "DeleteObject"])
def test_nothing_that_only_looks_like_one_of_its_places_is_its_own(
    principal, bucket, key, operation
):
    assert not may(principal, operation, Bucket=bucket, Key=key)


@pytest.mark.parametrize(
    ("bucket", "prefix", "allowed"),
    [
        ("data", "sets/train/", True),
        ("data", "sets/train", True),  # what begins like it is left out of the listing
        ("data", "sets/train/part", True),
        ("data", "sets/", False),
        ("data", "sets/training", False),
        ("data", "", False),
        ("data", "/", False),
        ("data", "sets/train/../", False),
        ("checks", "digits/", True),
        ("other", "digits/", False),
    ],
)
@pytest.mark.parametrize("operation", ["ListObjects", "ListObjectsV2"])
def test_a_listing_stays_inside_its_places(principal, bucket, prefix, allowed, operation):
    assert may(principal, operation, Bucket=bucket, Prefix=prefix) is allowed
    assert not may(principal, operation, Bucket=bucket)


def test_an_intermediate_output_that_is_a_whole_bucket_opens_only_the_toolkits_own_folder(rich_job):
    given = {"sagemaker_s3_output": "s3://jupyter-train"}
    job = principal_of(new_record("id1", {**rich_job, "HyperParameters": given}, 1.0), "us-east-1")
    assert may(job, "PutObject", Bucket="jupyter-train", Key="output/intermediate/x")
    assert not may(job, "PutObject", Bucket="jupyter-train", Key="results/job-2/x")


def test_paths_of_this_machine_and_nonsense_open_nothing():
    document = {
        "TrainingJobName": "job-1",
        "OutputDataConfig": {"S3OutputPath": "file:///tmp/out"},
        "CheckpointConfig": {"S3Uri": "s3://checks/../x"},
        "HyperParameters": {"sagemaker_s3_output": "nonsense"},
    }
    assert principal_of(new_record("id1", document, 1.0), "us-east-1").places == ()


PARTS = st.sampled_from(["a", "b", "ab", "..", ".", "", "a%2fb", "%2e%2e", "é", "\0", "a\\b", " "])
KEYS = st.lists(PARTS, max_size=6).map("/".join) | st.text(max_size=20)
PREFIXES = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=3).map("/".join)
BUCKETS = st.sampled_from(["one", "two"])


@given(bucket=BUCKETS, key=KEYS, prefixes=st.lists(PREFIXES, max_size=3), write=st.booleans())
def test_no_key_outside_its_prefixes_is_ever_a_jobs(bucket, key, prefixes, write):
    places = tuple(Place(bucket="one", prefix=each, writable=write) for each in prefixes)
    job = JobPrincipal(id="i", name="n", role_arn=ROLE, region="r", places=places)
    operation = "PutObject" if write else "GetObject"
    if may(job, operation, Bucket=bucket, Key=key):
        real = posixpath.normpath(key)
        assert (bucket, real) == ("one", key)
        assert any(real == each or real.startswith(each + "/") for each in prefixes)


@given(prefix=KEYS, places=st.lists(PREFIXES, max_size=3))
def test_no_listing_is_ever_about_more_than_its_prefixes(prefix, places):
    held = tuple(Place(bucket="one", prefix=each) for each in places)
    job = JobPrincipal(id="i", name="n", role_arn=ROLE, region="r", places=held)
    if may(job, "ListObjectsV2", Bucket="one", Prefix=prefix):
        real = posixpath.normpath(prefix)
        assert any(real == each or real.startswith(each + "/") for each in places)


ALLOWED = {(each.service, each.operation) for each in PERMISSIONS}


@pytest.mark.parametrize("service", SERVICES)
def test_all_that_is_not_in_the_table_is_denied(principal, service):
    asked = {"TrainingJobName": "job-1", "Bucket": "checks", "Key": "digits/a", "Prefix": "digits/"}
    for operation in Models().service(service).operation_names:
        if (service, operation) not in ALLOWED:
            with pytest.raises(IdentityError, match="is not authorized to perform"):
                principal.check(service, operation, asked)


def test_all_that_is_in_the_table_is_there():
    assert all(each.operation in Registry().names(each.service) for each in PERMISSIONS)


# Over the wire.


IDENTITY = {
    "body": b"Action=GetCallerIdentity&Version=2011-06-15",
    "content_type": "application/x-www-form-urlencoded",
}


def test_a_job_is_told_who_it_is(ask):
    status, body = ask("POST", "/", **IDENTITY)
    assert status == 200
    assert "<Arn>arn:aws:sts::000000000000:assumed-role/trainer/job-1</Arn>" in body


def test_a_job_describes_itself_and_no_other(ask, manager, job):
    asyncio.run(manager.submit(job("job-2"), {}, "me"))
    target = {"x_amz_target": "SageMaker.DescribeTrainingJob"}
    assert ask("POST", "/", b'{"TrainingJobName": "job-1"}', **target)[0] == 200
    status, body = ask("POST", "/", b'{"TrainingJobName": "job-2"}', **target)
    told = json.loads(body)
    assert (status, told["__type"]) == (403, "AccessDeniedException")
    assert "sagemaker:DescribeTrainingJob on resource: arn:aws:sagemaker" in told["message"]
    assert "training-job/job-2" in told["message"]


@pytest.mark.parametrize("name", [5, None, ["job-1"], {}])
def test_a_name_that_is_none_is_nobodys_own(ask, name):
    body = json.dumps({"TrainingJobName": name}).encode()
    assert ask("POST", "/", body, x_amz_target="SageMaker.DescribeTrainingJob")[0] == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/healthz"),
        ("GET", "/stream"),
        ("GET", "/shell/job-1"),
        ("POST", "/credentials"),
        ("GET", "/t/a-token-of-many-letters/"),
        ("GET", "/t/x/s3/checks/digits/a"),
        ("GET", "/"),
        ("PATCH", "/anything"),
        ("GET", "/s3/"),
        ("GET", "/s3/data/secret"),
        ("GET", "/s3/data/sets/train/../secret"),
        ("GET", "/s3/data/sets/train/%2e%2e/secret"),
        ("GET", "/s3/data/sets/train%2f..%2fsecret"),
        ("PUT", "/s3/jupyter-train/results/job-2/x"),
        ("DELETE", "/s3/data/sets/train/part-0"),
    ],
)
def test_no_other_route_is_open_to_a_job(ask, method, path):
    assert ask(method, path)[0] == 403


@pytest.mark.parametrize(
    "target",
    ["SageMaker.CreateTrainingJob", "Logs_20140328.GetLogEvents", "JupyterTrain.DescribeManager"],
)
def test_no_other_operation_is_open_to_a_job(ask, target):
    status, body = ask("POST", "/", b"{}", x_amz_target=target)
    assert (status, json.loads(body)["__type"]) == (403, "AccessDeniedException")


def test_a_refusal_of_the_object_folder_is_in_its_own_words(ask):
    status, body = ask("GET", "/s3/data/sets/training")
    assert status == 403
    assert "<Code>AccessDenied</Code>" in body
    assert "s3:GetObject on resource: arn:aws:s3:::data/sets/training" in body


def test_a_job_puts_reads_lists_and_deletes_what_is_its_own(ask, manager):
    manager.objects.put("checks", "digits-2/other", [b"not mine"])
    assert ask("PUT", "/s3/checks/digits/a", b"mine")[0] == 200
    assert ask("GET", "/s3/checks/digits/a") == (200, "mine")
    for prefix in ("digits/", "digits"):
        status, body = ask("GET", "/s3/checks", query=f"list-type=2&prefix={prefix}")
        assert (status, body.count("<Key>"), "<Key>digits/a</Key>" in body) == (200, 1, True)
    assert ask("HEAD", "/s3/checks")[0] == 200
    assert ask("DELETE", "/s3/checks/digits/a")[0] == 204


def test_a_link_that_a_job_made_leads_to_nothing_of_others(ask, manager):
    manager.objects.put("checks", "other/secret", [b"secret"])
    own = Path(manager.objects.path("checks", ""), "digits")
    own.mkdir()
    (own / "file").symlink_to("../other/secret")
    (own / "folder").symlink_to("../other")
    for path in ("file", "folder/secret"):
        status, body = ask("GET", f"/s3/checks/digits/{path}")
        assert (status, "secret</" in body) == (400, False)
    assert ask("PUT", "/s3/checks/digits/folder/new", b"x")[0] == 400
    assert ask("DELETE", "/s3/checks/digits/folder/secret")[0] == 400
    assert ask("PUT", "/s3/checks/digits/file", b"mine")[0] == 200  # replaces the link
    assert "digits/folder" not in ask("GET", "/s3/checks", query="list-type=2&prefix=digits/")[1]
    assert Path(manager.objects.path("checks", "other/secret")).read_text() == "secret"


def test_a_large_body_comes_only_where_it_may_be_kept(door):
    for path, limit in (
        ("/s3/checks/digits/a", OBJECT_LIMIT),
        ("/s3/checks/other/a", 0),
        ("/s3/checks/digits/../a", 0),
        ("/elsewhere", 0),
    ):
        assert door.body_limit(Request(method="PUT", path=path)) == limit
    assert door.body_limit(Request(method="POST", path="/")) == JOB_LIMIT
