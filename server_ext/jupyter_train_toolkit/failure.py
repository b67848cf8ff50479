"""Why a job could not be run, left where the platform looks for it."""

from __future__ import annotations

import os
import sys

from .layout import here


class CannotRunError(Exception):
    """The script cannot be started; the message is for the user."""


def report(reason: str) -> None:
    """Write the reason to output/failure and to the log."""
    sys.stderr.write(reason + "\n")
    failure = here().failure
    os.makedirs(os.path.dirname(failure), exist_ok=True)
    with open(failure, "w", encoding="utf-8") as file:
        file.write(reason)
