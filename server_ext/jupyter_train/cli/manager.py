"""`manager start|stop|status` and `env`."""

import os
import shlex
import signal
import sys
import time
from argparse import Namespace
from typing import Any

from ..client.connection import Connection
from ..client.find import connect, find_manager, start_manager
from ..client.home import home_folder
from ..client.runtime_file import is_running
from ..contract.manager_file import ManagerFacts
from .text import age, clean, note, out, out_json

_PATIENCE = 30.0


def start(arguments: Namespace) -> int:
    """Start the manager, or find that it serves already."""
    home = home_folder(arguments.home)
    found = find_manager(home)
    if found is not None and arguments.port not in (None, 0, _port(found)):
        raise ValueError(
            f"process {found.pid} serves {home} at {found.url}, not at port {arguments.port}; "
            f"stop it first: jupyter train manager stop --home {home}"
        )
    if found is None and arguments.foreground:
        _become_manager(arguments)
    return _report(found or start_manager(home, port=arguments.port), arguments.json)


def stop(arguments: Namespace) -> int:
    """Stop the manager and return when it is gone; jobs run on."""
    home = home_folder(arguments.home)
    found = find_manager(home)
    if found is None:
        note(f"no manager serves {home}")
        return 0
    os.kill(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    while is_running(found.pid) and find_manager(home) is not None:
        if time.monotonic() > deadline:
            raise ValueError(f"process {found.pid} did not stop within {_PATIENCE:.0f} s")
        time.sleep(0.02)
    if arguments.json:
        out_json({"pid": found.pid, "home": found.home, "stopped": True})
    else:
        out(f"stopped process {found.pid}; jobs run on")
    return 0


def status(arguments: Namespace) -> int:
    """Say whether a manager serves, and what it has; exit code 3 if there is none."""
    home = home_folder(arguments.home)
    found = find_manager(home)
    if found is not None:
        return _report(found, arguments.json)
    if arguments.json:
        out_json({"home": str(home), "running": False})
    else:
        out(f"no manager serves {home}")
    return 3


def env(arguments: Namespace) -> int:
    """Print shell exports (JSON with --json)."""
    with connect(arguments.home) as connection:
        variables = connection.environment()
    if arguments.json:
        out_json(variables)
        return 0
    for name, value in variables.items():
        out(f"unset {name}" if arguments.unset else f"export {name}={shlex.quote(value)}")
    return 0


def _report(found: ManagerFacts, as_json: bool) -> int:
    with Connection(found) as connection:
        described = connection.call("DescribeManager", service="jupytertrain")
    report: dict[str, Any] = {
        "running": True,
        "pid": found.pid,
        "url": found.url,
        "version": found.version,
        "home": found.home,
        "started": found.started,
        "jobs": described["Jobs"],
        "capacity": described["Capacity"],
        "engines": described.get("Engines", []),
    }
    if as_json:
        out_json(report)
        return 0
    jobs = ", ".join(f"{count} {status}" for status, count in report["jobs"].items() if count)
    out(f"serving {found.home} at {found.url}")
    out(f"process {found.pid}, version {found.version}, up {age(time.time() - found.started)}")
    out(f"jobs: {jobs or 'none'}")
    for engine in report["engines"]:
        words = engine["Version"] if engine["Available"] else f"not now: {engine['Reason']}"
        out(clean(f"{engine['Kind']}: {words or 'ready'}"))
    return 0


def _become_manager(arguments: Namespace) -> None:
    command = [sys.executable, "-P", "-m", "jupyter_train.manager", "--foreground"]
    command += ["--home", str(home_folder(arguments.home))]
    command += [] if arguments.port is None else ["--port", str(arguments.port)]
    os.execv(sys.executable, command)  # noqa: S606 - this process becomes the manager


def _port(found: ManagerFacts) -> int:
    return int(found.url.rpartition(":")[2])
