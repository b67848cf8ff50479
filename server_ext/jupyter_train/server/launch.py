"""A launch form made into a job, and a former job made into a form."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

from ..client.connection import ApiError, Connection
from ..client.form_document import form_of
from ..client.submit import submit
from .blame import blame
from .draft import Draft, drafted
from .form import FieldError, Form
from .link import Link


async def launch(link: Link, form: Any, settings: Mapping[str, Any]) -> dict[str, str]:
    """Submit the job a form describes; the answer of CreateTrainingJob and the name."""
    draft = await drafted(form, settings)
    if draft.problems:
        raise draft.problems[0]
    manager = await link.find()
    try:
        return await asyncio.to_thread(_send, manager, draft)
    except ApiError as error:
        if field := blame(error.message, draft.request):
            raise FieldError(field, error.message, error.code) from error
        raise


async def cloned(link: Link, asked: Any, _settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form that asks again for what a former job was asked to do, under a new name."""
    job = Form(asked).text("job")
    detail = await link.ask("DescribeTrainingJob", {"TrainingJobName": job}, "sagemaker")
    arn = {"ResourceArn": detail["TrainingJobArn"]}
    tags = (await link.ask("ListTags", arn, "sagemaker")).get("Tags", ())
    named = {each["Key"]: each["Value"] for each in tags}
    return form_of(detail, named, interpreter=sys.executable)


def _send(manager: Connection, draft: Draft) -> dict[str, str]:
    arn = submit(manager, draft.request, draft.source)
    return {"TrainingJobName": draft.request["TrainingJobName"], "TrainingJobArn": arn}
