"""What a client of the stream may say, checked."""

from collections.abc import Callable, Mapping
from typing import Any

from ..store.base import UnknownJobError
from .job_list import JobsSubscription
from .subscriptions import (
    JobSubscription,
    LogSubscription,
    SeriesSubscription,
    Sources,
    Subscription,
    Wanted,
)

_MOST_JOBS, _MOST_LINES = 100_000, 100_000
_LARGEST = 1 << 53


class AskError(Exception):
    """What a client asked for cannot be had; `code` is AWS's word for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def subscription(message: Mapping[str, Any], sources: Sources) -> Subscription:
    """Return the subscription that a client asks for, or raise AskError."""
    topic = message.get("topic")
    if not isinstance(topic, str) or topic not in _TOPICS:
        raise _invalid("topic", topic, f"one of {', '.join(_TOPICS)}")
    try:
        return _TOPICS[topic](number(message, "id"), message, sources)
    except UnknownJobError as error:
        name = message.get("job")
        raise AskError("ResourceNotFound", f"there is no training job {name!r}") from error


def number(
    message: Mapping[str, Any], name: str, default: int | None = None, most: int = _LARGEST
) -> int:
    """Return a whole number of a message."""
    value = message.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise _invalid(name, value, f"a whole number from 0 to {most}")
    return value


def _jobs(number_: int, message: Mapping[str, Any], sources: Sources) -> Subscription:
    after = number(message, "after", 0)
    limit = number(message, "limit", 1000, _MOST_JOBS)
    return JobsSubscription(number_, sources, after=after, limit=limit)


def _job(number_: int, message: Mapping[str, Any], sources: Sources) -> Subscription:
    return JobSubscription(number_, sources, _name(message, "job"))


def _series(number_: int, message: Mapping[str, Any], sources: Sources) -> Subscription:
    after = _counts(message.get("after") or {})
    if not all(key.isdecimal() for key in after):
        raise _invalid("after", after, "counts by series id")
    return SeriesSubscription(number_, sources, _name(message, "job"), after=after)


def _log(number_: int, message: Mapping[str, Any], sources: Sources) -> Subscription:
    after = message.get("after", 0)
    wanted = Wanted(
        stream=_name(message, "stream") if message.get("stream") is not None else None,
        after=_counts(after) if isinstance(after, dict) else number(message, "after", 0),
        tail=number(message, "tail", None, _MOST_LINES) if "tail" in message else None,
    )
    return LogSubscription(number_, sources, _name(message, "job"), wanted=wanted)


_TOPICS: dict[str, Callable[[int, Mapping[str, Any], Sources], Subscription]] = {
    "jobs": _jobs,
    "job": _job,
    "series": _series,
    "log": _log,
}


def _name(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name)
    if not isinstance(value, str) or not value:
        raise _invalid(name, value, "a name")
    return value


def _counts(value: object) -> dict[str, int]:
    if not isinstance(value, dict):
        raise _invalid("after", value, "numbers by name")
    return {str(key): number(value, key) for key in value}


def _invalid(name: str, value: object, rule: str) -> AskError:
    return AskError("ValidationException", f"{name} is {value!r:.200}; it must be {rule}")
