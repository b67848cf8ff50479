"""Which log groups and streams there are."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from ...contract.names import ACCOUNT, LOG_GROUP, PARTITION
from ...contract.record import JobRecord
from ...store.base import JobQuery, UnknownJobError
from ..context import Context
from ..errors import ApiError

SERVICE = "logs"
OPERATIONS = ("DescribeLogGroups", "DescribeLogStreams")

_FIRST_PAGE = 50
_JOBS_AT_ONCE = 100
_AFTER_ALL_IDS = "\U0010ffff"

Input = Mapping[str, Any]
Found = tuple[JobRecord, str]
"""A job and the name of one of its streams."""


async def describe_log_groups(context: Context, input: Input) -> Input:
    """Return the one group there is, if it is asked for."""
    prefix = input.get("logGroupNamePrefix", "")
    pattern = input.get("logGroupNamePattern", "").lower()
    named = input.get("logGroupIdentifiers", [LOG_GROUP])
    wanted = LOG_GROUP.startswith(prefix) and pattern in LOG_GROUP.lower()
    if not wanted or not any(_group_name(each) == LOG_GROUP for each in named):
        return {"logGroups": []}
    group = {
        "logGroupName": LOG_GROUP,
        "creationTime": int(context.about.started * 1000),
        "arn": f"{_group_arn(context)}:*",
        "logGroupArn": _group_arn(context),
        "storedBytes": 0,
        "metricFilterCount": 0,
    }
    return {"logGroups": [group]}


async def describe_log_streams(context: Context, input: Input) -> Input:
    """Return one page of streams, by name or by the age of their jobs."""
    check_group(input)
    prefix = input.get("logStreamNamePrefix", "")
    by_time = input.get("orderBy") == "LastEventTime"
    if by_time and prefix:
        raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    query = JobQuery(
        sort_by="CreationTime" if by_time else "Name",
        descending=input.get("descending", False),
    )
    limit = input.get("limit", _FIRST_PAGE)
    scope = f"DescribeLogStreams {prefix!r} {query.sort_by} {query.descending}"
    last = _read_token(context, scope, input)
    found = find_streams(context, prefix, query, last)
    page = await asyncio.to_thread(lambda: list(islice(found, limit + 1)))
    answer = {"logStreams": [_describe(context, *each) for each in page[:limit]]}
    if len(page) <= limit:
        return answer
    record, stream = page[limit - 1]
    place = record.created if by_time else record.name
    return {**answer, "nextToken": context.pages.print(scope, place, stream)}


def find_streams(
    context: Context, prefix: str, query: JobQuery, last: list[Any] | None
) -> Iterator[Found]:
    """Yield streams whose name begins with `prefix`, after the (sort value, stream) `last`."""
    if last is not None:
        edge = _AFTER_ALL_IDS if query.descending else ""
        query = replace(query, after=(last[0], edge))
    seen = last is None
    for record in _jobs(context, prefix, query):
        names = sorted(context.manager.logs.streams(record.id), reverse=query.descending)
        if not seen and last is not None and last[1] in names:
            names, seen = names[names.index(last[1]) + 1 :], True
        yield from ((record, name) for name in names if name.startswith(prefix))


def check_group(input: Input) -> None:
    """Raise unless the one group there is was named."""
    name = input.get("logGroupName") or _group_name(input.get("logGroupIdentifier", ""))
    if not name:
        raise invalid("Exactly one of logGroupName and logGroupIdentifier must be given.")
    if name != LOG_GROUP:
        raise ApiError(
            f"The specified log group does not exist: {name!r}; there is {LOG_GROUP}",
            code="ResourceNotFoundException",
        )


def invalid(message: str) -> ApiError:
    """Return CloudWatch's word for a parameter that makes no sense."""
    return ApiError(message, code="InvalidParameterException")


def _jobs(context: Context, prefix: str, query: JobQuery) -> Iterator[JobRecord]:
    jobs = context.manager.jobs
    name, slash, _ = prefix.partition("/")
    if slash:
        try:
            yield jobs.find(name)
        except UnknownJobError:
            return
        return
    query = replace(query, name_contains=name, limit=_JOBS_AT_ONCE)
    while page := jobs.select(query):
        yield from (each for each in page if each.name.startswith(name))
        end = page[-1]
        place = end.name if query.sort_by == "Name" else end.created
        query = replace(query, after=(place, end.id))


def _read_token(context: Context, scope: str, input: Input) -> list[Any] | None:
    token = input.get("nextToken")
    return context.pages.read(scope, token) if token else None


def _describe(context: Context, record: JobRecord, name: str) -> dict[str, Any]:
    stream = context.manager.logs.open(record.id, name)
    times = {
        "firstEventTimestamp": stream.first_time,
        "lastEventTimestamp": stream.last_time,
        "lastIngestionTime": stream.last_time,
    }
    return {
        "logStreamName": name,
        "creationTime": int(record.created) * 1000,
        "arn": f"{_group_arn(context)}:log-stream:{name}",
        "storedBytes": 0,
        **{key: time for key, time in times.items() if time is not None},
    }


def _group_name(identifier: str) -> str:
    # An identifier is a name or arn:aws:logs:region:account:log-group:NAME.
    return identifier.removesuffix(":*").rpartition(":")[2]


def _group_arn(context: Context) -> str:
    return f"arn:{PARTITION}:logs:{context.manager.region}:{ACCOUNT}:log-group:{LOG_GROUP}"
