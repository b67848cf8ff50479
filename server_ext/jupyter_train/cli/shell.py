"""`shell`: a terminal in a running job; from a pipe, a script that runs there."""

import os
import signal
import sys
import termios
import tty
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from ..client.find import connect
from ..client.shell import End, JobShell, ShellError, feed, interact, screen_of
from .text import note

TERMINATED = 143
LOST = 1


def shell(arguments: Namespace) -> int:
    """Open a shell in a job; the exit code is the shell's, where that is known."""
    with connect(arguments.home) as connection:
        if arguments.enable:
            change = {"RemoteDebugConfig": {"EnableRemoteDebug": True}}
            connection.call("UpdateTrainingJob", {"TrainingJobName": arguments.job, **change})
        stdin, stdout = sys.stdin.fileno(), sys.stdout.fileno()
        try:
            if os.isatty(stdin):
                with JobShell(connection, arguments.job, screen_of(stdin)) as opened, _raw(stdin):
                    end = interact(opened, stdin, lambda data: _write(stdout, data))
            else:
                script = sys.stdin.buffer.read()
                with JobShell(connection, arguments.job) as opened:
                    end = feed(opened, script, lambda data: _write(stdout, data))
        except ShellError as error:
            raise ValueError(str(error)) from error
    return _exit_code(end)


def _exit_code(end: End) -> int:
    if end.reason:
        note(f"jupyter train: the shell was closed: {end.reason}")
        return LOST
    return end.code or 0


def _write(stdout: int, data: bytes) -> None:
    while data:
        data = data[os.write(stdout, data) :]


@contextmanager
def _raw(terminal: int) -> Iterator[None]:
    """Let every key go to the job; the terminal is as it was afterwards, whatever happens."""
    kept = termios.tcgetattr(terminal)
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        tty.setraw(terminal, termios.TCSADRAIN)  # what was typed before we were ready is not lost
        yield
    finally:
        with suppress(termios.error):  # a terminal that is gone
            termios.tcsetattr(terminal, termios.TCSADRAIN, kept)
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(*_: Any) -> NoReturn:
    sys.exit(TERMINATED)
