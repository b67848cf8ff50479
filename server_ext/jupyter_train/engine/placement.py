"""What an instance type means on this machine, and what is free of it.

CPUs are shares, not pins: a job may ask for more of them, or for more memory, than the machine has,
and then takes all of it.  GPUs are lent one by one and never twice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..hosts.base import HostFacts
from ..runtimes.base import Resources
from .errors import LimitError

GIB = 1 << 30
WARM = "warm-"
"""What the names begin with of those who hold a share and run nothing: see pool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a job asks for: cpus, memory in bytes, a number of GPUs (-1: all there are)."""

    cpus: float = 1.0
    memory: int = 0
    gpus: int = 0


# vCPUs by size; bytes of memory per vCPU by family letter; GPUs by type.  From AWS's public tables.
_SIZES = {"medium": 1, "large": 2, "xlarge": 4}
_MEMORY_PER_CPU = {"c": 2 * GIB, "m": 4 * GIB, "t": 4 * GIB, "r": 8 * GIB, "g": 4 * GIB}
_GPU_TYPES = {
    "p2": {"xlarge": 1, "8xlarge": 8, "16xlarge": 16},
    "p3": {"2xlarge": 1, "8xlarge": 4, "16xlarge": 8},
    "p3dn": {"24xlarge": 8},
    "p4d": {"24xlarge": 8},
    "p4de": {"24xlarge": 8},
    "p5": {"4xlarge": 1, "48xlarge": 8},
    "p5e": {"48xlarge": 8},
    "p5en": {"48xlarge": 8},
    "g4dn": {"12xlarge": 4, "metal": 8},
    "g5": {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8},
    "g6": {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8},
    "g6e": {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8},
}
_LOCAL = {"local": Demand(), "local_gpu": Demand(gpus=-1)}
_NAME = re.compile(r"ml\.([a-z]+)(\d[a-z0-9-]*)\.((\d*)(xlarge|large|medium)|metal.*)")


def names_of(table: Mapping[str, Demand]) -> list[str]:
    """Return the instance types of this machine: those of the administrator's table, then ours."""
    return list(dict.fromkeys([*table, *_LOCAL]))


def demand_of(instance_type: str, table: Mapping[str, Demand]) -> Demand:
    """Return what an instance type asks for: the administrator's table, then AWS's shapes."""
    known = table.get(instance_type) or _LOCAL.get(instance_type)
    if known is not None:
        return known
    match = _NAME.fullmatch(instance_type)
    if match is None:
        raise LimitError(
            f"no instance type {instance_type!r} here; there is: "
            f"{', '.join(sorted(names_of(table)))}, and all of AWS's ml.*"
        )
    letter, generation, size = match[1], match[2], match[3]
    cpus = _SIZES.get(match[5] or "", 4) * int(match[4] or 1)
    return Demand(
        cpus=cpus,
        memory=cpus * _MEMORY_PER_CPU.get(letter[0], 4 * GIB),
        gpus=_gpus(letter + generation, size),
    )


def _gpus(family: str, size: str) -> int:
    if family in _GPU_TYPES:
        return _GPU_TYPES[family].get(size, 1)
    return 1 if family.startswith(("p", "g")) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What there is and what is free: cpus, bytes, GPUs; and how many jobs run or wait."""

    cpus: float
    free_cpus: float
    memory: int
    free_memory: int
    gpus: int
    free_gpus: int
    running: int = 0
    pending: int = 0


class Ledger:
    """Who holds what of one host."""

    def __init__(self, facts: HostFacts) -> None:
        self._facts = facts
        self._held: dict[str, Resources] = {}

    def clamp(self, demand: Demand) -> Demand:
        """Return the demand as this machine can meet it, or raise LimitError for missing GPUs."""
        gpus = len(self._facts.gpus) if demand.gpus < 0 else demand.gpus
        if gpus > len(self._facts.gpus) or (demand.gpus < 0 and gpus == 0):
            raise LimitError(
                f"the job asks for {abs(demand.gpus)} GPU(s) and this machine has "
                f"{len(self._facts.gpus)}; choose an instance type without GPUs, such as 'local'"
            )
        return replace(
            demand,
            cpus=min(demand.cpus, self._facts.cpus),
            memory=min(demand.memory, self._facts.memory),
            gpus=gpus,
        )

    def lacks(self, demand: Demand) -> str:
        """Return what is not free of what is asked for, in words; empty if all is.

        What is held by those who run nothing is as good as free.
        """
        asked, held = self.clamp(demand), {k: v for k, v in self._held.items() if not _is_warm(k)}
        free = self._free(held)
        lacks = [
            (
                asked.cpus > free.free_cpus + 1e-9,
                f"{asked.cpus:g} CPUs; {free.free_cpus:g} are free",
            ),
            (
                asked.memory > free.free_memory,
                f"{asked.memory / GIB:.3g} GiB of memory; {free.free_memory / GIB:.3g} are free",
            ),
            (asked.gpus > free.free_gpus, f"{asked.gpus} GPUs; {free.free_gpus} are free"),
        ]
        return ", and for ".join(words for is_lacking, words in lacks if is_lacking)

    def take(self, job_id: str, demand: Demand) -> Resources | None:
        """Lend what is asked for, or None if it is not free now."""
        free, asked = self.capacity(), self.clamp(demand)
        if (
            asked.cpus > free.free_cpus + 1e-9
            or asked.memory > free.free_memory
            or asked.gpus > free.free_gpus
        ):
            return None
        lent = {uuid for held in self._held.values() for uuid in held.gpus}
        unlent = [gpu.uuid for gpu in self._facts.gpus if gpu.uuid not in lent]
        return self.reclaim(job_id, asked, tuple(unlent[: asked.gpus]))

    def reclaim(self, job_id: str, demand: Demand, gpus: tuple[str, ...]) -> Resources:
        """Book what an adopted attempt holds already, whatever is free."""
        held = Resources(
            cpus=min(demand.cpus, self._facts.cpus),
            memory=min(demand.memory, self._facts.memory),
            gpus=gpus,
        )
        self._held[job_id] = held
        return held

    def hand(self, giver: str, taker: str) -> Resources | None:
        """Book on another what one holds; None if that is nothing."""
        held = self._held.pop(giver, None)
        if held is not None:
            self._held[taker] = held
        return held

    def release(self, job_id: str) -> None:
        """Take back what a job held; an unknown job held nothing."""
        self._held.pop(job_id, None)

    def capacity(self, pending: int = 0) -> Capacity:
        """Return what there is and what is free."""
        return self._free(self._held, pending)

    def _free(self, lent: Mapping[str, Resources], pending: int = 0) -> Capacity:
        held = lent.values()
        return Capacity(
            cpus=self._facts.cpus,
            free_cpus=self._facts.cpus - sum(each.cpus for each in held),
            memory=self._facts.memory,
            free_memory=self._facts.memory - sum(each.memory for each in held),
            gpus=len(self._facts.gpus),
            free_gpus=len(self._facts.gpus) - sum(len(each.gpus) for each in held),
            running=sum(not _is_warm(each) for each in lent),
            pending=pending,
        )


def _is_warm(holder: str) -> bool:
    return holder.startswith(WARM)
