"""What is done when the disk is full or a host is away: wait and try again, nothing is given up."""

import asyncio
import errno
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import PurePath
from typing import TypeVar

from ..hosts.base import Host, HostUnreachableError

log = logging.getLogger(__name__)
T = TypeVar("T")

RETRY = 1.0
"""Seconds before a store that was full, or a host that was away, is tried again."""

_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_full(error: BaseException) -> bool:
    """Whether an error says that a disk has no room; it may have some later."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    # SQLite's own words: "database or disk is full".
    return isinstance(error, sqlite3.OperationalError) and "disk is full" in str(error)


async def insist(
    action: Callable[[], Awaitable[T]], unless: Callable[[], bool] = lambda: False
) -> T:
    """Do it until the disk has room for it, or `unless` says that nobody waits any more."""
    while True:
        try:
            return await action()
        except (OSError, sqlite3.OperationalError) as error:
            if not is_full(error) or unless():
                raise
            log.warning("cannot write (%s); trying again", error)
        await asyncio.sleep(RETRY)


async def whole(action: Callable[[], Awaitable[T]]) -> T:
    """Do it to its end even if this is cancelled: half of it would be undone before it is done."""
    task = asyncio.ensure_future(action())
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # nobody asks for it any more
        raise


async def follow(
    host: Host,
    path: PurePath,
    cursor: Callable[[], int],
    start_over: Callable[[], object] | None = None,
) -> AsyncIterator[bytes]:
    """Follow a file through outages: after each, from where `cursor` says that reading has come.

    Where the file was cut shorter than that, `start_over` is called to set the cursor back.
    """
    while True:
        try:
            async for chunk in host.follow(path, cursor()):
                yield chunk
            if start_over is not None and await host.size(path) < cursor():
                start_over()
                continue
        except (HostUnreachableError, OSError) as error:
            log.info("%s cannot be read on %s: %s", path, host.id, error)
        await asyncio.sleep(RETRY)
