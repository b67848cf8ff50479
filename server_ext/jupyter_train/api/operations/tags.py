"""Tags of training jobs."""

from collections.abc import Mapping
from typing import Any

from ...contract.names import job_arn
from ...contract.record import JobRecord
from ..context import Context
from ..errors import ValidationError
from .training_jobs import read_tags

SERVICE = "sagemaker"
OPERATIONS = ("AddTags", "ListTags", "DeleteTags")

_MOST_TAGS = 50

Input = Mapping[str, Any]


async def add_tags(context: Context, input: Input) -> Input:
    """Add or replace tags; a job has at most 50."""
    record = _find(context, input["ResourceArn"])
    tags = read_tags(input["Tags"])
    together = {**context.manager.jobs.tags(record.id), **tags}
    if len(together) > _MOST_TAGS:
        raise ValidationError(
            f"{record.name!r} would have {len(together)} tags; a job has at most {_MOST_TAGS}"
        )
    await context.manager.set_tags(record.name, tags)
    return {"Tags": _print(together)}


async def list_tags(context: Context, input: Input) -> Input:
    """Return all tags of a job: they fit on one page."""
    record = _find(context, input["ResourceArn"])
    return {"Tags": _print(context.manager.jobs.tags(record.id))}


async def delete_tags(context: Context, input: Input) -> Input:
    """Remove tags; keys that are not there are no error."""
    record = _find(context, input["ResourceArn"])
    await context.manager.remove_tags(record.name, input["TagKeys"])
    return {}


def _find(context: Context, arn: str) -> JobRecord:
    # AWS prints names in ARNs in small letters, so the job is found by its ARN, not by its name.
    kind, _, name = arn.partition(":training-job/")
    if not kind or not name:
        raise ValidationError(
            f"the ARN {arn!r} is not one of a training job: {job_arn('<name>')} would be"
        )
    return context.manager.jobs.find_in_any_case(name)


def _print(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
