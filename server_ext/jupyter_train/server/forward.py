"""Requests passed on to the manager over HTTP; the answers come back as they are."""

from collections.abc import Callable
from urllib.parse import quote

from tornado.httpclient import HTTPRequest, HTTPResponse
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from ..client.connection import TARGETS, Connection
from .link import Link, UnreachableError

# GetLogEvents holds its answer until there is a line; everything else answers in milliseconds.
_TIMEOUT = 90.0
_LARGEST_ANSWER = 64 << 20
_LARGEST_OBJECT = 1 << 50


class Forwarder:
    """Passes calls on to the manager; one that is gone is looked for once more."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def call(self, service: str, operation: str, body: bytes) -> HTTPResponse:
        """Do one AWS operation; what the manager answers, refusals included."""
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"{TARGETS[service]}.{operation}",
        }
        return await self._send(
            lambda manager: HTTPRequest(
                f"{manager.url}/t/{manager.token}/",
                method="POST",
                headers=headers,
                body=body or b"{}",
                request_timeout=_TIMEOUT,
            )
        )

    async def fetch(
        self,
        bucket: str,
        key: str,
        on_header: Callable[[str], None],
        on_data: Callable[[bytes], None],
    ) -> HTTPResponse:
        """Read an object piece by piece; `on_data` may return an awaitable that slows us down."""
        return await self._send(
            lambda manager: HTTPRequest(
                f"{manager.url}/t/{manager.token}/s3/{quote(bucket)}/{quote(key)}",
                header_callback=on_header,
                streaming_callback=on_data,
                request_timeout=0,
            )
        )

    async def _send(self, request: Callable[[Connection], HTTPRequest]) -> HTTPResponse:
        manager = await self._link.find()
        try:
            return await self._once(request(manager))
        except ConnectionRefusedError:
            # Nothing was sent, so doing it again is safe; it may be another manager by now.
            self._link.forget(manager)
        manager = await self._link.find()
        try:
            return await self._once(request(manager))
        except ConnectionRefusedError as error:
            self._link.forget(manager)
            raise UnreachableError(f"the manager at {manager.url} does not answer") from error

    async def _once(self, request: HTTPRequest) -> HTTPResponse:
        client = SimpleAsyncHTTPClient(
            force_instance=True,
            max_body_size=_LARGEST_OBJECT if request.streaming_callback else _LARGEST_ANSWER,
        )
        try:
            return await client.fetch(request, raise_error=False)
        finally:
            client.close()
