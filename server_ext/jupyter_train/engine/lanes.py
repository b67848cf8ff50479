"""The runtimes at work on a host: what is asked of one is asked until it can be answered."""

from collections.abc import Mapping
from functools import partial

from ..contract.names import AttemptKey
from ..hosts.base import Host
from ..runtimes.base import AttemptSpec, Observation, Phase, Prepared, Runtime, Tell
from .errors import InternalServerError
from .patience import insist, whole
from .reach import Reach, glance
from .settings import Settings
from .tower import Tower


class Lane:
    """One runtime, the tower that watches it, and whether it answers."""

    def __init__(self, host: Host, runtime: Runtime, settings: Settings) -> None:
        self.host = host
        self.runtime = runtime
        self.reach = Reach(settings.unreachable_after)
        self.tower = Tower(host, runtime, settings.observe_every, self.reach)

    async def prepare(self, spec: AttemptSpec, tell: Tell) -> Prepared:
        """Make ready what takes its time."""
        return await self.reach.insist(lambda: self.runtime.prepare(self.host, spec, tell))

    async def start(self, spec: AttemptSpec) -> None:
        """Start an attempt, once."""
        await self.reach.insist(lambda: whole(lambda: self.runtime.start(self.host, spec)))

    async def observe(self, key: AttemptKey) -> Observation:
        """Look at one attempt once."""
        look = partial(self.runtime.observe, self.host, [key])
        seen = await self.reach.insist(lambda: glance(self.runtime, look))
        return seen.get(key, Observation(phase=Phase.ABSENT))

    async def ended(self, key: AttemptKey) -> Observation:
        """Wait for an attempt's end."""
        return await self.tower.ended(key)

    async def signal(self, spec: AttemptSpec, number: int) -> None:
        """Signal every process of an attempt."""
        await self.reach.insist(lambda: self.runtime.signal(self.host, spec, number))

    async def kill(self, spec: AttemptSpec) -> None:
        """SIGKILL until nothing of an attempt is left; a full disk is waited out too."""
        await self.reach.insist(lambda: insist(lambda: self.runtime.kill(self.host, spec)))

    async def remove(self, spec: AttemptSpec) -> None:
        """Delete what the runtime made for an attempt."""
        await self.reach.insist(lambda: insist(lambda: self.runtime.remove(self.host, spec)))

    async def close(self) -> None:
        """Stop looking and let go of the runtime; attempts run on."""
        await self.tower.close()
        await self.runtime.close()


class Lanes:
    """The lanes of one host by their runtime's kind."""

    def __init__(self, host: Host, runtimes: Mapping[str, Runtime], settings: Settings) -> None:
        self._lanes = {kind: Lane(host, each, settings) for kind, each in runtimes.items()}

    def of(self, kind: str) -> Lane:
        """Return the lane of this kind; InternalServerError if this manager has none."""
        if kind not in self._lanes:
            there = ", ".join(sorted(self._lanes))
            raise InternalServerError(f"there is no runtime {kind!r} here; there is: {there}")
        return self._lanes[kind]

    async def close(self) -> None:
        """Close all of them."""
        for lane in self._lanes.values():
            await lane.close()
