"""Metric definitions applied to log lines: a pure function of the lines, but for a time limit.

The step of a match is its number in the series, unless a definition called `step` or `epoch`
matches the same line.  So the log position is the cursor of what was found in it.
"""

import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from ..contract.samples import Samples, samples
from ..contract.spec import MetricDefinition
from ..store.base import LogLine
from .errors import RefusedError
from .patterns import PatternError, compiled
from .readings import Caught, Reading, Readings, is_plain

TIME_LIMIT = 0.05
"""CPU seconds a definition may take on a line; a catastrophic one is switched off."""

_PATIENCE = 4

STEP_NAMES = ("step", "global_step", "epoch")
_LAST_STEP = 2**53


def check_definitions(definitions: Iterable[MetricDefinition]) -> None:
    """Refuse a definition whose regular expression does not compile or catches nothing."""
    for each in definitions:
        try:
            pattern = compiled(each.regex)
        except PatternError as error:
            raise RefusedError(
                f"Value '{each.regex}' at 'algorithmSpecification.metricDefinitions' of metric "
                f"'{each.name}' is no regular expression: {error}"
            ) from error
        if pattern.groups == 0:
            raise RefusedError(
                f"Value '{each.regex}' at 'algorithmSpecification.metricDefinitions' of metric "
                f"'{each.name}' has no group; put the number in parentheses, as in 'loss=([0-9.]+)'"
            )


class Sighting(NamedTuple):
    """One value of one series in a line, and where it is written there."""

    name: str
    step: int
    value: float
    start: int
    end: int


class MetricScan:
    """The definitions of one job at work; `counts` says how many samples each series has."""

    def __init__(self, definitions: Iterable[MetricDefinition], counts: Mapping[str, int]) -> None:
        self._searches = {e.name: partial(_search, compiled(e.regex)) for e in definitions}
        self._counts = dict(counts)
        self.switched_off: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._searches)

    def scan(self, lines: Iterable[LogLine]) -> dict[str, Samples]:
        """Return the samples these lines hold, by series."""
        rows: dict[str, list[tuple[int, float, float]]] = {}
        for line in lines:
            found = self._match(line.text)
            step = _step(found)
            for name, (value, _) in found.items():
                row = (self._next(name, step), line.time / 1000, value)
                rows.setdefault(name, []).append(row)
        return {name: samples(*zip(*each, strict=True)) for name, each in rows.items()}

    def read(self, text: str) -> list[Sighting]:
        """Return what the next line holds, and where."""
        found = self._match(text)
        step = _step(found)
        sightings = []
        for name, (value, (_, reading, start, end)) in found.items():
            place = reading.origin(start), reading.origin(end)
            sightings.append(Sighting(name, self._next(name, step), value, *place))
        return sightings

    def _next(self, name: str, step: int | None) -> int:
        number = self._counts.get(name, 0)
        self._counts[name] = number + 1
        return number if step is None else step

    def _match(self, text: str) -> dict[str, tuple[float, Caught]]:
        found = {}
        readings = Reading(text) if is_plain(text) else Readings(text)
        for name, search in list(self._searches.items()):
            try:
                caught = readings.find(search)
            except TimeoutError:
                del self._searches[name]
                self.switched_off.append(name)
                continue
            value = None if caught is None else _number(caught[0])
            if caught is not None and value is not None:
                found[name] = (value, caught)
        return found


def _search(pattern: Any, text: str) -> Any:
    """Return the first match, or raise TimeoutError.

    The library's limit counts the wall's clock: on a busy machine a thread that was not let run is
    no proof against the pattern, so it is tried again with more time.
    """
    limit = TIME_LIMIT
    while True:
        begun = time.thread_time()
        try:
            return pattern.search(text, timeout=limit, concurrent=True)
        except TimeoutError:
            if time.thread_time() - begun > TIME_LIMIT / 2:
                raise
            limit *= _PATIENCE


def _step(found: Mapping[str, tuple[float, Caught]]) -> int | None:
    for name in STEP_NAMES:
        value = found[name][0] if name in found else None
        # Beyond this floats are no longer whole numbers one by one; NaN and infinity are neither.
        if value is not None and abs(value) <= _LAST_STEP:
            return int(value)
    return None


def _number(text: str | None) -> float | None:
    try:
        return float((text or "").replace(",", ""))
    except ValueError:
        return None
