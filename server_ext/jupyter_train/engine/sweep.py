"""Tidies up after jobs that have ended while the manager died before it could."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from ..contract.names import CONTAINER_RUNTIME, AttemptKey
from ..runtimes.base import AttemptSpec
from ..store.base import JobStore, UnknownJobError
from .attempt import remove_folder
from .folders import AttemptFolder
from .placement import WARM
from .shop import Shop

_CONTAINER = ("container", "warm")
"""The files by which an attempt's folder says that there is, or was, a container."""


class Sweep:
    """Removes folders of attempts at once, and those that had a container after it."""

    def __init__(self, shop: Shop, jobs: JobStore) -> None:
        self._shop = shop
        self._jobs = jobs
        self._attempts = shop.settings.attempts
        self._containers: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Remove what is left; engines are asked later, nobody waits for them."""
        contained = []
        for key, folder in self._leftovers():
            if key is not None and any((folder / name).exists() for name in _CONTAINER):
                contained.append((key, folder))
            else:
                remove_folder(folder)
        if contained:
            self._containers = asyncio.create_task(self._remove(contained))

    async def close(self) -> None:
        """Leave the rest to the next manager."""
        if self._containers is not None:
            self._containers.cancel()
            await asyncio.gather(self._containers, return_exceptions=True)

    async def _remove(self, contained: list[tuple[AttemptKey, Path]]) -> None:
        lane = self._shop.lanes.of(CONTAINER_RUNTIME)
        for key, folder in contained:
            await lane.remove(
                AttemptSpec(
                    manager_id=self._shop.around.manager_id,
                    key=key,
                    folder=PurePath(folder),
                    argv=(),
                )
            )
            await asyncio.to_thread(remove_folder, folder)

    def _leftovers(self) -> Iterator[tuple[AttemptKey | None, Path]]:
        if not self._attempts.is_dir():
            return
        for name in os.listdir(self._attempts):  # noqa: PTH208 - names are all we need
            folder = self._attempts / name
            key = _key(name)
            if name.startswith(WARM):
                continue  # the pool's to end
            if self._has_ended(key) and not AttemptFolder(folder).keep.exists():
                yield key, folder

    def _has_ended(self, key: AttemptKey | None) -> bool:
        try:
            return key is None or self._jobs.get(key.job_id).is_terminal
        except UnknownJobError:
            return True


def _key(name: str) -> AttemptKey | None:
    try:
        return AttemptKey.parse(name)
    except ValueError:
        return None
