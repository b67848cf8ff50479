import http.client
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jupyter_train.manager.app import Station, make_app

STATION = Station(router=None, feed=None, sources=None, shells=None, spool=Path(), life={})
PATHS = {"/healthz$": "/healthz", "/stream$": "/stream", "/shell/([^/]+)$": "/shell/j", ".*": "/"}
ROUTES = [rule.matcher.regex.pattern for rule in make_app(STATION).wildcard_router.rules]
AWS = [
    "/",
    "/bucket/key",
    "/t/wrong/",
    "/t/",
    "/t/wrong/s3/bucket/key",
    "/../keys.json",
    "/%2e%2e/x",
]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
SIGNED = (
    "AWS4-HMAC-SHA256 Credential={key}/20261123/us-east-1/sagemaker/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
)
JSON = {"X-Amz-Target": "SageMaker.ListTrainingJobs", "X-Amz-Date": "20261123T120000Z"}


@pytest.fixture
def ask(manager_process):
    with manager_process.connect() as connection:
        facts = connection.facts
    address = urlsplit(facts.url)

    def ask(method, path, **headers):
        link = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
        try:
            link.request(method, path, body=b"{}", headers=headers)
            answer = link.getresponse()
            return answer.status, answer.read()
        finally:
            link.close()

    ask.facts = facts
    return ask


def test_every_route_is_in_this_tests_list():
    assert sorted(ROUTES) == sorted([*list(PATHS)[:3], ".*$"]) or set(ROUTES) == set(PATHS)


@pytest.mark.parametrize("path", ["/healthz", "/stream", "/shell/j", *AWS])
@pytest.mark.parametrize("method", METHODS)
def test_no_route_answers_a_stranger(ask, method, path):
    assert ask(method, path)[0] in (401, 403)


@pytest.mark.parametrize("path", ["/healthz", "/stream", "/shell/j", *AWS])
@pytest.mark.parametrize("method", METHODS)
def test_no_route_answers_to_a_wrong_token(ask, method, path):
    assert ask(method, path, Authorization="Bearer wrong")[0] in (400, 401, 403)
    assert ask(method, path, Authorization="Bearer ")[0] in (400, 401, 403)


@pytest.mark.parametrize("key", ["AKNOBODY", None])
def test_a_wrong_signature_is_refused(ask, key):
    signed = SIGNED.format(key=key or ask.facts.access_key)
    status, body = ask("POST", "/", Authorization=signed, **JSON)
    assert status == 403
    assert re.fullmatch(
        "UnrecognizedClientException|InvalidSignatureException", json.loads(body)["__type"]
    )


@pytest.mark.parametrize("path", ["/healthz", "/stream", "/shell/j", "/t/{token}/"])
@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8888"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Host": "0.0.0.0"},
    ],
)
def test_a_web_page_is_refused_even_with_the_right_token(ask, path, foreign):
    token = ask.facts.token
    headers = {"Authorization": f"Bearer {token}", **JSON, **foreign}
    assert (
        ask("POST" if path.startswith("/t") else "GET", path.format(token=token), **headers)[0]
        == 403
    )


def test_the_token_opens_what_it_is_for(ask):
    token = ask.facts.token
    status, body = ask("GET", "/healthz", Authorization=f"Bearer {token}")
    assert (status, json.loads(body)["pid"]) == (200, ask.facts.pid)
    assert ask("POST", f"/t/{token}/", **JSON)[0] == 200
    assert ask("POST", f"/t/{token}/", Host="localhost:9", **JSON)[0] == 200


def test_an_answer_says_nothing_about_the_server(ask):
    assert b"tornado" not in ask("GET", "/healthz")[1].lower()
