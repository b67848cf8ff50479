"""A terminal in a running container: docker's exec over a connection of its own.

docker-py hands out the socket below its reader, which may already have swallowed the first bytes.
"""

import asyncio
import secrets
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from ...hosts.base import HostUnreachableError
from ..base import NotRunningError, Shell
from ..processes import find_session, send
from .engine import Engine

READ_AT_ONCE = 65536
SHELL = "/bin/sh"
ROUNDS, PAUSE = 50, 0.02
MARK = "JUPYTER_TRAIN_SHELL"
# No login shell: /etc/profile would replace the PATH that the image was built with.
PROGRAM = "if command -v bash >/dev/null 2>&1; then exec bash; fi; exec sh"
HANG_UP = (
    'for each in /proc/[0-9]*; do grep -qa "$0" "$each/environ" 2>/dev/null && '
    'kill -HUP "${each#/proc/}"; done'
)


class ExecShell(Shell):
    """One exec with a terminal."""

    def __init__(
        self,
        engine: Engine,
        identity: str,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        mark: str,
    ) -> None:
        self._engine = engine
        self._identity = identity
        self._mark = mark
        self._reader, self._writer = streams
        self._closed = False

    async def read(self) -> bytes:
        """Return what it printed, b"" when it has ended."""
        try:
            return await self._reader.read(READ_AT_ONCE)
        except ConnectionError:
            return b""

    async def write(self, data: bytes) -> None:
        """Type this."""
        with suppress(ConnectionError):  # reading tells that it has ended
            self._writer.write(data)
            await self._writer.drain()

    async def resize(self, rows: int, columns: int) -> None:
        """Tell it how large the screen is."""
        await self._ask(self._engine.call, "exec_resize", self._identity, rows, columns)

    async def close(self) -> None:
        """Hang up: the engine itself leaves a program running whose connection is closed."""
        if self._closed:
            return
        self._closed = True
        await self._ask(self._hang_up)
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    async def exit_code(self) -> int | None:
        """Ask the engine for the code, which it knows a moment after the last output."""
        for _ in range(ROUNDS):
            found = await self._ask(self._engine.call, "exec_inspect", self._identity)
            if found is None or not found["Running"]:
                return None if found is None else int(found["ExitCode"])
            await asyncio.sleep(PAUSE)
        return None

    def _hang_up(self) -> None:
        found = self._engine.call("exec_inspect", self._identity)
        if not found["Running"] or not found["Pid"]:
            return
        try:
            _end_session(found["Pid"])
        except PermissionError:  # the engine's processes are another user's: from inside
            command = [SHELL, "-c", HANG_UP, f"{MARK}={self._mark}"]
            made = self._engine.call("exec_create", found["ContainerID"], command)
            self._engine.call("exec_start", made["Id"], detach=True)

    async def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        import docker  # noqa: PLC0415  see engine

        with suppress(docker.errors.APIError, HostUnreachableError):
            return await self._engine.run(function, *arguments)
        return None


def _end_session(leader: int) -> None:
    """Hang up on all of a session and kill what stays; PermissionError if it is not ours."""
    send(find_session(leader), signal.SIGHUP)
    for _ in range(ROUNDS):
        if not find_session(leader):
            return
        time.sleep(PAUSE)
    send(find_session(leader), signal.SIGKILL)


async def open_shell(engine: Engine, container: str, rows: int, columns: int) -> ExecShell:
    """Open a terminal; NotRunningError in words if that cannot be."""
    import docker  # noqa: PLC0415  see engine

    await engine.run(_check_shell, engine, container)
    mark = secrets.token_hex(8)
    environment = {"TERM": "xterm-256color", MARK: mark}
    try:
        made = await engine.run(
            lambda: engine.call(
                "exec_create",
                container,
                [SHELL, "-c", PROGRAM],
                stdin=True,
                tty=True,
                environment=environment,
            )
        )
    except docker.errors.APIError as error:
        raise NotRunningError(f"no terminal can be opened: {error.explanation}") from error
    version = await engine.run(lambda: engine.client().api_version)
    path = f"/v{version}/exec/{made['Id']}/start"
    shell = ExecShell(engine, made["Id"], await _upgrade(engine.host, path), mark)
    await shell.resize(rows, columns)
    return shell


def _check_shell(engine: Engine, container: str) -> None:
    """Raise NotRunningError if there is none: the engine would say so as the shell's output."""
    import docker  # noqa: PLC0415  see engine

    try:
        engine.call("get_archive", container, SHELL)[0].close()
    except docker.errors.NotFound as error:
        raise NotRunningError(f"no terminal can be opened: its image has no {SHELL}") from error
    except docker.errors.APIError as error:
        raise NotRunningError(f"no terminal can be opened: {error.explanation}") from error


async def _upgrade(host: str, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await _connect(host)
    body = b'{"Detach":false,"Tty":true}'
    head = (
        f"POST {path} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode("ascii") + body)
    try:
        answer = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise HostUnreachableError(f"the docker engine at {host} hung up: {error}") from error
    status = answer.split(b" ", 2)[1]
    if status not in (b"101", b"200"):
        said = (await reader.read(READ_AT_ONCE)).decode("utf-8", "replace").strip()
        writer.close()
        raise NotRunningError(f"no terminal can be opened: {said}")
    return reader, writer


async def _connect(host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(host)
    try:
        if parts.scheme == "unix":
            return await asyncio.open_unix_connection(parts.path)
        if parts.scheme in ("tcp", "http"):
            return await asyncio.open_connection(parts.hostname, parts.port or 2375)
    except OSError as error:
        raise HostUnreachableError(f"the docker engine at {host}: {error}") from error
    raise NotRunningError(f"terminals are opened over unix:// and tcp://, not {host}")
