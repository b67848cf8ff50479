"""A Jupyter server with our extension, and a small manager that says what it was asked."""

import asyncio
import json
from contextlib import suppress

import pytest
from pytest_jupyter.jupyter_server import *  # noqa: F403 - a plugin only for this folder: it acts on each test
from tornado import web, websocket
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from traitlets.config import Config

from jupyter_train.client.connection import Connection
from jupyter_train.contract.manager_file import ManagerFacts
from jupyter_train.server.link import Link

TOKEN = "t0ken"


class Echo(web.RequestHandler):
    def post(self):
        target = self.request.headers["X-Amz-Target"]
        if target.endswith("StopTrainingJob"):
            self.set_status(400)
            self.finish({"__type": "ValidationException", "message": "there is no such job"})
            return
        self.set_header("Content-Type", "application/x-amz-json-1.1")
        asked = json.loads(self.request.body)
        if answer := self.application.settings["answers"].get(target.partition(".")[2]):
            said = answer(asked)
            self.set_status(400 if "__type" in said else 200)
            self.finish(json.dumps(said))
            return
        self.application.settings["asked"][target.partition(".")[2]] = asked
        self.finish(json.dumps({"target": target, "asked": asked, "TrainingJobArn": "arn:job"}))


class Objects(web.RequestHandler):
    async def get(self, key):
        if key == "absent":
            raise web.HTTPError(404)
        for _ in range(4):
            self.write(b"model" * 50_000)
            await self.flush()

    def put(self, key):
        self.application.settings["stored"][key] = self.request.body


class Stream(websocket.WebSocketHandler):
    def open(self):
        if self.request.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.close(1008)
        self.application.settings["open"].add(self)

    async def on_message(self, message):
        if message == "flood":
            with suppress(websocket.WebSocketClosedError):
                while True:
                    await self.write_message(b"x" * 1_000_000, binary=True)
                    self.application.settings["sent"] += 1
        await self.write_message(message, binary=isinstance(message, bytes))

    def on_close(self):
        self.application.settings["open"].discard(self)


class SmallManager:
    """Serves on loopback; may be stopped and started again on the same port."""

    def __init__(self):
        routes = [
            (f"/t/{TOKEN}/", Echo),
            (f"/t/{TOKEN}/s3/[^/]+/(.+)", Objects),
            ("/stream", Stream),
        ]
        self.app = web.Application(routes, open=set(), stored={}, asked={}, answers={}, sent=0)
        self.server = None
        self.port = 0
        self.started = 0

    def start(self):
        self.server = HTTPServer(self.app)
        if self.port:
            self.server.listen(self.port, "127.0.0.1")
        else:
            socket, self.port = bind_unused_port()
            self.server.add_socket(socket)
        self.started += 1

    async def stop(self):
        if self.server is not None:
            self.server.stop()
            for each in list(self.app.settings["open"]):
                each.close()
            await self.server.close_all_connections()
            await asyncio.sleep(0)
        self.server = None

    def connect(self):
        return Connection(
            ManagerFacts(
                pid=1,
                url=f"http://127.0.0.1:{self.port}",
                version="0",
                token=TOKEN,
                access_key="AK",
                secret_key="SK",
                region="us-east-1",
                home="/nowhere",
                started=0.0,
            )
        )


@pytest.fixture
def jp_server_config(tmp_path):
    return Config(
        {
            "ServerApp": {
                "jpserver_extensions": {"jupyter_train": True, "jupyter_server_terminals": False},
                "allow_unauthenticated_access": False,
            },
            "JupyterTrain": {"home": str(tmp_path / "home"), "autostart": False},
        }
    )


@pytest.fixture
def small_manager(jp_asyncio_loop):
    manager = SmallManager()

    async def start():
        manager.start()

    jp_asyncio_loop.run_until_complete(start())
    yield manager
    jp_asyncio_loop.run_until_complete(manager.stop())


@pytest.fixture
def link(jp_serverapp, small_manager):
    """The server's link, tied to the small manager."""
    found = Link(small_manager.connect)
    jp_serverapp.web_app.settings["jupyter_train_link"] = found
    yield found
    found.close()


@pytest.fixture
def stream_address(jp_serverapp, jp_http_port, jp_base_url):
    token = jp_serverapp.identity_provider.token
    return jp_http_port, f"{jp_base_url}jupyter-train/stream?token={token}"
