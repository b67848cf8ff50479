"""Which engine is there, if any, and whether it can serve: in words for the person who can help."""

import time
from dataclasses import dataclass
from typing import Any

from ...hosts.base import HostUnreachableError
from .engine import Engine

OLDEST_API = (1, 41)
FRESH_SECONDS = 30.0
WAY_OUT = "leave the image out, and the job runs as a plain process"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found and when."""

    time: float
    problem: str | None


class Detection:
    """Looks at the engine, again when the last look is old."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._answer: Answer | None = None

    def problem(self) -> str | None:
        """Say why containers cannot be run here and what to do; None if they can."""
        answer = self._answer
        # Only a good answer is kept: who repairs something wants to see that it helped.
        if answer is None or answer.problem or time.monotonic() - answer.time > FRESH_SECONDS:
            answer = self._answer = Answer(time.monotonic(), self._look())
        return answer.problem

    def _look(self) -> str | None:
        import docker  # noqa: PLC0415  see engine

        host = self._engine.host
        found: str | None
        if not host.startswith("unix://"):
            return f"{elsewhere(host)}; {WAY_OUT}"
        try:
            version, info = self._engine.call("version"), self._engine.call("info")
        except HostUnreachableError as error:
            found = absence(host, error)
        except docker.errors.DockerException as error:
            found = f"the docker engine at {host} answers with an error: {error}"
        else:
            found = unfit(host, version, info)
        return f"{found}; {WAY_OUT}" if found else None


def elsewhere(host: str) -> str:
    """Say why an engine will not do that is not reached by a socket of this machine."""
    return (
        f"the docker engine at {host} is not one of this machine, whose folders jobs are shown; "
        f"name its socket as unix:///… in DOCKER_HOST, or in config.toml: [docker] host"
    )


def absence(host: str, error: BaseException) -> str:
    """Say why an engine does not answer."""
    reason, cause = str(error), error.__cause__
    if isinstance(cause, FileNotFoundError):
        return (
            f"there is no docker engine at {host}; install and start one (`apt install "
            f"docker.io`), or name another in config.toml: [docker] host"
        )
    if isinstance(cause, PermissionError):
        return (
            f"the docker engine at {host} does not permit this user; as an administrator run "
            f"`usermod -aG docker $USER`, then log in again"
        )
    if isinstance(cause, ConnectionRefusedError):
        return f"no docker engine listens at {host}; start it (`systemctl start docker`)"
    if "no longer supported" in reason:
        return too_old(host, reason)
    return reason


def unfit(host: str, version: dict[str, Any], info: dict[str, Any]) -> str | None:
    """Say why an engine that answers will not do."""
    names = " ".join(each.get("Name", "") for each in version.get("Components") or ())
    if "podman" in names.lower():
        return (
            f"{host} is podman's socket, whose copy of docker's interface lacks what containers "
            f"need here; install docker's own engine"
        )
    api = version.get("ApiVersion", "0.0")
    if tuple(int(part) for part in api.split(".")) < OLDEST_API:
        return too_old(host, api)
    if any("rootless" in option for option in info.get("SecurityOptions") or ()):
        return (
            f"the docker engine at {host} runs rootless: it can neither limit nor own files as a "
            f"job needs; use the system's engine"
        )
    if info.get("OSType", "linux") != "linux":
        return f"the docker engine at {host} runs {info['OSType']} containers; switch it to Linux"
    return None


def too_old(host: str, api: str) -> str:
    """Say which engine is needed."""
    needed = ".".join(map(str, OLDEST_API))
    return (
        f"the docker engine at {host} is too old: it speaks API {api}, and {needed} (Docker 20.10) "
        f"is needed"
    )
