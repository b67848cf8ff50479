"""A terminal of the Jupyter server whose program is a shell in a running job."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# JupyterLab closes a terminal that has ended: a refusal waits until it is read.
_SCRIPT = '"$@" || { printf "\\nPress Enter to close this terminal."; read -r _; }'


class NoTerminalsError(Exception):
    """This Jupyter server has no terminals."""


def open_terminal(settings: Mapping[str, Any], home: Path, job: str) -> dict[str, Any]:
    """Start a terminal in a job; what Jupyter's own API says of a new terminal."""
    manager = settings.get("terminal_manager")
    if manager is None:
        raise NoTerminalsError(
            "This Jupyter server has no terminals: jupyter_server_terminals is switched off. "
            f"From a terminal elsewhere: jupyter train shell {job}"
        )
    shell = [sys.executable, "-m", "jupyter_train.cli", "shell", "--home", str(home), job]
    argv = ["/bin/sh", "-c", _SCRIPT, "sh", *shell]
    made: dict[str, Any] = manager.create(shell_command=argv)
    return made
