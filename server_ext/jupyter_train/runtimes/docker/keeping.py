"""Makes containers wait, and lets attempts take them over: once, whatever died in between.

A container runs one command at most, and `command` is never taken back: before it is there nothing
has begun, and once it is there no other container is made.
"""

import logging
from pathlib import Path
from typing import Any

from ..base import AttemptSpec
from .blame import refusal
from .engine import Engine
from .folder import container_id, look, make, write_id
from .settings import container_name
from .starting import Starter
from .warm import (
    Waiting,
    command_file,
    forget_waiting,
    identities,
    is_ready,
    make_fifo,
    read_waiting,
    shape_of,
    wake,
    write_command,
    write_waiting,
)

log = logging.getLogger(__name__)


class Keeper:
    """Keeps containers ready."""

    def __init__(self, engine: Engine, starter: Starter) -> None:
        self._engine = engine
        self._starter = starter

    def keep(self, spec: AttemptSpec) -> bool:
        """Start a container that waits; False if this image or user lets none wait."""
        # What an image's own user makes is given back by the paths it was mounted from.
        if spec.container is None or spec.container.user is None:
            return False
        folder, image = Path(spec.folder), self._starter.image(spec)
        if not image.has_shell:
            return False
        make(folder, spec.container, copied=False)
        make_fifo(folder)
        seen = identities(self._body(spec), folder)
        identity = self._starter.start(spec)
        if not identity or not is_ready(folder):
            return False
        body = self._body(spec)  # of an engine that has refused what was asked for at first
        if identities(body, folder) != seen:
            return False  # nobody knows which one the container sees
        write_waiting(folder, Waiting(identity, shape_of(body, folder)))
        return True

    def take(self, spec: AttemptSpec) -> str:
        """Let what waits in the attempt's folder run it; "" if an own container must."""
        folder = Path(spec.folder)
        waiting = read_waiting(folder)
        if waiting is None or container_id(str(folder)) or look(str(folder)) is not None:
            return ""
        found = self._starter.find(spec)
        if not command_file(folder).exists():
            body = self._body(spec)
            misfit = _misfit(waiting, found, body, folder) or self._hand_over(spec, waiting, body)
            if misfit:
                self._drop(spec, waiting, misfit)
                return ""
        elif found is not None:
            wake(folder)  # a manager died before it had, or had not noted that it had
        write_id(folder, waiting.id)
        return waiting.id

    def _body(self, spec: AttemptSpec) -> dict[str, Any]:
        return self._starter.body(spec, self._starter.image(spec))

    def _hand_over(self, spec: AttemptSpec, waiting: Waiting, body: dict[str, Any]) -> str:
        """Give it the attempt's name and command; returns what was in the way."""
        import docker  # noqa: PLC0415  see engine

        folder = Path(spec.folder)
        try:
            self._engine.call("rename", waiting.id, container_name(spec))
        except docker.errors.APIError as error:
            if "same name" not in str(error.explanation).lower():  # which it has already
                return str(error.explanation)
        try:
            write_command(folder, body)
        except UnicodeEncodeError as error:
            return f"its environment is no text: {error.reason}"
        return "" if wake(folder) else "it died while it waited"

    def _drop(self, spec: AttemptSpec, waiting: Waiting, misfit: str) -> None:
        """Remove what waits; from then on the folder is one in which nothing ever did."""
        import docker  # noqa: PLC0415  see engine

        log.info("%s starts in a container of its own, not in what waited: %s", spec.key, misfit)
        try:
            self._engine.remove(waiting.id)
        except docker.errors.APIError as error:
            raise refusal(f"cannot start {spec.key}: {error.explanation}", error) from error
        forget_waiting(Path(spec.folder))


def _misfit(
    waiting: Waiting, found: dict[str, Any] | None, body: dict[str, Any], folder: Path
) -> str:
    """Return why what waits cannot run an attempt, "" if it can."""
    if found is None:
        return "it is gone"
    if found["State"]["Status"] != "running":
        return f"it is {found['State']['Status']}"
    return "" if shape_of(body, folder) == waiting.shape else "it is of another shape"
