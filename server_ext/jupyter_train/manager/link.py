"""The doors of jobs in containers: a unix socket each, and behind it the job's own small API.

The socket is who calls: nobody but the job's container, and its own manager's user, can reach it.
"""

import logging
import os
import socket
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application

from ..api.job_principal import principal_of
from ..api.message import JOB_LIMIT, OBJECT_LIMIT
from ..contract.record import JobRecord
from ..engine.doors import Doors
from .app import AwsHandler, Station, log_request

SOCKET = "manager.sock"
_BACKLOG = 128
# A few data loaders with a client each; every one costs us a descriptor.
_MOST_CONNECTIONS = 200
_IDLE_CONNECTION = 3600.0
# sun_path holds 108 bytes on Linux and 104 elsewhere.
_LONGEST_PATH = 100

log = logging.getLogger(__name__)


class _Door(HTTPServer):
    """A server that one job cannot fill its manager through."""

    def handle_stream(self, stream: IOStream, address: tuple[str, ...]) -> None:
        """Take a connection, or close it when there are too many."""
        if len(self._connections) < _MOST_CONNECTIONS:
            super().handle_stream(stream, address)
        else:
            stream.close()


class Links(Doors):
    """Serves each door with a router of its own; what it refuses, it refuses in AWS's words."""

    def __init__(self, station: Station, region: str) -> None:
        self._station = station
        self._region = region
        self._servers: dict[Path, HTTPServer] = {}

    def open(self, record: JobRecord, link: Path, *, shared: bool) -> None:
        """Listen in the attempt's folder; a job without a door trains all the same."""
        if link in self._servers:
            return
        try:
            listener = listen(link, shared=shared)
        except OSError as error:
            log.warning("job %s cannot reach the manager: %s", record.name, error)
            return
        router = self._station.router.for_job(principal_of(record, self._region))
        station = replace(self._station, router=router, in_memory=JOB_LIMIT)
        given = {"station": station}
        server = _Door(
            Application([(".*", AwsHandler, given)], log_function=log_request),
            max_body_size=OBJECT_LIMIT,
            idle_connection_timeout=_IDLE_CONNECTION,
        )
        server.add_socket(listener)
        self._servers[link] = server

    async def close(self, link: Path) -> None:
        """Close one door: the job's keys are good nowhere any more."""
        server = self._servers.pop(link, None)
        if server is None:
            return
        server.stop()
        with suppress(OSError):
            (link / SOCKET).unlink()
        await server.close_all_connections()

    async def close_all(self) -> None:
        """Close all doors; jobs run on, and the next manager opens them again."""
        for link in list(self._servers):
            await self.close(link)


def listen(link: Path, *, shared: bool) -> socket.socket:
    """Listen at the socket of a folder, in the place of one that a killed manager left."""
    link.mkdir(parents=True, exist_ok=True)
    if shared:
        link.chmod(0o755)  # whatever our umask has left of it
    path = link / SOCKET
    with suppress(FileNotFoundError):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _bind(listener, path)
        # Before anybody can connect; the folder is in one that is only ours.
        path.chmod(0o666 if shared else 0o600)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _bind(listener: socket.socket, path: Path) -> None:
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        listener.bind(str(path))
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        listener.bind(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)
