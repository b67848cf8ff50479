"""One file of metric records, written by one process of a job, read into the curves."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import PurePath

from ..contract.samples import Samples, decode
from ..hosts.base import Host
from .patience import follow

Sink = Callable[[int, Mapping[str, Samples]], Awaitable[None]]
"""Commits (offset after them, samples)."""


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
        self._names = await self._names_so_far()
        async for chunk in follow(self._host, self._path, lambda: self._offset + len(self._rest)):
            await self._feed(chunk)

    async def finish(self) -> None:
        """Read to the end of a file that grows no more; a torn last record is left out."""
        self._rest = b""
        while chunk := await self._host.read(self._path, self._offset + len(self._rest), 1 << 22):
            await self._feed(chunk)

    async def _feed(self, chunk: bytes) -> None:
        data = self._rest + chunk
        self._names = self._names or await self._names_so_far()
        found, used = decode(data, self._names)
        if used:
            await self._sink(self._offset + used, found)
        # Only now: a commit that was cancelled is read again from the old offset.
        self._offset += used
        self._rest = data[used:]

    async def names(self) -> set[str]:
        """Return the names of the series in it, as far as it was read."""
        if self._names is None:
            self._names = await self._names_so_far()
        return set(self._names.values())

    async def names_ahead(self) -> set[str]:
        """Return also those in what was not read yet, which is left for the follower."""
        names = await self._names_so_far()
        rest, at = self._rest, self._offset + len(self._rest)
        while chunk := await self._host.read(self._path, at, 1 << 22):
            at += len(chunk)
            data = rest + chunk
            _, used = decode(data, names)
            rest = data[used:]
        return set(names.values())

    async def _names_so_far(self) -> dict[int, str]:
        names: dict[int, str] = {}
        if self._offset:
            decode(await self._host.read(self._path, 0, self._offset), names)
        return names
