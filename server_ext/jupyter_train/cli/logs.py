"""`logs`: what a job printed, as harmless text."""

import json
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import asdict

from ..client.connection import Connection
from ..client.find import connect
from ..client.logs import Line, follow_log, read_log
from ..client.progress import Progress
from .command import INTERRUPTED
from .text import clean, note, out


def logs(arguments: Namespace) -> int:
    """Print a job's lines, to the end of the job with --follow."""
    with connect(arguments.home) as connection:
        try:
            print_lines(_lines(connection, arguments), arguments.json)
        except KeyboardInterrupt:
            detached(arguments.job)
            return INTERRUPTED
    return 0


def _lines(connection: Connection, arguments: Namespace) -> Iterable[Line]:
    if not arguments.follow:
        return read_log(connection, arguments.job, tail=arguments.tail)
    look = Progress(lambda words: note(clean(words))).look
    return follow_log(connection, arguments.job, tail=arguments.tail, look=look)


def print_lines(lines: Iterable[Line], as_json: bool) -> None:
    """Print lines; a terminal sees no escapes, JSON has the text as it was."""
    for line in lines:
        out(json.dumps(asdict(line)) if as_json else clean(line.text))


def detached(job: str) -> None:
    """Say that the job runs on, and how to see it again."""
    note(f"\n{job} runs on.  Come back: jupyter train logs -f {job}")
    note(f"{' ' * len(job)}           Stop it: jupyter train stop {job}")
