"""Run a user's script as SageMaker's script mode does: `python -m jupyter_train_toolkit.entry`."""

from __future__ import annotations

import os
import sys

from .environment import decode, is_own, read_config
from .failure import CannotRunError, report
from .layout import here

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than this package
    from typing import Any


def main() -> int:
    """Become the user's script; if that is impossible, say why in output/failure."""
    try:
        run(read_config("hyperparameters.json", {}))
    except CannotRunError as error:
        report(str(error))
    except OSError as error:
        report("the script cannot be started: %s" % error)
    return 1


def run(hyperparameters: dict[str, Any]) -> None:
    """Install what the script needs and become it."""
    code = here().code
    program = decode(hyperparameters.get("sagemaker_program", ""))
    if not program or not os.path.isfile(os.path.join(code, program)):
        there = ", ".join(sorted(os.listdir(code))) if os.path.isdir(code) else ""
        raise CannotRunError(
            "sagemaker_program is {!r}, which is not in the source; there is: {}".format(
                program, there or "nothing"
            )
        )
    python = sys.executable
    requirements = os.path.join(code, "requirements.txt")
    if os.path.isfile(requirements):
        from .requirements import install  # noqa: PLC0415  most jobs need no installation

        python = install(requirements, here().root)
    argv = command(python, program, hyperparameters)
    os.chdir(code)
    sys.stdout.flush()
    os.execv(argv[0], argv)  # noqa: S606  no shell wanted


def command(python: str, program: str, hyperparameters: dict[str, Any]) -> list[str]:
    """Return what a job's program is run by; a notebook reads its hyperparameters itself."""
    if program.endswith(".ipynb"):
        return [python, "-m", "jupyter_train_toolkit.notebook", program]
    return ["/bin/sh" if program.endswith(".sh") else python, program, *arguments(hyperparameters)]


def arguments(hyperparameters: dict[str, Any]) -> list[str]:
    """Return `--key value` for each hyperparameter that is the user's, sorted by key."""
    given: list[str] = []
    for key in sorted(hyperparameters):
        if is_own(key):
            dashes = "-" if len(key) == 1 else "--"
            given += [dashes + key, argument(hyperparameters[key])]
    return given


def argument(text: Any) -> str:
    """Return a hyperparameter as SageMaker's toolkit writes it on a command line."""
    value = decode(text)
    if isinstance(value, dict):
        return ",".join("{}={}".format(key, value[key]) for key in sorted(value))
    return "" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main())
