"""The embedded object folder over S3's words, by real boto3."""

import asyncio
import base64
import urllib.request
import zlib

import pytest
from botocore.exceptions import ClientError

from jupyter_train.api.message import Request


@pytest.fixture
def s3(boto):
    client = boto("s3")
    client.create_bucket(Bucket="abc")
    return client


def code_of(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def test_an_object_goes_in_and_comes_out(s3, manager):
    put = s3.put_object(
        Bucket="abc", Key="a/b c+ü", Body=b"hello", ContentType="text/plain", Metadata={"x": "1"}
    )
    got = s3.get_object(Bucket="abc", Key="a/b c+ü")
    assert got["Body"].read() == b"hello"
    assert (got["ContentType"], got["ETag"]) == ("text/plain", put["ETag"])
    assert [(name.lower(), text) for name, text in got["Metadata"].items()] == [("x", "1")]
    assert (manager.home / "objects/abc/a/b c+ü").read_bytes() == b"hello"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("bytes=1-2", b"12"), ("bytes=7-", b"789"), ("bytes=-3", b"789"), ("bytes=8-99", b"89")],
)
def test_a_part_of_an_object_is_read(s3, asked, expected):
    s3.put_object(Bucket="abc", Key="k", Body=b"0123456789")
    got = s3.get_object(Bucket="abc", Key="k", Range=asked)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["Body"].read() == expected
    assert got["ContentRange"].endswith("/10")


def test_a_part_outside_an_object_is_refused(s3):
    s3.put_object(Bucket="abc", Key="k", Body=b"0123456789")
    assert code_of(s3.get_object, Bucket="abc", Key="k", Range="bytes=10-") == "InvalidRange"


def test_head_tells_the_length_without_the_body(s3):
    s3.put_object(Bucket="abc", Key="k", Body=b"0123456789")
    assert s3.head_object(Bucket="abc", Key="k")["ContentLength"] == 10
    assert code_of(s3.head_object, Bucket="abc", Key="none") == "404"


def test_an_empty_object_is_an_object(s3):
    s3.put_object(Bucket="abc", Key="k", Body=b"")
    assert s3.get_object(Bucket="abc", Key="k")["Body"].read() == b""


def test_pages_of_keys_join_without_gap_or_repeat(s3):
    keys = sorted(f"d{n % 3}/k{n}" for n in range(11))
    for key in keys:
        s3.put_object(Bucket="abc", Key=key, Body=b"x")
    for name in ("list_objects", "list_objects_v2"):
        pages = s3.get_paginator(name).paginate(Bucket="abc", PaginationConfig={"PageSize": 4})
        assert [each["Key"] for page in pages for each in page["Contents"]] == keys


@pytest.mark.parametrize("name", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("size", [1, 2, 10])
def test_a_delimiter_folds_what_is_below_it(s3, name, size):
    for key in ("a/1", "a/2", "b", "c/d/e", "c/f"):
        s3.put_object(Bucket="abc", Key=key, Body=b"x")
    pages = list(
        s3.get_paginator(name).paginate(
            Bucket="abc", Delimiter="/", PaginationConfig={"PageSize": size}
        )
    )
    folders = [each["Prefix"] for page in pages for each in page.get("CommonPrefixes", ())]
    keys = [each["Key"] for page in pages for each in page.get("Contents", ())]
    assert (folders, keys) == (["a/", "c/"], ["b"])


def test_what_is_not_there_has_s3_s_own_codes(s3):
    assert code_of(s3.get_object, Bucket="abc", Key="none") == "NoSuchKey"
    assert code_of(s3.get_object, Bucket="nobody", Key="none") == "NoSuchBucket"
    assert code_of(s3.list_objects_v2, Bucket="nobody") == "NoSuchBucket"
    assert code_of(s3.head_bucket, Bucket="nobody") == "404"
    assert code_of(s3.create_bucket, Bucket="Not_A_Bucket") == "InvalidBucketName"


def test_buckets_are_listed_and_objects_deleted(s3):
    s3.put_object(Bucket="abc", Key="k", Body=b"x")
    s3.delete_object(Bucket="abc", Key="k")
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["abc"]
    assert s3.list_objects_v2(Bucket="abc")["KeyCount"] == 0
    s3.head_bucket(Bucket="abc")


@pytest.mark.parametrize(
    "path",
    [
        "/abc/../../../etc/passwd",
        "/abc/%2e%2e/%2e%2e/secret",
        "/abc/..%2f..%2fsecret",
        "/%2e%2e/secret",
        "/abc/a%00b",
        "/abc//a",
        "/abc/./a",
        "/abc/" + "n" * 256,
        "/.tmp/x",
    ],
)
@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE", "HEAD"])
def test_a_hostile_key_reaches_nothing(manager, router, signed, path, method):
    manager.objects.create_bucket("abc")
    (manager.home / "secret").write_text("secret")
    request = signed("s3", method, path, body=b"evil" if method == "PUT" else b"")
    answer = asyncio.run(router.handle(request))
    assert answer.status in {400, 404}
    assert answer.slice is None
    assert (manager.home / "secret").read_text() == "secret"
    assert not list((manager.home / "objects" / "abc").iterdir())


def test_a_link_that_leads_out_is_not_followed(s3, manager, tmp_path):
    (tmp_path / "outside").write_text("secret")
    (manager.home / "objects/abc/link").symlink_to(tmp_path / "outside")
    assert code_of(s3.get_object, Bucket="abc", Key="link") in {"InvalidArgument", "NoSuchKey"}


def test_a_wrong_checksum_stores_nothing(s3):
    wrong = base64.b64encode((zlib.crc32(b"other")).to_bytes(4, "big")).decode()
    code = code_of(s3.put_object, Bucket="abc", Key="k", Body=b"hello", ChecksumCRC32=wrong)
    assert code == "BadDigest"
    assert s3.list_objects_v2(Bucket="abc")["KeyCount"] == 0


def chunked(*parts, trailers=""):
    body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return body + b"0\r\n" + trailers.encode() + b"\r\n"


def put_chunked(router, keys, body, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(
        method="PUT",
        path=f"/t/{keys.token}/s3/abc/k",
        headers={
            "content-encoding": "aws-chunked",
            "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            **named,
        },
        body=body,
    )
    return asyncio.run(router.handle(request))


def test_a_chunked_body_is_unwrapped_and_its_trailer_checked(manager, router, keys):
    manager.objects.create_bucket("abc")
    right = base64.b64encode(zlib.crc32(b"hello world").to_bytes(4, "big")).decode()
    trailer = {"x_amz_trailer": "x-amz-checksum-crc32"}
    body = chunked(b"hello ", b"world", trailers=f"x-amz-checksum-crc32:{right}\r\n")
    assert put_chunked(router, keys, body, **trailer).status == 200
    assert (manager.home / "objects/abc/k").read_bytes() == b"hello world"
    body = chunked(b"hello ", b"World", trailers=f"x-amz-checksum-crc32:{right}\r\n")
    assert b"BadDigest" in put_chunked(router, keys, body, **trailer).body
    assert (manager.home / "objects/abc/k").read_bytes() == b"hello world"


@pytest.mark.parametrize("body", [b"", b"zz\r\n", b"5\r\nhel", b"5\r\nhelloXX0\r\n\r\n", b"-1\r\n"])
def test_a_broken_chunked_body_stores_nothing(manager, router, keys, body):
    manager.objects.create_bucket("abc")
    answer = put_chunked(router, keys, body)
    assert b"IncompleteBody" in answer.body
    assert not list((manager.home / "objects" / "abc").iterdir())


def test_a_body_that_is_not_the_signed_one_stores_nothing(manager, router, signed):
    manager.objects.create_bucket("abc")
    request = signed("s3", "PUT", "/abc/k", body=b"hello")
    changed = Request(
        method="PUT", path="/abc/k", headers=request.headers, body=b"hellO", query=request.query
    )
    answer = asyncio.run(router.handle(changed))
    assert (answer.status, b"SignatureDoesNotMatch" in answer.body) == (403, True)


def test_a_presigned_address_reads_one_object_for_a_while(boto, s3, clock):
    s3.put_object(Bucket="abc", Key="k", Body=b"hello")
    address = boto("s3", signature="s3v4").generate_presigned_url(
        "get_object", Params={"Bucket": "abc", "Key": "k"}, ExpiresIn=60
    )
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"hello"
    clock.now += 120  # boto3 dated the address by the real clock, later than this one began
    with pytest.raises(urllib.error.HTTPError, match="403"), urllib.request.urlopen(address):
        pass


def test_a_presigned_address_for_one_object_reads_no_other(boto, s3):
    s3.put_object(Bucket="abc", Key="k", Body=b"hello")
    s3.put_object(Bucket="abc", Key="m", Body=b"other")
    address = boto("s3", signature="s3v4").generate_presigned_url(
        "get_object", Params={"Bucket": "abc", "Key": "k"}
    )
    other = address.replace("/abc/k?", "/abc/m?")
    with pytest.raises(urllib.error.HTTPError, match="403"), urllib.request.urlopen(other):
        pass


def test_only_a_caller_may_send_a_large_body(router, signed):
    stranger = Request(method="PUT", path="/abc/k")
    assert router.body_limit(stranger) == 0
    assert router.body_limit(signed("s3", "PUT", "/abc/k")) > 1 << 30


def test_an_object_is_not_replaced_when_the_caller_forbids_it(s3):
    s3.put_object(Bucket="abc", Key="k", Body=b"1", IfNoneMatch="*")
    code = code_of(s3.put_object, Bucket="abc", Key="k", Body=b"2", IfNoneMatch="*")
    assert code == "PreconditionFailed"


def test_an_sdk_s_extra_headers_are_taken(s3):
    s3.put_object(Bucket="abc", Key="k", Body=b"x", ServerSideEncryption="aws:kms")
    assert s3.get_object(Bucket="abc", Key="k")["Body"].read() == b"x"
