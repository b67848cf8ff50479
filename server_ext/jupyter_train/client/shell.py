"""A shell in a running job, at this end: the terminal of a person, or a script from a pipe."""

import json
import os
import secrets
import select
import shlex
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

from .connection import Connection
from .websocket import ClosedError, WebSocket

WINDOW = 1 << 18
"""Bytes that are sent before the manager says that it took them."""

_AT_ONCE = 1 << 14
_READY_SECONDS = 30.0

Screen = tuple[int, int]
"""Rows and columns."""


class ShellError(Exception):
    """There is no shell, or no longer; the message is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a shell ended: by itself (`code`, None if not known), or for a reason."""

    code: int | None = None
    reason: str = ""


class JobShell:
    """One open shell; `receive` in one thread, `type` and `resize` in another."""

    def __init__(self, connection: Connection, job: str, screen: Screen = (24, 80)) -> None:
        rows, columns = screen
        where = f"/shell/{quote(job, safe='')}?rows={rows}&columns={columns}"
        self._socket = WebSocket(connection.url + where, connection.token)
        self._sent = self._taken = 0
        self._news = threading.Condition()
        self.end: End | None = None
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    @property
    def room(self) -> int:
        """How many bytes may be typed now."""
        return WINDOW - (self._sent - self._taken)

    def output(self) -> Iterator[bytes]:
        """Yield what the shell prints, to its end, which is then in `end`."""
        while self.end is None:
            message = self._receive()
            if isinstance(message, bytes):
                yield message
            elif message["type"] == "end":
                self.end = End(code=message["code"], reason=message["message"])
            elif message["type"] == "taken":
                with self._news:
                    self._taken = message["bytes"]
                    self._news.notify_all()

    def type(self, data: bytes) -> None:
        """Type this, as soon as there is room; ShellError when the shell has ended."""
        for at in range(0, len(data), _AT_ONCE):
            part = data[at : at + _AT_ONCE]
            with self._news:
                self._news.wait_for(lambda: self.room >= _AT_ONCE or self.end is not None)
            if self.end is not None:
                raise ShellError("the shell has ended")
            self._sent += len(part)
            self._send(part)

    def resize(self, screen: Screen) -> None:
        """Tell the shell how large the screen is now."""
        rows, columns = screen
        self._send(json.dumps({"op": "resize", "rows": rows, "columns": columns}))

    def lose(self, reason: str) -> None:
        """Note that nothing more will come, and wake who waits for room."""
        with self._news:
            self.end = self.end or End(reason=reason)
            self._news.notify_all()

    def hang_up(self) -> None:
        """End it; who waits for output comes to its end."""
        self._socket.hang_up()

    def close(self) -> None:
        """Close it; what runs in the shell ends."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self) -> None:
        message = self._receive()
        if not isinstance(message, dict) or message["type"] != "open":
            words = message.get("message", "") if isinstance(message, dict) else ""
            raise ShellError(words or "the manager opened no shell")

    def _receive(self) -> bytes | dict[str, Any]:
        message = self._socket.receive()
        return message if isinstance(message, bytes) else dict(json.loads(message))

    def _send(self, message: str | bytes) -> None:
        try:
            self._socket.send(message)
        except OSError as error:
            raise ShellError(f"the manager went away: {error}") from error


def interact(shell: JobShell, stdin: int, write: Callable[[bytes], None]) -> End:
    """Hand what is typed on `stdin`, a terminal made raw, to the shell, and show what it prints."""
    with _woken_by_resize() as (wake, alarm), _reading(shell, write, alarm):
        while shell.end is None:
            ready = [wake, stdin] if shell.room >= _AT_ONCE else [wake]
            found, _, _ = select.select(ready, [], [], 0.1 if len(ready) == 1 else None)
            if wake in found and signal.SIGWINCH in os.read(wake, 4096):
                with suppress(OSError):
                    shell.resize(screen_of(stdin))
            if stdin in found and not _pass_on(stdin, shell):
                return End(reason="the terminal went away")
    return shell.end


def feed(shell: JobShell, script: bytes, write: Callable[[bytes], None]) -> End:
    """Run a script in the job as `sh < script` would: nothing echoed, its bytes untouched.

    A shell on a terminal reads lines of at most 4,095 bytes and echoes them; so the terminal is
    made raw and another shell reads the script, its length known, through a pipe.
    """
    head, tail = secrets.token_hex(8), secrets.token_hex(8)
    # In two halves: the echo of this line must not be taken for what it prints.
    inner = f"printf %s {head}''{tail}; head -c {len(script)} | sh"
    shell.type(f" stty raw -echo 2>/dev/null; exec sh -c {shlex.quote(inner)}\n".encode())
    show = _Behind(f"{head}{tail}".encode(), write)
    with _woken() as (wake, alarm), _reading(shell, show, alarm):
        show.wait_for(lambda: shell.end is not None)
        if show.is_open:
            with suppress(ShellError):
                shell.type(script)
        while shell.end is None:
            select.select([wake], [], [])
            os.read(wake, 4096)
    if not show.is_open:
        write(show.held)
    return shell.end


def screen_of(terminal: int) -> Screen:
    """Return a terminal's size."""
    columns, rows = os.get_terminal_size(terminal)
    return rows or 24, columns or 80


class _Behind:
    """Shows what comes behind a mark, and holds what came before it."""

    def __init__(self, mark: bytes, write: Callable[[bytes], None]) -> None:
        self._mark = mark
        self._write = write
        self.held = b""
        self._found = threading.Event()

    @property
    def is_open(self) -> bool:
        """Whether the mark has come."""
        return self._found.is_set()

    def wait_for(self, is_over: Callable[[], bool]) -> None:
        """Wait for the mark; ShellError if it takes too long."""
        deadline = time.monotonic() + _READY_SECONDS
        while not self._found.wait(0.02) and not is_over():
            if time.monotonic() > deadline:
                raise ShellError(f"the shell did not answer: {self.held.decode(errors='replace')}")

    def __call__(self, data: bytes) -> None:
        if self.is_open:
            self._write(data)
            return
        self.held += data
        _, mark, after = self.held.partition(self._mark)
        if mark:
            self._found.set()
            self._write(after)


@contextmanager
def _reading(shell: JobShell, show: Callable[[bytes], None], alarm: int) -> Iterator[None]:
    """Show the output in a thread; a byte into `alarm` says that it is over."""

    def read() -> None:
        reason = ""
        try:
            for data in shell.output():
                show(data)
        except ClosedError:
            reason = "the manager went away; the job runs on"
        except OSError as error:
            reason = str(error)
        finally:
            shell.lose(reason)
            os.write(alarm, b"\0")

    thread = threading.Thread(target=read, name="shell output", daemon=True)
    thread.start()
    try:
        yield
    finally:
        shell.hang_up()
        thread.join()


def _pass_on(stdin: int, shell: JobShell) -> bool:
    try:
        data = os.read(stdin, _AT_ONCE)
    except OSError:
        return False
    with suppress(ShellError):
        shell.type(data)
    return bool(data)


@contextmanager
def _woken() -> Iterator[tuple[int, int]]:
    wake, alarm = os.pipe()
    os.set_blocking(alarm, False)
    try:
        yield wake, alarm
    finally:
        os.close(wake)
        os.close(alarm)


@contextmanager
def _woken_by_resize() -> Iterator[tuple[int, int]]:
    """Yield a pipe into which the number of a signal falls; ours is SIGWINCH."""
    with _woken() as (wake, alarm):
        before = signal.signal(signal.SIGWINCH, lambda *_: None)
        fd = signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
        try:
            yield wake, alarm
        finally:
            signal.set_wakeup_fd(fd)
            signal.signal(signal.SIGWINCH, before)
