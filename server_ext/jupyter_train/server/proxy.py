"""The manager's stream, passed through to one browser and back."""

import asyncio
from typing import Any

from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    WebSocketHandler,
    websocket_connect,
)

from .access import allowed
from .link import Link, UnreachableError
from .metrics import JobMetrics

_PATIENCE = 30.0
"""A browser that takes nothing for so long is dropped."""

_LARGEST_MESSAGE = 64 << 20
_TRY_AGAIN_LATER = 1013


class StreamHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """One browser's stream: holds one message at a time, so a slow browser slows only itself.

    A stream ends when either side ends it.  The browser comes back with what it has seen, and
    what it then subscribes to begins there: nothing is kept here.
    """

    _manager: WebSocketClientConnection | None = None
    _pump: "asyncio.Task[None] | None" = None
    _is_over = False

    @ws_authenticated
    @allowed("read")
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Reach the manager first, so that an open socket means an open stream."""
        try:
            self._manager = await self._reach()
        except (UnreachableError, OSError, HTTPClientError) as error:
            self.log.warning("jupyter-train: no stream: %s", error)
            self.set_status(503)
            self.finish({"__type": "ServiceUnavailable", "message": str(error)})
            return
        if not self._is_over:  # a browser may go while the manager is being started
            await super().get(*args, **kwargs)
        if self.ws_connection is None:
            self._manager.close()  # the handshake was refused: wrong origin, say

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Begin to pass messages on."""
        super().open(*args, **kwargs)
        self._metrics.stream_clients += 1
        self._pump = asyncio.ensure_future(self._pass_down())

    async def on_message(self, message: str | bytes) -> None:
        """Pass a message up; the next is not read before this one is gone."""
        assert self._manager is not None
        try:
            await self._manager.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            self.close(_TRY_AGAIN_LATER, "the manager went away")

    def on_close(self) -> None:
        """Let the manager know that nobody listens."""
        super().on_close()
        self._is_over = True
        if self._pump is not None:
            self._metrics.stream_clients -= 1
            self._pump.cancel()
        if self._manager is not None:
            self._manager.close()

    @property
    def _metrics(self) -> JobMetrics:
        found: JobMetrics = self.settings["jupyter_train_metrics"]
        return found

    async def _reach(self) -> WebSocketClientConnection:
        link: Link = self.settings["jupyter_train_link"]
        manager = await link.find()
        try:
            return await self._connect(manager.url, manager.token)
        except OSError:
            link.forget(manager)
        manager = await link.find()
        return await self._connect(manager.url, manager.token)

    async def _connect(self, url: str, token: str) -> WebSocketClientConnection:
        request = HTTPRequest(
            f"{url.replace('http', 'ws', 1)}/stream",
            headers={"Authorization": f"Bearer {token}"},
            connect_timeout=10,
        )
        return await websocket_connect(request, max_message_size=_LARGEST_MESSAGE)

    async def _pass_down(self) -> None:
        assert self._manager is not None
        while True:
            message = await self._manager.read_message()
            if message is None:
                self.close(_TRY_AGAIN_LATER, "the manager went away")
                return
            try:
                sent = self.write_message(message, binary=isinstance(message, bytes))
                await asyncio.wait_for(asyncio.shield(sent), _PATIENCE)
            except TimeoutError:
                self.log.warning("jupyter-train: a browser took nothing for %g s", _PATIENCE)
                self._cut()
                return
            except WebSocketClosedError:
                return

    def _cut(self) -> None:
        """End both sides at once: a closing handshake would wait behind what nobody takes."""
        for connection in (self.ws_connection, self._manager and self._manager.protocol):
            if connection is not None and connection.stream is not None:
                connection.stream.close()
