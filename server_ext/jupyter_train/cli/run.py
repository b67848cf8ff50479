"""`run`: submit a script, follow it, end as it ended."""

import re
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..client.connection import Connection
from ..client.find import connect
from ..client.logs import follow_log
from ..client.progress import Progress
from ..client.source import Source, find_source, packed_source
from ..client.submit import JobOptions, image_name, is_process, submit, training_job_request
from .command import INTERRUPTED
from .logs import detached
from .text import NEWLINE, clean, note, out, out_json

STOPPED = 143
"""The exit code of a job that was stopped: what a shell says of a program ended by SIGTERM."""

_EXIT_CODE = re.compile(r"exit code:? (\d+)(?!.*exit code)", re.IGNORECASE | re.DOTALL)


def run(arguments: Namespace) -> int:
    """Submit a job; with --wait print its log and return its exit code."""
    _check(arguments)
    source = _source(arguments)
    request = training_job_request(_options(arguments), source)
    name = request["TrainingJobName"]
    with connect(arguments.home) as connection:
        arn = submit(connection, request, source)
        if not arguments.wait:
            _submitted(name, arn, arguments.json)
            return 0
        try:
            return _follow(connection, name, arguments.json)
        except KeyboardInterrupt:
            detached(name)
            return INTERRUPTED


def exit_code(job: Mapping[str, Any]) -> int:
    """Return the exit code a described job ended with: its script's, where that failed."""
    status = job["TrainingJobStatus"]
    if status == "Completed":
        return 0
    if status == "Stopped":
        return STOPPED
    found = _EXIT_CODE.search(job.get("FailureReason", ""))
    return (int(found[1]) % 256 or 1) if found else 1


def _submitted(name: str, arn: str, as_json: bool) -> None:
    if as_json:
        out_json({"TrainingJobName": name, "TrainingJobArn": arn})
    else:
        out(name)
        note(f"follow it: jupyter train logs -f {name}")


def _follow(connection: Connection, name: str, as_json: bool) -> int:
    note(f"job {name}")
    progress = Progress(lambda words: note(clean(words)))
    for line in follow_log(connection, name, look=progress.look):
        if as_json:
            note(clean(line.text))
        else:
            out(clean(line.text))
    job = connection.call("DescribeTrainingJob", {"TrainingJobName": name})
    if as_json:
        out_json(job)
    _say_end(job)
    return exit_code(job)


def _say_end(job: Mapping[str, Any]) -> None:
    note(f"{job['TrainingJobName']}: {job['SecondaryStatus']}")
    if job.get("FailureReason"):
        note(clean(job["FailureReason"], keep=NEWLINE))
    model = job.get("ModelArtifacts", {}).get("S3ModelArtifacts")
    if model:
        note(f"model: {model}")


def _check(arguments: Namespace) -> None:
    if arguments.script is None and is_process(arguments.image):
        raise ValueError("which script? Name one, or an image that trains by itself: --image NAME")
    if arguments.command_words and is_process(arguments.image):
        raise ValueError("--command is what an image runs: name one with --image")
    if arguments.python and not is_process(arguments.image):
        raise ValueError("--python is an interpreter of this machine; an image brings its own")
    if arguments.source_dir and arguments.script is None:
        raise ValueError("--source-dir needs a SCRIPT: which of the folder's files to run")


def _source(arguments: Namespace) -> Source | None:
    if arguments.script is None or _packed(arguments):
        return None
    return find_source(arguments.script, arguments.source_dir, arguments.dependency)


def _packed(arguments: Namespace) -> tuple[str, str] | None:
    return packed_source(arguments.script, arguments.source_dir, arguments.dependency)


def _base_name(arguments: Namespace) -> str:
    return Path(arguments.script).stem if arguments.script else image_name(arguments.image)


def _options(arguments: Namespace) -> JobOptions:
    return JobOptions(
        base_name=_base_name(arguments),
        name=arguments.name,
        hyperparameters=dict(arguments.hyperparameter),
        inputs=dict(arguments.input),
        metric_definitions=[{"Name": name, "Regex": regex} for name, regex in arguments.metric],
        environment=dict(arguments.env),
        interpreter=arguments.python or sys.executable,
        instance_type=arguments.instance_type,
        instance_count=arguments.instance_count,
        volume_size=arguments.volume_size,
        keep_alive=arguments.keep_alive,
        max_run=arguments.max_run,
        max_retries=arguments.max_retries,
        image=arguments.image,
        command=arguments.command_words or (),
        arguments=arguments.arguments or (),
        packed=_packed(arguments),
        is_spot=arguments.spot,
        max_wait=arguments.max_wait,
        experiment={"ExperimentName": arguments.experiment} if arguments.experiment else {},
        isolated=arguments.network == "none",
        remote_debug=arguments.shell,
        output_path=arguments.output,
        checkpoints=arguments.checkpoints,
        tags=dict(arguments.tag),
    )
