"""The form's metric definitions tried on a pasted log, in the words of the browser."""

import re
from collections.abc import Mapping
from typing import Any

from ..client.connection import ApiError
from .blame import blame
from .form import Form
from .link import Link

_LINE_END = re.compile("\r\n|\n|\r")


async def tried(link: Link, said: Any, _settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what each definition finds; one that says nothing yet is left alone."""
    form = Form(said)
    log, pairs = form.raw_text("log"), form.pairs("metric_definitions")
    definitions = [{"Name": name, "Regex": regex} for name, regex in pairs.items() if regex]
    problems = [{"field": each.field, "message": str(each)} for each in form.problems]
    request = {"Log": log, "MetricDefinitions": definitions}
    try:
        found = await link.ask("TryMetricDefinitions", request)
    except ApiError as error:
        asked = {"AlgorithmSpecification": {"MetricDefinitions": definitions}}
        problem = {"field": blame(error.message, asked), "message": error.message}
        return {"matches": [], "counts": {}, "problems": [*problems, problem]}
    lines = _LINE_END.split(log)
    return {
        "matches": [_match(each, lines[each["Line"]]) for each in found["Matches"]],
        "counts": found["Counts"],
        "problems": [*problems, *_problems(found, len(lines))],
    }


def _problems(found: Mapping[str, Any], lines: int) -> list[dict[str, str]]:
    told = [
        {"field": f"metric_definitions.{each['Name']}", "message": each["Message"]}
        for each in found["Problems"]
    ]
    if found["IsWhole"]:
        return told
    message = f"The first {found['Lines']:,} of {lines:,} lines were read: all would take too long."
    return [*told, {"field": "log", "message": message}]


def _match(match: Mapping[str, Any], line: str) -> dict[str, Any]:
    return {
        "name": match["Name"],
        "value": match["Value"],
        "line": match["Line"],
        "start": _in_browser(line, match["Start"]),
        "end": _in_browser(line, match["End"]),
        "step": match["Step"],
    }


def _in_browser(line: str, position: int) -> int:
    """Return a position as JavaScript counts it: what is beyond the first plane counts twice."""
    return len(line[:position].encode("utf-16-le", "surrogatepass")) // 2
