"""What an administrator may choose about the engine; `manager/config.py` reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..contract.names import DEFAULT_REGION
from .placement import Demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The engine's options; None means what the host has. Times in seconds, memory in bytes."""

    home: Path
    region: str = DEFAULT_REGION
    cpus: float | None = None
    memory: int | None = None
    gpus: tuple[str, ...] | None = None
    instance_types: Mapping[str, Demand] = field(default_factory=dict)
    data_roots: tuple[Path, ...] = (Path("/"),)
    stop_grace: float = 120.0
    observe_every: float = 0.05

    @property
    def attempts(self) -> Path:
        """The folder that holds a folder for every attempt."""
        return self.home / "attempts"
