"""One file of metric records, written by one process of a job, read into the curves."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import PurePath

from ..contract.samples import Samples, decode
from ..hosts.base import Host
from .patience import follow

Sink = Callable[[int, Mapping[str, Samples]], Awaitable[None]]
"""Commits (offset after them, samples)."""


AHEAD = 1 << 24
"""Bytes that are looked through for names before their turn."""


class MetricsFile:
    """Reads on from the cursor that was committed with the samples before it."""

    def __init__(self, host: Host, path: PurePath, offset: int, sink: Sink) -> None:
        self._host = host
        self._path = path
        self._offset = offset
        self._sink = sink
        self._rest = b""
        self._names: dict[int, str] | None = None

    async def follow(self) -> None:
        """Read what is appended, until cancelled."""
        await self._known()
        async for chunk in follow(self._host, self._path, lambda: self._offset + len(self._rest)):
            await self._feed(chunk)

    async def finish(self) -> None:
        """Read to the end of a file that grows no more; a torn last record is left out."""
        self._rest = b""
        while chunk := await self._host.read(self._path, self._offset + len(self._rest), 1 << 22):
            await self._feed(chunk)

    async def _feed(self, chunk: bytes) -> None:
        data = self._rest + chunk
        found, used = decode(data, await self._known())
        if used:
            await self._sink(self._offset + used, found)
        # Only now: a commit that was cancelled is read again from the old offset.
        self._offset += used
        self._rest = data[used:]

    async def names(self) -> set[str]:
        """Return the names of the series in it, as far as it was read."""
        return set((await self._known()).values())

    async def names_ahead(self) -> set[str]:
        """Return also those in what was not read yet, as far as one look goes."""
        names = dict(await self._known())
        # What the follower reads meanwhile is read here too.
        rest, at = self._rest, self._offset + len(self._rest)
        decode(rest + await self._host.read(self._path, at, AHEAD), names)
        return set(names.values())

    async def _known(self) -> dict[int, str]:
        """Return the names by their numbers: one dict, that grows as the file is read."""
        if self._names is None:
            names: dict[int, str] = {}
            if self._offset:
                decode(await self._host.read(self._path, 0, self._offset), names)
            if self._names is None:  # nobody else was faster
                self._names = names
        return self._names
