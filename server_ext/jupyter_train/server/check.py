"""A launch form before it is sent: all that is wrong with it, and the same job as code."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from ..client.command_line import aws_line, can_run, run_line
from ..client.estimator_code import estimator_code, given_inputs, given_parameters
from .blame import blame
from .draft import Draft, Script, drafted
from .link import Link


async def check(link: Link, form: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Tell what would be refused of a form, field by field; nothing is packed or created."""
    draft = await drafted(form, settings)
    said = await link.ask("ValidateTrainingJob", draft.request)
    own = [{"field": each.field, "message": str(each)} for each in draft.problems]
    fields = {each["field"] for each in own}
    found = [_problem(each, draft.request) for each in said["Problems"]]
    # What could not be read is missing in the request, which the manager refuses for that, too.
    problems = own + [each for each in found if not _is_about(each["field"], fields)]
    return {"problems": problems, "wait": said.get("Wait"), **printed(draft)}


def printed(draft: Draft) -> dict[str, Any]:
    """Return the job as a request, and as what makes it elsewhere."""
    return {
        "request": draft.request,
        "python": _python(draft),
        "cli": _command_line(draft),
        "boto3": json.dumps(draft.request, indent=2, ensure_ascii=False),
    }


def _problem(problem: Mapping[str, str], request: Mapping[str, Any]) -> dict[str, str]:
    message = problem["Message"]
    return {"field": blame(message, request, problem.get("Member", "")), "message": message}


def _is_about(field: str, known: set[str]) -> bool:
    return field in known or (bool(field) and field.partition(".")[0] in known)


def _python(draft: Draft) -> str:
    script, request = draft.script, draft.request
    program = {} if script is None else {"entry_point": script.entry_point}
    if script is not None and script.source_dir is not None:
        program["source_dir"] = script.source_dir
    tags = {each["Key"]: each["Value"] for each in request.get("Tags", ())}
    said = {**program, **given_parameters(request), **({"tags": tags} if tags else {})}
    fit: dict[str, Any] = {"job_name": draft.name} if draft.name else {}
    if "ExperimentConfig" in request:
        fit["experiment_config"] = request["ExperimentConfig"]
    return _written_first(script) + estimator_code(said, given_inputs(request), fit)


def _written_first(script: Script | None) -> str:
    """Return the lines that make a file of what is in none."""
    if script is None or script.text is None:
        return ""
    text = script.text.replace("\\", "\\\\").replace("'''", "\\'\\'\\'")
    if text.endswith("'"):
        text = f"{text[:-1]}\\'"
    name = script.entry_point
    return (
        "from pathlib import Path\n\n"
        f"Path({name!r}).write_text('''\\\n{text}''', encoding=\"utf-8\")\n\n"
    )


def _command_line(draft: Draft) -> str:
    script, request = draft.script, draft.request
    if draft.members or not can_run(request):
        return aws_line(request)
    words = [] if script is None else [script.entry_point]
    if script is not None and script.source_dir is not None:
        words.append(f"--source-dir={script.source_dir}")
    line = run_line(request, words, draft.name)
    if script is None or script.text is None:
        return line
    return f"printf %s {shlex.quote(script.text)} > {script.entry_point}\n{line}"
