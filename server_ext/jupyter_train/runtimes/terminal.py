"""A shell on a pseudo terminal of this machine."""

import asyncio
import errno
import fcntl
import os
import pty
import shutil
import signal
import struct
import termios
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from .base import NotRunningError, Shell
from .processes import find_session, send

PROGRAMS = ("bash", "sh")
TERMINAL = "xterm-256color"

_AT_ONCE = 1 << 16
_GRACE_SECONDS = 0.5
_LOOK_SECONDS = 0.02
_ROUNDS = 250

# A leader of a session that opens a terminal gets it as its own: no code between fork and exec.
_ON_TERMINAL = 'exec "$@" <"$0" >"$0" 2>&1'


async def open_terminal(
    environment: Mapping[str, str], folder: Path, rows: int, columns: int
) -> Shell:
    """Start a shell in a session of its own; NotRunningError if there is none."""
    program = find_shell(environment.get("PATH"))
    ours, theirs = pty.openpty()
    try:
        os.set_blocking(ours, False)
        os.set_inheritable(ours, False)
        _set_size(ours, rows, columns)
        process = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", _ON_TERMINAL, os.ttyname(theirs), program, "-i"),
            env={**environment, "TERM": TERMINAL},
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
    except OSError as error:
        os.close(ours)
        raise NotRunningError(f"no shell can be started in {folder}: {error}") from error
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    return TerminalShell(process, ours)


def find_shell(path: str | None) -> str:
    """Return the first shell there is; NotRunningError if there is none."""
    for name in PROGRAMS:
        found = shutil.which(name, path=path) or shutil.which(name, path="/bin:/usr/bin")
        if found:
            return found
    raise NotRunningError(f"there is no shell: neither {' nor '.join(PROGRAMS)} is on the PATH")


class TerminalShell(Shell):
    """The near end of a pseudo terminal and the shell at its other end."""

    def __init__(self, process: asyncio.subprocess.Process, terminal: int) -> None:
        self._process = process
        self._terminal = terminal
        self._is_closed = False

    async def read(self) -> bytes:
        """Return what it printed, b"" when nothing holds the terminal any more."""
        while not self._is_closed:
            try:
                return os.read(self._terminal, _AT_ONCE)
            except BlockingIOError:
                await self._readable()
            except OSError as error:
                if error.errno != errno.EIO:  # how Linux says that the other end is shut
                    raise
                return b""
        return b""

    async def write(self, data: bytes) -> None:
        """Type this; waits while the other end takes nothing."""
        while data and not self._is_closed:
            try:
                data = data[os.write(self._terminal, data) :]
            except BlockingIOError:
                await self._writable()

    async def resize(self, rows: int, columns: int) -> None:
        """Set the size; the kernel tells the shell."""
        if not self._is_closed:
            _set_size(self._terminal, rows, columns)

    async def exit_code(self) -> int | None:
        """Return the shell's code as another shell would give it."""
        code = await self._process.wait()
        return 128 - code if code < 0 else code

    async def close(self) -> None:
        """Hang up, and end what is left of the session."""
        if self._is_closed:
            return
        self._is_closed = True
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._terminal)
        loop.remove_writer(self._terminal)
        os.close(self._terminal)
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGHUP)
        await self._end_session()

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = loop.create_future()
        loop.add_reader(self._terminal, _set, ready)
        try:
            await ready
        finally:
            loop.remove_reader(self._terminal)

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = loop.create_future()
        loop.add_writer(self._terminal, _set, ready)
        try:
            await ready
        finally:
            loop.remove_writer(self._terminal)

    async def _end_session(self) -> None:
        leader = self._process.pid
        for _ in range(round(_GRACE_SECONDS / _LOOK_SECONDS)):
            if not find_session(leader):
                break
            await asyncio.sleep(_LOOK_SECONDS)
        for _ in range(_ROUNDS):
            if not send(find_session(leader), signal.SIGKILL):
                break
            await asyncio.sleep(_LOOK_SECONDS)
        await self._process.wait()


def _set(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)


def _set_size(terminal: int, rows: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
