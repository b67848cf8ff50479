"""How long a job may still wait or run, and what it is told when that time is over."""

from typing import NamedTuple

from ..contract.record import JobRecord, StopReason
from ..contract.status import SecondaryStatus as S

_WAITING = frozenset({S.STARTING, S.PENDING, S.INTERRUPTED, S.RESTARTING})


class Limit(NamedTuple):
    """Seconds left, and the reason to stop after them."""

    seconds: float
    reason: StopReason


def next_limit(record: JobRecord, now: float) -> Limit | None:
    """Return the limit that comes first; MaxRuntime counts all attempts together."""
    limits = list(_limits(record, now))
    return min(limits, default=None)


def _limits(record: JobRecord, now: float) -> list[Limit]:
    spec, limits = record.spec, []
    if record.training_started is not None:
        left = record.training_started + spec.max_runtime - now
        limits.append(Limit(left, StopReason.MAX_RUNTIME))
    if spec.spot and spec.max_wait is not None:
        limits.append(Limit(record.created + spec.max_wait - now, StopReason.MAX_WAIT))
    if spec.max_pending is not None and record.secondary in _WAITING:
        limits.append(Limit(_waits_since(record) + spec.max_pending - now, StopReason.MAX_PENDING))
    return limits


def _waits_since(record: JobRecord) -> float:
    """Return when it began to wait: anew each time that it was interrupted or is repeated."""
    since = record.created
    for stay in reversed(record.transitions):
        if stay.status not in _WAITING:
            break
        since = stay.start
    return since
