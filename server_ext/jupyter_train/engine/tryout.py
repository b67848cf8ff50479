"""Metric definitions tried on a piece of a log, as they would work in a job, for a bounded time."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..contract.spec import MetricDefinition
from .errors import RefusedError
from .metrics import MetricScan, Sighting, check_definitions

SECONDS = 2.0
"""How long it may take: in a job a slow definition slows nothing but itself."""

MOST = 2000
"""Sightings that are told one by one; the rest are counted."""

_LINE_END = re.compile("\r\n|\n|\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tryout:
    """What was found: (line, sighting), how many of each, and what does not work and why.

    `lines` were read, which are fewer than there are where the time was up.
    """

    sightings: list[tuple[int, Sighting]]
    counts: dict[str, int]
    problems: list[tuple[str, str]]
    lines: int
    is_whole: bool


def try_definitions(
    definitions: Iterable[MetricDefinition],
    log: str,
    clock: Callable[[], float] = time.monotonic,
) -> Tryout:
    """Apply definitions to each line of a log; those that cannot work are left out and told."""
    usable, problems = _told_apart(definitions)
    scan = MetricScan(usable, {})
    counts = dict.fromkeys((each.name for each in usable), 0)
    sightings: list[tuple[int, Sighting]] = []
    lines, until = _LINE_END.split(log), clock() + SECONDS
    read = 0
    for read, line in enumerate(lines, 1):
        for each in scan.read(line):
            counts[each.name] += 1
            if len(sightings) < MOST:
                sightings.append((read - 1, each))
        if clock() > until:
            break
    problems += [(name, _SLOW) for name in scan.switched_off]
    return Tryout(
        sightings=sightings,
        counts=counts,
        problems=problems,
        lines=read,
        is_whole=read == len(lines),
    )


_SLOW = "it takes too long on a line; a job would switch it off, as was done here"


def _told_apart(
    definitions: Iterable[MetricDefinition],
) -> tuple[list[MetricDefinition], list[tuple[str, str]]]:
    usable, problems = [], []
    for each in definitions:
        try:
            check_definitions([each])
        except RefusedError as error:
            problems.append((each.name, str(error)))
        else:
            usable.append(each)
    return usable, problems
