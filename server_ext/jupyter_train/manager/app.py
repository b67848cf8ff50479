"""The manager's routes: AWS's endpoint, the stream, shells, a sign of life; none is for strangers.

Who may call is decided for AWS's operations by the router; the other routes want the manager's
token.  In front of all of them: the Host must be this machine's loopback and there must be no
Origin, so that no web page, however its name resolves, can speak to a manager.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.routing import PathMatches, Rule
from tornado.web import Application, HTTPError, RequestHandler, stream_request_body
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ..api.message import MEMORY_LIMIT, FileSlice, Request, Response
from ..api.router import Router
from ..engine.feed import Feed
from ..store.plain import open_real
from .body import Body
from .shell import Shells, Terminal
from .stream import DROP_AFTER, Conversation, SlowClientError
from .subscriptions import Message, Sources

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_CHUNK = 1 << 20
_LONGEST_ASK = 1 << 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """What the routes serve."""

    router: Router
    feed: Feed
    sources: Sources
    shells: Shells
    spool: Path
    life: Mapping[str, Any]
    drop_after: float = DROP_AFTER
    in_memory: int = MEMORY_LIMIT


class _Guarded(RequestHandler):
    """Base of every handler: refuses whatever did not come from this machine's own programs."""

    station: Station

    def initialize(self, station: Station) -> None:
        """Take what the application serves."""
        self.station = station

    def prepare(self) -> Awaitable[None] | None:
        """Refuse a foreign Host and any Origin before anything is read."""
        if not is_loopback(self.request.headers.get("Host", "")):
            raise HTTPError(403, reason="Host is not this machine's loopback")
        if "Origin" in self.request.headers:
            raise HTTPError(403, reason="web pages may not call a manager")
        return None

    def compute_etag(self) -> str | None:
        """ETags are S3's, not tornado's."""
        return None

    def set_default_headers(self) -> None:
        """Say no more than needed."""
        self.clear_header("Server")
        self.clear_header("Content-Type")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer in AWS's form."""
        code = "AccessDeniedException" if status_code in (401, 403) else "InternalFailure"
        self.set_header("Content-Type", "application/x-amz-json-1.1")
        self.finish(json.dumps({"__type": code, "message": self._reason}))

    def _request_summary(self) -> str:
        # The path may hold the token.
        return f"{self.request.method} ({self.request.remote_ip})"


class _WithToken(_Guarded):
    """Base of handlers that want `Authorization: Bearer <token>`."""

    def prepare(self) -> Awaitable[None] | None:
        """Refuse who does not show the token."""
        refused = super().prepare()
        if not self.station.router.identity.is_bearer(_lower(self.request.headers)):
            raise HTTPError(401, reason="show the manager's token: Authorization: Bearer ...")
        return refused


class LifeHandler(_WithToken):
    """GET /healthz."""

    def get(self) -> None:
        """Say who is alive."""
        self.finish(dict(self.station.life))


class _TalkHandler(_WithToken, WebSocketHandler):
    """Base of the WebSockets: a conversation that hears what comes and runs while one listens."""

    _task: asyncio.Task[None] | None = None
    _talk: Conversation | Terminal

    def check_origin(self, origin: str) -> bool:  # noqa: ARG002 - tornado's signature
        """Never: `prepare` has refused already."""
        return False

    def on_message(self, message: str | bytes) -> None:
        """Pass on what the client says."""
        self._talk.hear(message)

    def on_close(self) -> None:
        """Let the conversation end."""
        if self._task is not None:
            self._task.cancel()

    def _begin(self, talk: Conversation | Terminal) -> "asyncio.Task[None]":
        self.set_nodelay(value=True)
        self._talk = talk
        self._task = asyncio.create_task(talk.run())
        self._task.add_done_callback(self._done)
        return self._task

    async def _send(self, message: Message) -> None:
        await self.write_message(message, binary=isinstance(message, bytes))

    def _done(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, SlowClientError):
            log.info("a client of %s %s and was dropped", type(self).__name__, error)
        elif error is not None and not isinstance(error, WebSocketClosedError | StreamClosedError):
            log.error("a conversation broke off", exc_info=error)
        elif error is None and not task.cancelled():
            self.close()
            return
        stream = self.ws_connection.stream if self.ws_connection else None
        if stream is not None:
            # A polite close would wait behind what the client does not take.
            stream.close()


class StreamHandler(_TalkHandler):
    """GET /stream: one client's conversation."""

    def open(self, *_: str, **__: str) -> None:
        """Begin to follow."""
        station = self.station
        self._begin(
            Conversation(station.feed, station.sources, self._send, drop_after=station.drop_after)
        )


class ShellHandler(_TalkHandler):
    """GET /shell/<job>?rows=&columns=: a terminal in a running job."""

    def open(self, job: str, *_: str, **__: str) -> None:
        """Open the shell."""
        station = self.station
        screen = {name: self.get_query_argument(name, "0") for name in ("rows", "columns")}
        terminal = Terminal(station.shells, job, screen, self._send, drop_after=station.drop_after)
        station.shells.keep(self._begin(terminal))


@stream_request_body
class AwsHandler(_Guarded):
    """Everything else: AWS's operations and objects, as the router answers them."""

    SUPPORTED_METHODS = ("GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS")

    _body: Body | None = None

    async def prepare(self) -> None:
        """Decide by the head alone how much of a body may come."""
        super().prepare()
        limit = self.station.router.body_limit(self._request())
        declared = int(self.request.headers.get("Content-Length", "0"))
        if limit == 0:
            # The router's own refusal, before a stranger's body is read.
            await self._send(await self.station.router.handle(self._request()))
        elif declared > limit:
            raise HTTPError(413, reason=f"a body of {declared} bytes; at most {limit} may come")
        else:
            connection = self.request.connection
            assert isinstance(connection, HTTP1Connection)
            connection.set_max_body_size(limit)
            self._body = Body(self.station.spool, self.station.in_memory)

    def data_received(self, chunk: bytes) -> None:
        """Keep a part of the body."""
        if self._body is not None:
            self._body.write(chunk)

    async def get(self) -> None:
        """Answer, whatever the method: the router knows them."""
        assert self._body is not None
        body = self._body
        request = self._request(body=body.in_memory, spooled=body.finish(), broken=body.broken)
        await self._send(await self.station.router.handle(request))

    head = post = put = delete = patch = options = get

    def on_finish(self) -> None:
        """Forget the body."""
        if self._body is not None:
            self._body.close()

    def on_connection_close(self) -> None:
        """Forget what came of a body that never came whole."""
        self.on_finish()

    def _request(self, **body: Any) -> Request:
        return Request(
            method=self.request.method or "GET",
            path=self.request.path,
            query=self.request.query,
            headers=_lower(self.request.headers),
            **body,
        )

    async def _send(self, answer: Response) -> None:
        self.set_status(answer.status)
        for name, value in answer.headers.items():
            self.set_header(name, value)
        if answer.slice is None:
            self.finish(answer.body or None)  # tornado takes no body, however empty, with a 204
            return
        if "Content-Length" not in answer.headers:
            self.set_header("Content-Length", str(answer.slice.length))
        await self._send_file(answer.slice)

    async def _send_file(self, part: FileSlice) -> None:
        left = part.length
        with open_real(part.path) as file:
            file.seek(part.start)
            while left and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                self.write(chunk)
                try:
                    await self.flush()
                except StreamClosedError:
                    return
        self.finish()


class _WebSocketPath(PathMatches):
    """A path of its own for WebSockets: without an upgrade it is an object in a bucket."""

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Take a request that asks for a WebSocket."""
        is_wanted = request.headers.get("Upgrade", "").lower() == "websocket"
        return super().match(request) if is_wanted else None


def make_app(station: Station) -> Application:
    """Return the application; whatever is no other route is AWS's."""
    given = {"station": station}
    return Application(
        [
            ("/healthz", LifeHandler, given),
            ("/stream", StreamHandler, given),
            Rule(_WebSocketPath("/shell/([^/]+)"), ShellHandler, given),
            (".*", AwsHandler, given),
        ],
        log_function=log_request,
        websocket_max_message_size=_LONGEST_ASK,
    )


def is_loopback(host: str) -> bool:
    """Tell whether a Host header names this machine's loopback, whatever the port."""
    try:
        return urlsplit(f"//{host}").hostname in _LOOPBACK
    except ValueError:
        return False


def _lower(headers: HTTPHeaders) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def log_request(handler: RequestHandler) -> None:
    """Log only what broke; the path may hold the token."""
    if handler.get_status() >= 500:
        log.error("%s answered %d", handler.request.method, handler.get_status())
