"""Whether an engine answers: silence is waited out, never taken for an end, and said after a while.

A container engine that is restarted, or a host whose cable is cut, knows all that it knew before
when it is back; what was asked of it meanwhile is asked again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ..hosts.base import HostUnreachableError
from ..runtimes.base import Runtime
from . import patience

log = logging.getLogger(__name__)
T = TypeVar("T")

GLANCE_SECONDS = 10.0


class Reach:
    """What is known of one engine's silence; `words` say it to the owner of a job."""

    def __init__(self, lost_after: float) -> None:
        self._lost_after = lost_after
        self._timer: asyncio.TimerHandle | None = None
        self._lost = asyncio.Event()
        self._found = asyncio.Event()
        self._found.set()
        self.words = ""

    @property
    def is_lost(self) -> bool:
        """Whether it has been silent for so long that people should know."""
        return self._lost.is_set()

    def answered(self) -> None:
        """Note that it answers."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._lost.clear()
            self._found.set()

    def silent(self, error: HostUnreachableError) -> None:
        """Note that it does not."""
        self.words = str(error)
        if self._timer is None:
            log.warning("%s", error)
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._lost_after, self._lose)

    def _lose(self) -> None:
        self._found.clear()
        self._lost.set()

    async def turned(self, *, lost: bool) -> None:
        """Wait until `is_lost` is this."""
        await (self._lost if lost else self._found).wait()

    async def insist(self, action: Callable[[], Awaitable[T]]) -> T:
        """Do it until somebody answers."""
        while True:
            try:
                result = await action()
            except HostUnreachableError as error:
                self.silent(error)
            else:
                self.answered()
                return result
            await asyncio.sleep(patience.RETRY)


async def glance(runtime: Runtime, action: Callable[[], Awaitable[T]]) -> T:
    """Do what takes no time; HostUnreachableError if it does: an engine may hang, too."""
    try:
        async with asyncio.timeout(GLANCE_SECONDS):
            return await action()
    except TimeoutError as error:
        words = f"the {runtime.kind} engine has not answered for {GLANCE_SECONDS:g} seconds"
        raise HostUnreachableError(words) from error
