"""By what a job in a container reaches its manager, while it runs; the engine only says when."""

from abc import ABC, abstractmethod
from pathlib import Path

from ..contract.record import JobRecord


class Doors(ABC):
    """Opens and closes the doors of running attempts, each in the `link` folder of its own."""

    @abstractmethod
    def open(self, record: JobRecord, link: Path, *, shared: bool) -> None:
        """Open the door of an attempt; twice is once, and one that cannot be is only logged.

        `shared`: its container runs as another user than we, who must be let through.
        """

    @abstractmethod
    async def close(self, link: Path) -> None:
        """Close it, and cut what is being said; twice is once."""


class NoDoors(Doors):
    """Where nobody is to be reached."""

    def open(self, record: JobRecord, link: Path, *, shared: bool) -> None:
        """Leave it shut."""

    async def close(self, link: Path) -> None:
        """Leave it shut."""


NO_DOORS = NoDoors()
