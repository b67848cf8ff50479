"""What running attempts use of the machine, sampled into the same curves as what they measure.

Names are those of SageMaker's instance metrics, below system/.  CPUs count 100 each; memory is
percent of what the attempt may hold; disk and network are bytes a second; GPUs count 100 each.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..contract.names import SYSTEM, AttemptKey
from ..contract.record import JobRecord
from ..contract.samples import samples
from ..hosts.base import Host, HostUnreachableError
from ..runtimes.base import Usage
from ..store.base import Batch
from .collect import Sinks
from .lanes import Lane
from .reach import glance

log = logging.getLogger(__name__)

EVERY = 1.0
SOURCE = "usage"

_GPU_QUERY = (
    "nvidia-smi",
    "--query-gpu=uuid,utilization.gpu,memory.used,memory.total",
    "--format=csv,noheader,nounits",
)
_GPU_SECONDS = 10.0

# Read a row as: this series is what this counter grows by in a second, times so much.
_RATES: tuple[tuple[str, Callable[[Usage], float | None], float], ...] = (
    ("CPUUtilization", lambda used: used.cpu_seconds, 100.0),
    ("DiskRead", lambda used: used.disk_read, 1.0),
    ("DiskWritten", lambda used: used.disk_written, 1.0),
    ("NetworkIn", lambda used: used.network_in, 1.0),
    ("NetworkOut", lambda used: used.network_out, 1.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """A running attempt and where it runs; `begun` is when its training started."""

    job_id: str
    key: AttemptKey
    lane: Lane
    begun: float
    gpus: tuple[str, ...] = ()


class Meter:
    """Looks at all running attempts together, each second; nothing ticks while nothing runs."""

    def __init__(self, host: Host, memory: int, sinks: Sinks, every: float = EVERY) -> None:
        self._host = host
        self._memory = memory
        self._sinks = sinks
        self._every = every
        self._metered: dict[AttemptKey, Metered] = {}
        self._last: dict[AttemptKey, Usage] = {}
        self._looking: asyncio.Task[None] | None = None

    def add(self, record: JobRecord, key: AttemptKey, lane: Lane) -> None:
        """Sample this attempt from now on."""
        begun = record.training_started or self._sinks.clock()
        self._metered[key] = Metered(
            job_id=record.id, key=key, lane=lane, begun=begun, gpus=record.gpus
        )
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())

    def drop(self, key: AttemptKey) -> None:
        """Sample it no more."""
        self._metered.pop(key, None)
        self._last.pop(key, None)

    async def close(self) -> None:
        """Stop looking."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        while self._metered:
            await asyncio.sleep(self._every)
            values = await self._values(list(self._metered.values()))
            now = self._sinks.clock()
            running = {key: found for key, found in values.items() if key in self._metered}
            # Together, so that they are one commit.
            await asyncio.gather(
                *(self._store(self._metered[key], now, found) for key, found in running.items())
            )

    async def _values(self, metered: list[Metered]) -> dict[AttemptKey, dict[str, float]]:
        values: dict[AttemptKey, dict[str, float]] = {each.key: {} for each in metered}
        for lane in {each.lane for each in metered}:
            keys = [each.key for each in metered if each.lane is lane]
            for key, used in (await _used(lane, keys)).items():
                values[key].update(self._shares(key, used))
        gpus = await self._gpus() if any(each.gpus for each in metered) else {}
        for each in metered:
            values[each.key].update(_gpu_shares(each.gpus, gpus))
        return values

    def _shares(self, key: AttemptKey, used: Usage) -> dict[str, float]:
        before, self._last[key] = self._last.get(key), used
        limit = used.memory_limit or self._memory
        shares = {"MemoryUsed": float(used.memory)}
        if limit:
            shares["MemoryUtilization"] = 100.0 * used.memory / limit
        if before is not None and used.time > before.time:
            span = used.time - before.time
            for name, count, scale in _RATES:
                now, then = count(used), count(before)
                if now is not None and then is not None:
                    # A counter that went back was another container's.
                    shares[name] = max(0.0, now - then) * scale / span
        return shares

    async def _gpus(self) -> dict[str, tuple[float, float]]:
        try:
            completed = await self._host.run(_GPU_QUERY, timeout=_GPU_SECONDS)
        except (OSError, TimeoutError, HostUnreachableError) as error:
            log.debug("the GPUs are not measured: %s", error)
            return {}
        return parse_gpus(completed.stdout.decode("utf-8", "replace"))

    async def _store(self, of: Metered, now: float, values: Mapping[str, float]) -> None:
        if not values:
            return
        step = max(0, int(now - of.begun))
        found = {
            f"{SYSTEM}{name}": samples([step], [now], [value]) for name, value in values.items()
        }
        batch = Batch(job_id=of.job_id, source=SOURCE, offset=int(now * 1000), samples=found)
        try:
            await self._sinks.writer.write(batch)
        except (OSError, sqlite3.OperationalError) as error:
            # The job's own metrics are waited for until there is room; these are not worth it.
            log.debug("what %s uses is not kept: %s", of.key, error)
            return
        self._sinks.feed.notify(("series", of.job_id))


async def _used(lane: Lane, keys: list[AttemptKey]) -> Mapping[AttemptKey, Usage]:
    try:
        return await glance(lane.runtime, lambda: lane.runtime.usage(lane.host, keys))
    except (OSError, RuntimeError, HostUnreachableError) as error:
        log.debug("what %d attempts use is not known: %s", len(keys), error)
        return {}


def parse_gpus(csv: str) -> dict[str, tuple[float, float]]:
    """Read the answer to the query: percent busy and percent of memory by uuid."""
    rows = [[cell.strip() for cell in line.split(",")] for line in csv.splitlines()]
    found = {}
    for row in rows:
        if len(row) == len(("uuid", "busy", "used", "total")) and row[3].isdigit():
            busy, used, total = (float(cell) if cell.isdigit() else 0.0 for cell in row[1:])
            found[row[0]] = (busy, 100.0 * used / total if total else 0.0)
    return found


def _gpu_shares(lent: tuple[str, ...], gpus: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    mine = [gpus[uuid] for uuid in lent if uuid in gpus]
    if not mine:
        return {}
    return {
        "GPUUtilization": sum(busy for busy, _ in mine),
        "GPUMemoryUtilization": sum(memory for _, memory in mine),
    }
