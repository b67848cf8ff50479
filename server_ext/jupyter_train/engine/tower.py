"""Looks at all attempts that run, in one go, and tells those who wait that one has ended."""

import asyncio
import logging
from collections.abc import Iterable

from ..contract.names import AttemptKey
from ..hosts.base import Host, HostUnreachableError
from ..runtimes.base import Observation, Phase, Runtime
from .reach import Reach, glance

log = logging.getLogger(__name__)

_GONE = frozenset({Phase.EXITED, Phase.LOST, Phase.ABSENT})


class Tower:
    """One runtime on one host, watched; nothing ticks while nothing runs."""

    def __init__(self, host: Host, runtime: Runtime, every: float, reach: Reach) -> None:
        self._host = host
        self._runtime = runtime
        self._every = every
        self._reach = reach
        self._awaited: dict[AttemptKey, asyncio.Future[Observation]] = {}
        self._watching: asyncio.Task[None] | None = None

    async def ended(self, key: AttemptKey) -> Observation:
        """Wait until the attempt is over; an outage of the host proves nothing."""
        future = self._awaited.get(key)
        if future is None or future.done():
            future = self._awaited[key] = asyncio.get_running_loop().create_future()
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        return await asyncio.shield(future)

    async def close(self) -> None:
        """Stop looking."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self) -> None:
        while self._awaited:
            await asyncio.sleep(self._every)
            seen = await self._look(list(self._awaited))
            self._settle(seen.items())

    async def _look(self, keys: list[AttemptKey]) -> dict[AttemptKey, Observation]:
        """Look at these; a folder that is shut, or no thread to be had, hides no other."""
        try:
            seen = await glance(self._runtime, lambda: self._runtime.observe(self._host, keys))
        except HostUnreachableError as error:
            self._reach.silent(error)
            return {}
        except (OSError, RuntimeError) as error:
            log.debug("%d attempts could not be looked at: %s", len(keys), error)
        else:
            self._reach.answered()
            return seen
        half = len(keys) // 2
        return {**await self._look(keys[:half]), **await self._look(keys[half:])} if half else {}

    def _settle(self, seen: Iterable[tuple[AttemptKey, Observation]]) -> None:
        for key, observation in seen:
            if observation.phase in _GONE:
                future = self._awaited.pop(key, None)
                if future is not None and not future.done():
                    future.set_result(observation)
