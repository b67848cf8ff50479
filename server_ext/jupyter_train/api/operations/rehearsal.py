"""What a job would meet, told before there is one: every rule it breaks, what its metrics find."""

import asyncio
from collections.abc import Mapping
from typing import Any

from ...contract.spec import MetricDefinition
from ...engine.metrics import Sighting
from ...engine.tryout import try_definitions
from ...store.base import NameTakenError, UnknownJobError
from ..context import Context
from ..errors import ApiError, failure_of
from ..translate import with_defaults
from ..validate import Problem, find_problems, validate
from .training_jobs import read_tags

SERVICE = "jupytertrain"
OPERATIONS = ("CheckTrainingJob", "ValidateTrainingJob", "TryMetricDefinitions")

Input = Mapping[str, Any]


async def check_training_job(context: Context, input: Input) -> Input:
    """Answer as CreateTrainingJob would, and create nothing."""
    validate(_asked(context), input)
    await context.manager.check(with_defaults(input))
    for error in _own(context, input):
        raise error
    return {}


async def validate_training_job(context: Context, input: Input) -> Input:
    """Tell all that CreateTrainingJob would refuse, one by one, and what the job would wait for."""
    broken = find_problems(_asked(context), input)
    problems = [_print_problem(each) for each in broken]
    if any(each.is_of_form for each in broken):
        return {"Problems": problems}
    document = with_defaults(input)
    refused = [*_own(context, input), *await context.manager.refusals(document)]
    problems += [_print_refusal(each) for each in refused]
    return {"Problems": problems} if problems else _clear(context.manager.forecast(document))


async def try_metric_definitions(_context: Context, input: Input) -> Input:
    """Apply metric definitions to a piece of a log as a job would."""
    definitions = [
        MetricDefinition(name=each["Name"], regex=each["Regex"])
        for each in input["MetricDefinitions"]
    ]
    found = await asyncio.to_thread(try_definitions, definitions, input["Log"])
    return {
        "Matches": [_print_sighting(line, each) for line, each in found.sightings],
        "Counts": found.counts,
        "Problems": [{"Name": name, "Message": message} for name, message in found.problems],
        "Lines": found.lines,
        "IsWhole": found.is_whole,
    }


def _asked(context: Context) -> Any:
    return context.models.service("sagemaker").operation_model("CreateTrainingJob").input_shape


def _clear(wait: str) -> Input:
    return {"Problems": [], **({"Wait": f"It would wait for {wait}."} if wait else {})}


def _own(context: Context, input: Input) -> list[Exception]:
    """Return what is refused before the engine is asked."""
    found: list[Exception] = []
    try:
        read_tags(input.get("Tags", ()))
    except ApiError as error:
        found.append(error)
    if _is_taken(context, input["TrainingJobName"]):
        found.append(NameTakenError(input["TrainingJobName"]))
    return found


def _is_taken(context: Context, name: str) -> bool:
    try:
        context.manager.jobs.find_in_any_case(name)
    except UnknownJobError:
        return False
    return True


def _print_sighting(line: int, sighting: Sighting) -> dict[str, Any]:
    return {
        "Name": sighting.name,
        "Value": sighting.value,
        "Line": line,
        "Start": sighting.start,
        "End": sighting.end,
        "Step": sighting.step,
    }


def _print_problem(problem: Problem) -> dict[str, str]:
    return {"Code": "ValidationException", "Member": problem.member, "Message": str(problem)}


def _print_refusal(error: Exception) -> dict[str, str]:
    failure = failure_of(error)
    return {"Code": failure.code, "Message": failure.message}
