"""Take the command line apart and hand it to the command it names, which is imported only then."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from .options import parser

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = parser().parse_args(argv)
    try:
        return _perform(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # `jupyter train logs j | head`: the reader has enough. What is buffered must go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _perform(arguments: argparse.Namespace) -> int:
    from ..client.connection import ApiError, ManagerGoneError  # noqa: PLC0415 - slow: not for --help
    from ..client.find import NoManagerError, StartFailedError  # noqa: PLC0415 - as above
    from ..client.runtime_file import UnsafeFileError  # noqa: PLC0415 - as above
    from ..client.source import MissingPathError  # noqa: PLC0415 - as above
    from .text import NEWLINE, clean, note  # noqa: PLC0415 - as above

    module, function = arguments.command.split(":")
    command = getattr(import_module(f".{module}", __package__), function)
    try:
        return int(command(arguments))
    except (
        ApiError,
        ManagerGoneError,
        MissingPathError,
        NoManagerError,
        StartFailedError,
        UnsafeFileError,
        ValueError,
    ) as error:
        note(f"jupyter train: {clean(str(error), keep=NEWLINE)}")
        return 1
