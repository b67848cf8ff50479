"""Nobody passes without a token, from elsewhere, or without leave."""

import json

import pytest
from jupyter_server.auth.authorizer import Authorizer
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from jupyter_train.server.handlers import READING, ROUTES

PLACES = {
    r"/jupyter-train/api/(sagemaker|logs|jupytertrain)/([A-Za-z0-9]+)": (
        "POST",
        "jupyter-train/api/sagemaker/ListTrainingJobs",
    ),
    r"/jupyter-train/objects/([^/]+)/(.+)": ("GET", "jupyter-train/objects/b/k"),
    r"/jupyter-train/logs/([^/]+)": ("GET", "jupyter-train/logs/job"),
    r"/jupyter-train/launch": ("POST", "jupyter-train/launch"),
    r"/jupyter-train/launch/(check|clone|inspect|metrics)": ("POST", "jupyter-train/launch/check"),
    r"/jupyter-train/terminal": ("POST", "jupyter-train/terminal"),
    r"/jupyter-train/stream": ("GET", "jupyter-train/stream"),
}


def body_of(method):
    return "{}" if method == "POST" else None


@pytest.mark.parametrize("pattern", [route[0] for route in ROUTES])
@pytest.mark.parametrize("token", ["", "token wrong"])
async def test_every_route_refuses_who_has_no_token(jp_fetch, link, pattern, token):
    method, place = PLACES[pattern]
    headers = {"Authorization": token}
    with pytest.raises(HTTPClientError) as refusal:
        await jp_fetch(place, method=method, body=body_of(method), headers=headers)
    assert refusal.value.code == 403


class Reader(Authorizer):
    def is_authorized(self, _handler, _user, action, _resource):
        return action == "read"


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("jupyter-train/api/sagemaker/ListTrainingJobs", 200),
        ("jupyter-train/api/sagemaker/CreateTrainingJob", 403),
        ("jupyter-train/api/sagemaker/DeleteTrainingJob", 403),
        ("jupyter-train/launch", 403),
        ("jupyter-train/launch/inspect", 200),
        ("jupyter-train/terminal", 403),
    ],
)
async def test_who_may_only_read_changes_nothing(jp_fetch, jp_serverapp, link, place, code):
    jp_serverapp.web_app.settings["authorizer"] = Reader(parent=jp_serverapp)
    try:
        answer = await jp_fetch(place, method="POST", body="{}")
    except HTTPClientError as error:
        answer = error
    assert answer.code == code


class Blind(Authorizer):
    def is_authorized(self, _handler, _user, _action, resource):
        return resource != "contents"


async def test_who_may_see_no_files_is_told_nothing_of_them(jp_fetch, jp_serverapp, link):
    jp_serverapp.web_app.settings["authorizer"] = Blind(parent=jp_serverapp)
    with pytest.raises(HTTPClientError) as refusal:
        await jp_fetch("jupyter-train/launch/inspect", method="POST", body="{}")
    assert refusal.value.code == 403


def test_no_operation_that_changes_something_starts_like_one_that_reads():
    changing = ("Create", "Stop", "Update", "Delete", "Add", "Put", "Remove")
    assert not [word for word in READING if word.startswith(changing)]


@pytest.fixture
def with_cookie(jp_fetch, jp_http_port, jp_base_url):
    """A socket's request with a logged-in person's cookie: what another site could ride on."""

    async def request(origin):
        answer = await jp_fetch("api/status")
        cookies = [line.partition(";")[0] for line in answer.headers.get_list("Set-Cookie")]
        url = f"ws://127.0.0.1:{jp_http_port}{jp_base_url}jupyter-train/stream"
        return HTTPRequest(url, headers={"Cookie": "; ".join(cookies), "Origin": origin})

    return request


async def test_a_socket_from_another_site_is_refused(with_cookie, link, small_manager):
    with pytest.raises(HTTPClientError) as refusal:
        await websocket_connect(await with_cookie("https://elsewhere.example"))
    assert refusal.value.code == 403
    assert not small_manager.app.settings["open"]


async def test_a_socket_of_our_own_page_is_let_in(with_cookie, link, jp_http_port):
    stream = await websocket_connect(await with_cookie(f"http://127.0.0.1:{jp_http_port}"))
    await stream.write_message("hello")
    assert await stream.read_message() == "hello"
    stream.close()


async def test_an_error_says_nothing_of_the_manager_s_token(jp_fetch, link, small_manager):
    await small_manager.stop()
    with pytest.raises(HTTPClientError) as refusal:
        await jp_fetch("jupyter-train/api/logs/DescribeLogGroups", method="POST", body="{}")
    said = json.loads(refusal.value.response.body)
    assert refusal.value.code == 503
    assert "t0ken" not in said["message"]
