"""Create and start the container of an attempt, once, whatever died in between."""

import os
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..base import AttemptSpec, StartError
from .engine import Engine
from .folder import container_id, look, make, write_id
from .images import Image, Images
from .network import Network
from .options import NETWORK, Options
from .quota import can_limit
from .settings import ATTEMPTS_LABEL, HOME, Abilities, Asked, container_body, container_name
from .warm import fifo, read_waiting, waiting_body, write_others
from .words import start_error

RETRIES = 3
LOOKS, BETWEEN_LOOKS = 100, 0.1


class Starter:
    """Starts containers."""

    def __init__(self, engine: Engine, images: Images, network: Network, options: Options) -> None:
        self._engine = engine
        self._images = images
        self._network = network
        self._options = options
        self._abilities: Abilities | None = None
        self._toolkit = find_toolkit()

    def start(self, spec: AttemptSpec) -> str:
        """Return the id of the container that runs or ran, "" if it will never start."""
        if look(str(spec.folder)) is not None:
            return ""
        for _ in range(RETRIES):
            identity = container_id(str(spec.folder))
            error = self._start(spec, identity or self._create(spec))
            if error is None:
                return container_id(str(spec.folder))
            self._undo(spec, error)
        raise StartError(f"cannot start {spec.key}: the engine keeps refusing it")

    def find(self, spec: AttemptSpec) -> dict[str, Any] | None:
        """Return what the engine knows about an attempt's container."""
        import docker  # noqa: PLC0415  see engine

        folder = Path(spec.folder)
        waiting = read_waiting(folder)
        name = container_id(str(folder)) or (waiting.id if waiting else container_name(spec))
        try:
            found: dict[str, Any] = self._engine.call("inspect_container", name)
        except docker.errors.NotFound:
            return None
        return found if _is_of(found, spec) else None

    def image(self, spec: AttemptSpec) -> Image:
        """Return the image of an attempt, which is here."""
        assert spec.container is not None
        return self._images.ready(spec.container.image)

    def body(self, spec: AttemptSpec, image: Image) -> dict[str, Any]:
        """Return what the engine is asked for."""
        return container_body(self._asked(spec, image))

    def _create(self, spec: AttemptSpec) -> str:
        import docker  # noqa: PLC0415  see engine

        assert spec.container is not None
        image = self.image(spec)
        make(Path(spec.folder), spec.container, copied=not image.has_shell)
        if not spec.container.isolated and self._options.network == NETWORK:
            self._network.ensure()
        try:
            made = self._engine.call(
                "create_container_from_config", self._own_body(spec, image), container_name(spec)
            )
            identity = str(made["Id"])
        except docker.errors.APIError as error:
            if error.status_code == 409:
                identity = self._made_before(spec)
            elif self._loses_limit(error):
                return self._create(spec)
            else:
                raise start_error(spec, image, error) from error
        write_id(Path(spec.folder), identity)
        return identity

    def _own_body(self, spec: AttemptSpec, image: Image) -> dict[str, Any]:
        """Return the body for its folder, in which it may have to wait for its command."""
        body = self.body(spec, image)
        if fifo(Path(spec.folder)).exists():
            return waiting_body(body)
        write_others(Path(spec.folder), body)
        return body

    def _loses_limit(self, error: Any) -> bool:
        """Ask for no disk limit any more if that is what an engine refuses."""
        if not self.abilities.disk_limit or "storage-opt" not in str(error.explanation).lower():
            return False
        self._abilities = replace(self.abilities, disk_limit=False)
        return True

    def _made_before(self, spec: AttemptSpec) -> str:
        """Return the id of what has the name.

        A create holds its name before its container can be found, also if who asked was killed.
        """
        for _ in range(LOOKS):
            found = self.find(spec)
            if found is not None:
                return str(found["Id"])
            if self._is_there(container_name(spec)):
                break
            time.sleep(BETWEEN_LOOKS)
        raise StartError(
            f"the name {container_name(spec)!r} is taken by a container that is not ours; "
            f"`docker rm` it"
        )

    def _is_there(self, name: str) -> bool:
        import docker  # noqa: PLC0415  see engine

        try:
            self._engine.call("inspect_container", name)
        except docker.errors.NotFound:
            return False
        return True

    def _start(self, spec: AttemptSpec, identity: str) -> Any:
        """Start what was created; one that has run is not run again.  Returns the refusal."""
        import docker  # noqa: PLC0415  see engine

        found = self.find(spec)
        if found is None or found["State"]["Status"] != "created":
            return None
        check_sources(spec)
        try:
            self._engine.call("start", identity)
        except docker.errors.APIError as error:
            return error
        return None

    def _undo(self, spec: AttemptSpec, error: Any) -> None:
        """Remove what would not start; StartError unless another try may help."""
        folder = Path(spec.folder)
        identity = container_id(str(folder))
        # In this order: whoever finds the file and no container takes the attempt for lost.
        (folder / "container").unlink(missing_ok=True)
        self._engine.remove(identity)
        reason = str(error.explanation).lower()
        if "rlimit" in reason:
            # Only an engine with CAP_SYS_RESOURCE may lift limits, of locked memory for instance.
            self._abilities = replace(self.abilities, lifts_limits=False)
        elif "network" in reason and ("not found" in reason or "ambiguous" in reason):
            # Its own, where the engine was told to have no bridge.
            self._options = replace(self._options, network=NETWORK)
            self._network.forget()
        else:
            raise start_error(spec, self.image(spec), error) from error

    def _asked(self, spec: AttemptSpec, image: Image) -> Asked:
        return Asked(
            spec=spec,
            image=image,
            options=self._options,
            abilities=self.abilities,
            toolkit=self._toolkit,
        )

    @property
    def abilities(self) -> Abilities:
        """What the engine can do; asked once."""
        if self._abilities is None:
            info = self._engine.call("info")
            self._abilities = Abilities(
                disk_limit=can_limit(info),
                architecture=self._engine.call("version").get("Arch", ""),
                remaps_users=any("userns" in each for each in info.get("SecurityOptions") or ()),
            )
        return self._abilities


def check_sources(spec: AttemptSpec) -> None:
    """Refuse to show what became a link since it was looked up: the engine would follow it.

    Asked right before the start; what another job does within the engine's own start is not seen.
    """
    for each in spec.container.mounts if spec.container else ():
        source = Path(each.source)
        ours = each.target.startswith(f"{HOME}/") or source.is_relative_to(spec.folder)
        if not ours and os.path.realpath(source) != str(source):
            raise StartError(f"{source} became a link after it was looked up; mend it, start anew")


def find_toolkit() -> Path:
    """Return the package that runs inside."""
    found = find_spec("jupyter_train_toolkit")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def _is_of(found: dict[str, Any], spec: AttemptSpec) -> bool:
    labels = found["Config"].get("Labels") or {}
    return bool(labels.get(ATTEMPTS_LABEL) == str(spec.folder.parent))
