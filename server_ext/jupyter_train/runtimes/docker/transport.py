"""How docker-py reaches a unix socket: a full queue is waited for, and nothing is left open.

Its own way fails at once when an engine has more callers than it takes in (EAGAIN, as always with a
time limit of Python's), and forgets the socket that would not connect.
"""

import socket
import struct
from typing import Any
from urllib.parse import urlsplit

import docker
from docker.transport.unixconn import (
    UnixHTTPAdapter,
    UnixHTTPConnection,
    UnixHTTPConnectionPool,
)

WAIT_SECONDS = 20


class Client(docker.APIClient):  # type: ignore[misc]  # has no types
    """docker-py's client with our way to a socket."""

    def mount(self, prefix: str, adapter: Any) -> None:
        """Put ours where its constructor puts its own."""
        super().mount(prefix, _ours(adapter) if isinstance(adapter, UnixHTTPAdapter) else adapter)


def knock(host: str) -> None:
    """Connect and hang up; the system's own OSError, which requests buries, if nobody is there."""
    parts = urlsplit(host)
    if parts.scheme == "unix":
        with socket.socket(socket.AF_UNIX) as probe:
            connect(probe, parts.path)


def connect(made: socket.socket, path: str) -> None:
    """Connect to a unix socket, waiting for a place in its queue."""
    limit = struct.pack("ll", WAIT_SECONDS, 0)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    made.connect(path)


class _Adapter(UnixHTTPAdapter):  # type: ignore[misc]  # has no types
    def get_connection(self, url: Any, proxies: Any = None) -> Any:  # noqa: ARG002  docker-py's
        with self.pools.lock:
            pool = self.pools.get(url)
            if pool is None:
                size = self.max_pool_size
                pool = self.pools[url] = _Pool(url, self.socket_path, self.timeout, maxsize=size)
        return pool


class _Pool(UnixHTTPConnectionPool):  # type: ignore[misc]  # has no types
    def _new_conn(self) -> Any:
        return _Connection(self.base_url, self.socket_path, self.timeout)


class _Connection(UnixHTTPConnection):  # type: ignore[misc]  # has no types
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)  # at once: urllib3 closes it if this fails
        connect(self.sock, self.unix_socket)
        self.sock.settimeout(self.timeout)


def _ours(adapter: Any) -> _Adapter:
    made = _Adapter(
        f"http+unix://{adapter.socket_path}",
        adapter.timeout,
        max_pool_size=adapter.max_pool_size,
    )
    adapter.close()
    return made
