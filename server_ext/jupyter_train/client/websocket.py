"""The small part of a WebSocket client that a loopback reader needs (RFC 6455), stdlib only."""

import base64
import os
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_CONTINUATION = 0


class ClosedError(ConnectionError):
    """The other side has ended the conversation."""


class WebSocket:
    """One open socket: `send` and `receive` text or bytes, each in one thread or more."""

    def __init__(self, url: str, token: str, timeout: float = 10) -> None:
        parts = urlsplit(url)
        address = (parts.hostname or "", parts.port or 80)
        self._socket = socket.create_connection(address, timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")
        self._sending = threading.Lock()
        try:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            self._open(parts.netloc, path, token)
        except BaseException:
            self.close()
            raise

    def send(self, message: str | bytes) -> None:
        """Send one message."""
        if isinstance(message, bytes):
            self._send(_BINARY, message)
        else:
            self._send(_TEXT, message.encode())

    def receive(self, timeout: float | None = None) -> str | bytes:
        """Return the next message; TimeoutError if none comes in time, ClosedError at the end."""
        self._socket.settimeout(timeout)
        kind, whole = 0, b""
        while True:
            last, code, data = self._frame()
            if code == _PING:
                self._send(_PONG, data)
            elif code == _CLOSE:
                raise ClosedError(data[2:].decode("utf-8", "replace") or "closed")
            elif code in (_TEXT, _BINARY, _CONTINUATION):
                kind, whole = code or kind, whole + data
                if last:
                    return whole if kind == _BINARY else whole.decode()

    def hang_up(self) -> None:
        """End the conversation under a thread that waits in `receive`."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close without ceremony."""
        self._file.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, host: str, path: str, token: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Authorization: Bearer {token}",
        ]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        status = self._file.readline().decode("latin-1").strip()
        while self._file.readline() not in (b"\r\n", b""):
            pass
        if " 101 " not in f"{status} ":
            raise ClosedError(f"the manager refused the stream: {status}")

    def _frame(self) -> tuple[bool, int, bytes]:
        first, second = self._exactly(2)
        size = second & 0x7F
        if size == 126:
            size = int.from_bytes(self._exactly(2), "big")
        elif size == 127:
            size = int.from_bytes(self._exactly(8), "big")
        return bool(first & 0x80), first & 0x0F, self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        data = self._file.read(size)
        if data is None or len(data) < size:
            raise ClosedError("the manager went away")
        return data

    def _send(self, code: int, data: bytes) -> None:
        size = len(data)
        if size < 126:
            head = bytes([0x80 | code, 0x80 | size])
        elif size < 1 << 16:
            head = bytes([0x80 | code, 0x80 | 126]) + size.to_bytes(2, "big")
        else:
            head = bytes([0x80 | code, 0x80 | 127]) + size.to_bytes(8, "big")
        mask = os.urandom(4)
        stream = (mask * (size // 4 + 1))[:size]
        masked = int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")
        with self._sending:
            self._socket.sendall(head + mask + masked.to_bytes(size, "big"))
