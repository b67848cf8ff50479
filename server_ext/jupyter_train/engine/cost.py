"""What a job takes of this machine, and what that costs where the administrator has said it."""

from dataclasses import dataclass

from ..contract.record import JobRecord
from ..hosts.base import HostFacts
from .errors import LimitError
from .placement import Demand, demand_of
from .settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one instance holds, how long all of them; `price` is an hour's of one, where told."""

    cpus: float
    memory: int
    gpus: int
    seconds: float
    price: float | None = None

    @property
    def total(self) -> float | None:
        """What all of it costs so far."""
        return None if self.price is None else self.price * self.seconds / 3600


def cost_of(record: JobRecord, settings: Settings, facts: HostFacts, now: float) -> Cost:
    """Return what a job takes, up to its end or up to now."""
    spec = record.spec
    demand = _demand(spec.instance_type, settings)
    return Cost(
        cpus=min(demand.cpus, facts.cpus),
        memory=min(demand.memory, facts.memory),
        gpus=len(record.gpus),
        seconds=_seconds(record, now) * spec.instance_count,
        price=settings.prices.get(spec.instance_type),
    )


def _demand(instance_type: str, settings: Settings) -> Demand:
    try:
        return demand_of(instance_type, settings.instance_types)
    except LimitError:  # its name is no longer in the administrator's table
        return Demand()


def _seconds(record: JobRecord, now: float) -> float:
    if record.training_started is None:
        return 0.0
    end = now if record.training_ended is None else record.training_ended
    return max(0.0, end - record.training_started)
