"""Find the manager of a state folder, or start it; an older one is replaced by ours."""

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from ..contract.manager_file import LOG_FILE, ManagerFacts
from ..contract.version import is_older, program_version
from .connection import Connection
from .home import home_folder
from .runtime_file import is_alive, read_runtime_file

START_TIMEOUT = 30.0

_MARKER = "JUPYTER_TRAIN_ATTEMPT"
"""A manager started inside a job must not carry its marker: it would be killed with it."""


class NoManagerError(Exception):
    """No manager serves this state folder."""


class StartFailedError(Exception):
    """The manager did not come up; the message ends with the last lines of its log."""


def connect(home: Path | str | None = None, *, start: bool = True) -> Connection:
    """Return a connection to the manager of a state folder, which is started if need be."""
    folder = home_folder(home)
    facts = find_manager(folder)
    if facts is None and not start:
        raise NoManagerError(
            f"no manager serves {folder}; start one: jupyter train manager start --home {folder}"
        )
    if facts is not None and start and is_older(facts.version, program_version()):
        _hand_over(facts)
        facts = None
    return Connection(facts or start_manager(folder))


def find_manager(home: Path) -> ManagerFacts | None:
    """Return the facts of the manager that serves this folder now, if one does."""
    facts = read_runtime_file(home)
    return facts if facts and is_alive(facts) else None


def _hand_over(facts: ManagerFacts) -> None:
    """Ask an older manager to let go of its folder and wait until it has; its jobs run on."""
    with suppress(ProcessLookupError):
        os.kill(facts.pid, signal.SIGTERM)
    deadline = time.monotonic() + START_TIMEOUT
    while is_alive(facts):
        if time.monotonic() > deadline:
            raise StartFailedError(
                f"process {facts.pid}, of version {facts.version}, still serves {facts.home} "
                f"{START_TIMEOUT:.0f} s after it was asked to hand over"
            )
        time.sleep(0.02)


def start_manager(home: Path, *, port: int | None = None) -> ManagerFacts:
    """Start a manager in a session of its own and return when it serves."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline = time.monotonic() + START_TIMEOUT
    said = "locked"
    # Whoever holds the lock is about to serve or to end; who served and is gone was killed.
    while said.startswith(("locked", "serving")) and time.monotonic() < deadline:
        said = _launch(home, port, deadline)
        facts = find_manager(home)
        if facts is not None:
            return facts
        time.sleep(0.05)
    raise StartFailedError(_failure(home, said))


def _launch(home: Path, port: int | None, deadline: float) -> str:
    reader, writer = os.pipe()
    command = [sys.executable, "-P", "-m", "jupyter_train.manager", "--home", str(home)]
    command += ["--detach", "--ready-fd", str(writer)]
    command += [] if port is None else ["--port", str(port)]
    environment = {k: v for k, v in os.environ.items() if k != _MARKER}
    try:
        with (home / LOG_FILE).open("ab") as log:
            try:
                subprocess.run(  # returns at once: the manager detaches itself
                    command,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=home,
                    pass_fds=(writer,),
                    check=False,
                )
            finally:
                os.close(writer)
        return _read_until(reader, deadline)
    finally:
        os.close(reader)


def _read_until(reader: int, deadline: float) -> str:
    """Read what the manager says until it closes its end, which it does when it serves or dies."""
    said = b""
    while True:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        data = os.read(reader, 4096) if ready else b""
        if not data:
            return said.decode("utf-8", "replace").strip()
        said += data


def _failure(home: Path, said: str) -> str:
    log = home / LOG_FILE
    lines = log.read_text("utf-8", "replace").splitlines()[-15:] if log.exists() else []
    reason = said or f"it did not serve within {START_TIMEOUT:.0f} s, or died"
    return "\n".join([f"no manager came up for {home}: {reason}", f"end of {log}:", *lines])
