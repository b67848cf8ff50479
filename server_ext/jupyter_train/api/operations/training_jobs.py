"""Training jobs: create, describe, list, stop, update, delete."""

import asyncio
from collections.abc import Mapping
from typing import Any

from ...contract.names import job_arn
from ...contract.record import JobRecord
from ...contract.status import Status
from ...store.base import JobQuery
from ..context import Context
from ..errors import ValidationError
from ..translate import describe, listed, with_defaults

SERVICE = "sagemaker"
OPERATIONS = (
    "CreateTrainingJob",
    "DescribeTrainingJob",
    "ListTrainingJobs",
    "StopTrainingJob",
    "UpdateTrainingJob",
    "DeleteTrainingJob",
)

_FIRST_PAGE = 10

Input = Mapping[str, Any]


async def create_training_job(context: Context, input: Input) -> Input:
    """Accept a job; durable when this returns."""
    tags = read_tags(input.get("Tags", ()))
    record = await context.manager.submit(with_defaults(input), tags, context.caller.access_key)
    return {"TrainingJobArn": job_arn(record.name, context.manager.region)}


async def describe_training_job(context: Context, input: Input) -> Input:
    """Tell everything about a job."""
    manager = context.manager
    record = manager.jobs.find(input["TrainingJobName"])
    metrics = await asyncio.to_thread(manager.curves.series, record.id)
    return describe(record, metrics, manager.region, manager.progress.get(record.id))


async def list_training_jobs(context: Context, input: Input) -> Input:
    """Return one page of jobs; as on AWS oldest first, unless asked otherwise."""
    if "TrainingPlanArnEquals" in input:
        return {"TrainingJobSummaries": []}  # there are no plans here
    limit = input.get("MaxResults", _FIRST_PAGE)
    query = _query(context, input, limit + 1)
    found = await asyncio.to_thread(context.manager.jobs.select, query)
    page = {
        "TrainingJobSummaries": [listed(each, context.manager.region) for each in found[:limit]]
    }
    if len(found) <= limit:
        return page
    place = _sort_value(found[limit - 1], query.sort_by), found[limit - 1].id
    return {**page, "NextToken": context.pages.print(_listing(input), *place)}


async def stop_training_job(context: Context, input: Input) -> Input:
    """Ask a job to stop; what it has made so far is kept."""
    await context.manager.stop(input["TrainingJobName"])
    return {}


async def update_training_job(context: Context, input: Input) -> Input:
    """Change what may be changed of a running job."""
    name = input["TrainingJobName"]
    document = context.manager.jobs.find(name).document
    changes = {
        # A structure in an update names only what changes of it; a list is whole.
        member: {**document.get(member, {}), **given} if isinstance(given, Mapping) else given
        for member, given in input.items()
        if member != "TrainingJobName"
    }
    record = await context.manager.update(name, changes)
    return {"TrainingJobArn": job_arn(record.name, context.manager.region)}


async def delete_training_job(context: Context, input: Input) -> Input:
    """Forget a job that has ended; its name is free again."""
    await context.manager.delete(input["TrainingJobName"])
    return {}


def read_tags(members: Any) -> dict[str, str]:
    """Return tags by key, or raise ValidationError for keys that are reserved or doubled."""
    tags: dict[str, str] = {}
    for member in members:
        key = member["Key"]
        if key.lower().startswith("aws:"):
            raise ValidationError(f"the tag key {key!r} begins with aws:, which is reserved")
        if key in tags:
            raise ValidationError(f"the tag key {key!r} is given twice; keys must be unique")
        tags[key] = member["Value"]
    return tags


def _query(context: Context, input: Input, limit: int) -> JobQuery:
    token = input.get("NextToken")
    after = tuple(context.pages.read(_listing(input), token)) if token else None
    status = input.get("StatusEquals")
    return JobQuery(
        status=Status(status) if status else None,
        warm_pool=input.get("WarmPoolStatusEquals", ""),
        name_contains=input.get("NameContains", ""),
        created_after=input.get("CreationTimeAfter"),
        created_before=input.get("CreationTimeBefore"),
        modified_after=input.get("LastModifiedTimeAfter"),
        modified_before=input.get("LastModifiedTimeBefore"),
        sort_by=input.get("SortBy", "CreationTime"),
        descending=input.get("SortOrder") == "Descending",
        limit=limit,
        after=(after[0], after[1]) if after else None,
    )


def _sort_value(record: JobRecord, sort_by: str) -> Any:
    return {"Name": record.name, "Status": record.status, "CreationTime": record.created}[sort_by]


def _listing(input: Input) -> str:
    filters = sorted((k, v) for k, v in input.items() if k not in {"NextToken", "MaxResults"})
    return f"ListTrainingJobs {filters}"
