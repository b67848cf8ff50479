"""Strangers stay out: no signature, a wrong one, a changed request, an old one."""

import asyncio
import json
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

LIST = b'{"MaxResults": 5}'


@pytest.fixture
def listing(signed):
    """A well signed ListTrainingJobs."""
    return signed("sagemaker", body=LIST, X_Amz_Target="SageMaker.ListTrainingJobs")


@pytest.fixture
def answered(router):
    def answer(request):
        response = asyncio.run(router.handle(request))
        return response.status, response.body.decode()

    return answer


def with_header(request, **changed):
    headers = {**request.headers, **{name.replace("_", "-"): v for name, v in changed.items()}}
    return replace(request, headers={name: v for name, v in headers.items() if v is not None})


def test_what_botocore_signs_is_accepted(listing, answered):
    assert answered(listing) == (200, '{"TrainingJobSummaries":[]}')


TAMPERINGS = {
    "body": lambda r: replace(r, body=LIST.replace(b"5", b"6")),
    "target": lambda r: with_header(r, x_amz_target="SageMaker.DeleteTrainingJob"),
    "path": lambda r: replace(r, path="/else"),
    "query": lambda r: replace(r, query="a=b"),
    "method": lambda r: replace(r, method="PUT"),
    "host": lambda r: with_header(r, host="127.0.0.1:2"),
    "extra x-amz header": lambda r: with_header(r, x_amz_extra="1"),
    "date": lambda r: with_header(r, x_amz_date=r.headers["x-amz-date"].replace("Z", "0Z")),
    "signed header taken away": lambda r: with_header(r, x_amz_date=None),
}


@pytest.mark.parametrize("change", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_a_request_that_was_changed_is_refused(listing, answered, change):
    status, body = answered(change(listing))
    assert status == 403
    assert json.loads(body)["__type"] == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "MissingAuthenticationTokenException"),
        ("Bearer a-token-of-many-letters", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=" + "0" * 64, "Incomplete"),
        ("AWS4-HMAC-SHA256 nonsense", "IncompleteSignatureException"),
        ("", "MissingAuthenticationTokenException"),
    ],
)
def test_a_request_without_a_signature_is_refused(listing, answered, authorization, code):
    status, body = answered(with_header(listing, authorization=authorization))
    assert status == 403
    assert json.loads(body)["__type"].startswith(code)


def test_a_key_that_is_not_ours_is_refused_by_name(listing, answered):
    changed = listing.headers["authorization"].replace("AKLOCAL", "AKOTHER")
    status, body = answered(with_header(listing, authorization=changed))
    assert (status, json.loads(body)["__type"]) == (403, "UnrecognizedClientException")
    assert "AKOTHER" in body


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_signature_of_another_time_is_refused(listing, answered, clock, seconds):
    clock.now += seconds
    status, body = answered(listing)
    assert (status, json.loads(body)["__type"]) == (403, "InvalidSignatureException")
    assert "expired" in body


@pytest.mark.parametrize("seconds", [-299, 299])
def test_clocks_may_differ_by_five_minutes(listing, answered, clock, seconds):
    clock.now += seconds
    assert answered(listing)[0] == 200


def test_the_scope_of_another_service_does_not_open_this_one(signed, answered):
    request = signed("logs", body=LIST, X_Amz_Target="SageMaker.ListTrainingJobs")
    status, body = answered(request)
    assert (status, json.loads(body)["__type"]) == (400, "UnknownOperationException")


def test_a_service_that_is_not_here_is_named(signed, answered):
    status, body = answered(signed("dynamodb", body=b"{}", X_Amz_Target="DynamoDB.ListTables"))
    assert (status, json.loads(body)["__type"]) == (400, "UnknownOperationException")
    assert "dynamodb" in body


def test_a_wrong_token_in_the_path_is_refused(listing, answered):
    bare = with_header(listing, authorization=None)
    for path in ("/t/wrong/", "/t//", "/t/", "/t/a-token-of-many-letter/"):
        assert answered(replace(bare, path=path))[0] == 403


def test_the_token_in_the_path_opens_every_service(listing, answered, keys):
    bare = with_header(listing, authorization=None)
    assert answered(replace(bare, path=f"/t/{keys.token}/"))[0] == 200
    assert answered(replace(bare, path=f"/t/{keys.token}"))[0] == 200


def test_a_user_s_own_keys_do_not_hinder_the_token(boto, keys):
    client = boto("sagemaker", path=f"/t/{keys.token}", access_key="AKUSER", secret_key="other")
    assert client.list_training_jobs()["TrainingJobSummaries"] == []


def test_boto3_with_a_wrong_secret_is_told_so(boto):
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        boto("sagemaker", secret_key="wrong").list_training_jobs()


def test_an_unsigned_payload_is_for_s3_only(signed, answered):
    request = signed("sagemaker", body=b"{}", X_Amz_Target="SageMaker.ListTrainingJobs")
    status, _ = answered(with_header(request, x_amz_content_sha256="UNSIGNED-PAYLOAD"))
    assert status == 403


def test_only_the_manager_s_token_is_a_bearer(router, keys):
    assert router.identity.is_bearer({"authorization": f"Bearer {keys.token}"})
    assert not router.identity.is_bearer({"authorization": "Bearer "})
    assert not router.identity.is_bearer({"authorization": f"Basic {keys.token}"})
    assert not router.identity.is_bearer({})


def test_keys_are_never_printed(keys):
    assert keys.secret_key not in repr(keys)
    assert keys.token not in repr(keys)
