"""Files of a job in its attempt's folder, while there is one.

Its program writes there too, and may put a link in any place: none is followed out of the folder.
"""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..contract.names import AttemptKey
from ..contract.record import JobRecord
from ..hosts.base import Host
from .artifacts import BOUNDS
from .folders import AttemptFolder, attempt_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFile:
    """A file as it is now; the first part of its path says what it will be, such as `model`."""

    path: str
    size: int
    modified: float


class Belongings:
    """Lists and reads them, as they are at that moment, a bounded piece at a time."""

    def __init__(self, host: Host, attempts: Path) -> None:
        self._host = host
        self._attempts = attempts

    async def live(self, record: JobRecord) -> list[LiveFile]:
        """Return what is in the folder of the newest attempt; [] when it is gone."""
        found = []
        for name, place in await asyncio.to_thread(lambda: list(self._own_places(record))):
            for each in await self._host.find(place, "", BOUNDS):
                # Its top may have become a link since.
                if each.path.is_relative_to(place):
                    path = f"{name}/{each.path.relative_to(place).as_posix()}"
                    found.append(LiveFile(path=path, size=each.size, modified=each.modified))
        return sorted(found, key=lambda each: each.path)

    async def read_live(self, record: JobRecord, path: str, offset: int, size: int) -> bytes:
        """Read bytes of a file that `live` has named; FileNotFoundError if it is not there now."""
        name, _, rest = path.partition("/")
        place = _shown(self._folder(record)).get(name)
        parts = rest.split("/")
        if place is None or "\0" in path or any(part in ("", ".", "..") for part in parts):
            raise FileNotFoundError(path)
        return await self._host.read(place / rest, offset, size, real=True)

    def _folder(self, record: JobRecord) -> AttemptFolder:
        key = AttemptKey(job_id=record.id, attempt=record.attempt)
        return attempt_folder(Path(os.path.realpath(self._attempts)), key)

    def _own_places(self, record: JobRecord) -> Iterator[tuple[str, Path]]:
        for name, place in _shown(self._folder(record)).items():
            if os.path.realpath(place) == str(place):
                yield name, place


def _shown(folder: AttemptFolder) -> dict[str, Path]:
    return {
        "model": folder.model,
        "output": folder.output,
        "intermediate": folder.intermediate,
        "checkpoints": folder.checkpoints,
        "tensorboard": folder.tensorboard,
    }
