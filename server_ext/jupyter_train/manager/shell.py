"""`/shell/<job>`: one client's terminal in a running job, bytes both ways.

Nothing piles up: the next output is read when the last has left for the socket, and what a client
types ahead is bounded (it is told what was taken).  Who goes away takes their shell with them.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

from ..contract.record import JobRecord
from ..engine.errors import RefusedError
from ..engine.feed import Feed
from ..engine.remote_debug import RUNNING, is_open
from ..runtimes.base import NotRunningError, Shell
from ..store.base import JobStore, UnknownJobError
from .ask import AskError, number
from .stream import DROP_AFTER, SlowClientError

Send = Callable[[str | bytes], Awaitable[None]]
Open = Callable[[str, int, int], Awaitable[Shell]]

TYPED_AHEAD = 1 << 20
"""Bytes a client may send before they are taken; ours keeps to a quarter of it."""

_AT_ONCE = 1 << 14
_TAKEN_EVERY = 1 << 15
_MOST_SHELLS = 100
_SIGNALLED, _MOMENT = 128, 1.0
_LARGEST_SCREEN = 4096


class Shells:
    """Opens shells and knows those that are open."""

    def __init__(self, open_shell: Open, jobs: JobStore, feed: Feed) -> None:
        self._open = open_shell
        self.jobs = jobs
        self.feed = feed
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, job: str, rows: int, columns: int) -> Shell:
        """Open one; AskError if there are too many."""
        if len(self._tasks) > _MOST_SHELLS:
            raise AskError("ResourceLimitExceeded", f"{_MOST_SHELLS} shells are open; close some")
        opening = asyncio.ensure_future(self._open(job, rows, columns))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            # Its client went while it was being opened.
            with suppress(RefusedError, UnknownJobError):
                await (await opening).close()
            raise

    def keep(self, task: "asyncio.Task[None]") -> None:
        """Know a conversation as long as it goes on."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all of them: a shell does not outlive its manager."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Terminal:
    """One client and its shell; `hear` takes what the client sends, `run` does the rest."""

    def __init__(
        self,
        shells: Shells,
        job: str,
        screen: Mapping[str, str],
        send: Send,
        *,
        drop_after: float = DROP_AFTER,
    ) -> None:
        self._shells = shells
        self._job = job
        self._screen = screen
        self._send = send
        self._drop_after = drop_after
        self._typed = bytearray()
        self._size: tuple[int, int] | None = None
        self._news, self._resized = asyncio.Event(), asyncio.Event()
        self._broken: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def hear(self, message: str | bytes) -> None:
        """Take what was typed (bytes), or a message about the screen (text)."""
        try:
            self._take(message)
        except AskError as error:
            if not self._broken.done():
                self._broken.set_result(str(error))

    async def run(self) -> None:
        """Open the shell and go on to its end, the job's, or the client's (by cancelling)."""
        try:
            record = self._shells.jobs.find(self._job)
            rows, columns = (_side(self._screen.get(name, "0")) for name in ("rows", "columns"))
            shell = await self._shells.open(record.name, rows or 24, columns or 80)
        except UnknownJobError:
            await self._say(type="error", code="ResourceNotFound", message="no such training job")
        except AskError as error:
            await self._say(type="error", code=error.code, message=str(error))
        except RefusedError as error:
            await self._say(type="error", code="ValidationException", message=str(error))
        else:
            await self._converse(shell, record)

    async def _converse(self, shell: Shell, record: JobRecord) -> None:
        try:
            await self._say(type="open")
            reason = await _first(
                self._print(shell),
                self._type(shell),
                self._resize(shell),
                self._over(record),
                self._fault(),
            )
            code = None if reason else await shell.exit_code()
            if code is not None and code > _SIGNALLED:
                reason = await self._over_soon(record)
        finally:
            await shell.close()
        await self._say(type="end", code=code, message=reason)

    async def _print(self, shell: Shell) -> str:
        while data := await shell.read():
            await self._deliver(data)
        return ""

    async def _type(self, shell: Shell) -> str:
        taken = told = 0
        while True:
            await self._news.wait()
            self._news.clear()
            while self._typed:
                data = bytes(self._typed[:_AT_ONCE])
                await _for_the_living(shell.write(data))
                del self._typed[:_AT_ONCE]
                taken += len(data)
                if taken - told >= _TAKEN_EVERY:
                    told = taken
                    await self._say(type="taken", bytes=taken)

    async def _resize(self, shell: Shell) -> str:
        while True:
            await self._resized.wait()
            self._resized.clear()
            if self._size is not None:
                await _for_the_living(shell.resize(*self._size))

    async def _over(self, began: JobRecord) -> str:
        with self._shells.feed.watch(("job", began.id)) as watch:
            while True:
                try:
                    now = self._shells.jobs.get(began.id)
                except UnknownJobError:
                    return "the job was deleted"
                if now.attempt != began.attempt or now.secondary not in RUNNING:
                    return f"the job is {now.secondary}"
                if not is_open(now):
                    return "RemoteDebugConfig.EnableRemoteDebug was switched off"
                await watch.changed()

    async def _over_soon(self, record: JobRecord) -> str:
        """Say whether the shell was killed with its job, which is known a moment later."""
        try:
            async with asyncio.timeout(_MOMENT):
                return await self._over(record)
        except TimeoutError:
            return ""

    async def _fault(self) -> str:
        return await self._broken

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            if len(self._typed) + len(message) > TYPED_AHEAD:
                raise AskError("ValidationException", f"over {TYPED_AHEAD} bytes were typed ahead")
            self._typed += message
            self._news.set()
            return
        try:
            asked = json.loads(message)
        except ValueError as error:
            raise AskError("SerializationException", f"no JSON: {error}") from error
        if not isinstance(asked, dict) or asked.get("op") != "resize":
            raise AskError("ValidationException", "text is a message with op resize")
        rows, columns = (number(asked, name, None, _LARGEST_SCREEN) for name in ("rows", "columns"))
        self._size = max(1, rows), max(1, columns)
        self._resized.set()

    async def _say(self, **message: Any) -> None:
        await self._deliver(json.dumps(message))

    async def _deliver(self, message: str | bytes) -> None:
        try:
            async with asyncio.timeout(self._drop_after):
                await self._send(message)
        except TimeoutError as error:
            raise SlowClientError(f"took nothing for {self._drop_after:.0f} s") from error


def _side(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:9]) > _LARGEST_SCREEN:
        raise AskError(
            "ValidationException", f"a screen has 1 to {_LARGEST_SCREEN} rows and columns"
        )
    return int(text)


async def _for_the_living(work: Awaitable[None]) -> None:
    """Do it; to a shell that is gone nothing can be said, and its reader is about to know."""
    with suppress(OSError, NotRunningError):
        await work


async def _first(*works: Coroutine[Any, Any, str]) -> str:
    """Return the result of the one that is done first; the others end."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task in done).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
