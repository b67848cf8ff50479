"""What is being done, shown to a job's owner: not more often than a person can read it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

EVERY = 1.0
"""Seconds between two messages; those that come meanwhile are replaced by the last."""


class Telling:
    """Takes messages from any thread and shows the newest; an async context manager."""

    def __init__(self, show: Callable[[str], Awaitable[object]]) -> None:
        self._show = show
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._message = ""

    def __call__(self, message: str) -> None:
        """Show this soon."""
        self._loop.call_soon_threadsafe(self._hear, message)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._tell())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._news.set()
        await self._task

    def _hear(self, message: str) -> None:
        if message != self._message:
            self._message = message
            self._news.set()

    async def _tell(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if self._over.is_set():
                return
            await self._show(self._message)
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._over.wait()
