"""How often something is looked at that a job can make costly to look at."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SHARE = 100
"""A look is followed by a pause of so many times what it took: at most 1 % of a core."""


class Pace:
    """Looks each `every` seconds where that is cheap, and the rarer the more a look costs."""

    def __init__(
        self,
        every: float,
        longest: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._every = every
        self._longest = longest
        self._clock = clock
        # The least of some: a look that waited for its turn on a busy machine cost no more.
        self._costs: deque[float] = deque(maxlen=5)

    @contextmanager
    def look(self) -> Iterator[None]:
        """Count what is done meanwhile as a look."""
        begun = self._clock()
        yield
        self._costs.append(self._clock() - begun)

    @property
    def pause(self) -> float:
        """Seconds until the next look."""
        return max(self._every, min(SHARE * min(self._costs, default=0.0), self._longest))

    async def rest(self) -> None:
        """Wait until the next look."""
        await asyncio.sleep(self.pause)
