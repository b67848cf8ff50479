"""What an administrator may choose about the engine; `manager/config.py` reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..contract.names import DEFAULT_REGION
from .placement import Demand


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSettings:
    """How containers are run: `host` is the engine's address, "" for the user's own.

    The jobs of the roles in `image_user` run as the user their image names.  `shared_memory` in
    bytes, 0 for half of what the job may use; `pids` is how many processes a job may have, 0 for
    the runtime's own limit.  `network` is the one that containers share, "" for the runtime's own
    choice.
    """

    host: str = ""
    image_user: tuple[str, ...] = ()
    shared_memory: int = 0
    pids: int = 0
    network: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The engine's options; None means what the host has. Times in seconds, memory in bytes.

    `prices` are an hour's of an instance, by its type; a type that is not there costs nothing.
    """

    home: Path
    region: str = DEFAULT_REGION
    cpus: float | None = None
    memory: int | None = None
    gpus: tuple[str, ...] | None = None
    instance_types: Mapping[str, Demand] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=dict)
    currency: str = "USD"
    data_roots: tuple[Path, ...] = (Path("/"),)
    stop_grace: float = 120.0
    observe_every: float = 0.05
    measure_every: float = 1.0
    unreachable_after: float = 15.0
    weigh_every: float = 5.0
    publish_every: float = 10.0
    repeat_after: float = 5.0
    containers: ContainerSettings = field(default_factory=ContainerSettings)

    @property
    def attempts(self) -> Path:
        """The folder that holds a folder for every attempt."""
        return self.home / "attempts"

    @property
    def images(self) -> Path:
        """The table of image names that a person may edit."""
        return self.home / "images.toml"
