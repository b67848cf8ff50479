"""`stop` and `rm`."""

from argparse import Namespace

from ..client.connection import Connection
from ..client.find import connect
from ..client.logs import wait_for_end
from .text import note, out, out_json


def stop(arguments: Namespace) -> int:
    """Stop jobs."""
    with connect(arguments.home) as connection:
        for job in arguments.jobs:
            connection.call("StopTrainingJob", {"TrainingJobName": job})
        if arguments.wait:
            for job in arguments.jobs:
                wait_for_end(connection, job)
        _say(connection, arguments)
    return 0


def remove(arguments: Namespace) -> int:
    """Forget jobs."""
    with connect(arguments.home) as connection:
        for job in arguments.jobs:
            if arguments.force:
                _end(connection, job)
            connection.call("DeleteTrainingJob", {"TrainingJobName": job})
            if not arguments.json:
                out(job)
    if arguments.json:
        out_json([{"TrainingJobName": job} for job in arguments.jobs])
    return 0


def _end(connection: Connection, job: str) -> None:
    found = connection.call("DescribeTrainingJob", {"TrainingJobName": job})
    if found["TrainingJobStatus"] == "InProgress":
        note(f"stopping {job}")
        connection.call("StopTrainingJob", {"TrainingJobName": job})
    wait_for_end(connection, job)


def _say(connection: Connection, arguments: Namespace) -> None:
    if not arguments.json:
        for job in arguments.jobs:
            out(job)
        return
    found = [
        connection.call("DescribeTrainingJob", {"TrainingJobName": job}) for job in arguments.jobs
    ]
    out_json(
        [{name: job[name] for name in ("TrainingJobName", "TrainingJobStatus")} for job in found]
    )
