"""Read a manager's runtime file, and tell whether that manager is there."""

import http.client
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from ..contract.manager_file import RUNTIME_FILE, ManagerFacts, parse_facts


class UnsafeFileError(Exception):
    """The runtime file could have been written or read by somebody else."""


def read_runtime_file(home: Path) -> ManagerFacts | None:
    """Return what the runtime file of this state folder says, None without a readable one."""
    path = home / RUNTIME_FILE
    try:
        with path.open(encoding="utf-8") as file:
            _check_private(path, os.fstat(file.fileno()))
            return parse_facts(file.read())
    except (FileNotFoundError, ValueError):
        return None


def _check_private(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise UnsafeFileError(
            f"{path} belongs to uid {found.st_uid} with mode {found.st_mode & 0o777:o}; "
            f"it must belong to uid {os.getuid()} with mode 600"
        )


def is_running(pid: int) -> bool:
    """Tell whether a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_alive(facts: ManagerFacts, timeout: float = 5) -> bool:
    """Tell whether the manager of a runtime file exists and answers, with its own pid."""
    if not is_running(facts.pid):
        return False
    address = urlsplit(facts.url)
    link = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout)
    try:
        link.request("GET", "/healthz", headers={"Authorization": f"Bearer {facts.token}"})
        answer = link.getresponse()
        return answer.status == 200 and json.loads(answer.read()).get("pid") == facts.pid
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        link.close()
