"""The TensorBoard event files that a job writes, wherever its framework puts them, as curves.

The attempt's folders are looked through about once a second, at a cost that is bounded; each file
has a cursor that is committed with what was read up to it.  A series is called by its tag; where
two runs of a job have the same tag, the later one's name begins with its folder.
"""

import asyncio
import hashlib
import logging
import os
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from ..contract.names import SYSTEM
from ..contract.samples import Samples
from ..hosts.base import Bounds, Found, Host, HostUnreachableError
from .event_records import DamagedError, decode
from .pace import Pace

log = logging.getLogger(__name__)

MARK = ".tfevents."
BOUNDS = Bounds(depth=7, folders=1000, entries=2000, files=500)

EVERY = 1.0
LONGEST_PAUSE = 30.0

CHUNK = 1 << 18
"""Bytes read at once; a longer record, which is an image or a graph, is passed over unread."""

MOST_SERIES = 10_000

# Keras and TensorFlow write pairs of runs with the same tags; neither is the job's only one.
_PAIRS = frozenset({"train", "validation", "val", "eval", "test"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder with event files; `source` is what its files' cursors begin with."""

    folder: Path
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What event files need of the stores: cursors, a way to commit, and who has which name.

    `claims` is what sources begin with whose cursor is the number of the run that has a name.
    """

    claims: str
    cursor: Callable[[str], int]
    commit: Callable[[str, int, Mapping[str, Samples]], Awaitable[None]]
    logged: Callable[[], Awaitable[Collection[str]]]
    defined: Collection[str]


class EventFiles:
    """One attempt's event files; what was last written to before `since` is another job's."""

    def __init__(self, host: Host, places: Sequence[Place], ledger: Ledger, since: float) -> None:
        self._host = host
        self._places = places
        self._ledger = ledger
        self._since = since
        self._names = _Names(ledger)
        self._offsets: dict[str, int] = {}
        self._damaged: set[str] = set()

    async def follow(self) -> None:
        """Read what is appended and what is new, until cancelled."""
        pace = Pace(EVERY, LONGEST_PAUSE)
        while True:
            try:
                with pace.look():
                    files = await self._grown()
                for each in files:
                    await self._read(each)
            except (HostUnreachableError, OSError) as error:
                log.info("event files cannot be read on %s: %s", self._host.id, error)
                await asyncio.sleep(LONGEST_PAUSE)
            await pace.rest()

    async def finish(self) -> None:
        """Read to the ends of files that grow no more; a record that was cut off is left out."""
        self._offsets.clear()
        self._damaged.clear()
        for each in await self._grown():
            await self._read(each)

    async def _grown(self) -> list["_File"]:
        files: dict[PurePath, _File] = {}
        for place in self._places:
            for found in await self._host.find(place.folder, MARK, BOUNDS):
                if found.modified >= self._since:
                    # Of two places one may be in the other; the first has what is in both.
                    files.setdefault(found.path, _file(place, found))
        grown = (each for each in files.values() if each.size > self._offset(each.source))
        return sorted(grown, key=lambda each: each.source)

    def _offset(self, source: str) -> int:
        if source not in self._offsets:
            self._offsets[source] = self._ledger.cursor(source)
        return self._offsets[source]

    async def _read(self, file: "_File") -> None:
        try:
            while file.source not in self._damaged and await self._step(file):
                pass
        except DamagedError as error:
            self._damaged.add(file.source)
            log.info("%s is read no further: %s", file.path, error)

    async def _step(self, file: "_File") -> bool:
        """Commit what the next bytes hold; False when no whole record is left."""
        at = self._offset(file.source)
        try:
            data = await self._host.read(file.path, at, CHUNK, real=True)
        except OSError as error:  # gone, shut, or a link by now: the job's own affair
            log.debug("%s is not read: %s", file.path, error)
            return False
        # In a thread: other jobs' lines do not wait for Python to add up checksums.
        decoded = await asyncio.to_thread(decode, data)
        used = decoded.used
        if not used and CHUNK < decoded.wanted <= file.size - at:
            used = decoded.wanted
        if not used:
            return False
        named = await self._names.of(file.run, decoded.found)
        await self._ledger.commit(file.source, at + used, named)
        # Only now: a commit that was cancelled is read again from the old offset.
        self._offsets[file.source] = at + used
        return True


@dataclass(frozen=True, slots=True)
class _File:
    path: PurePath
    size: int
    source: str
    run: tuple[str, ...]


def _file(place: Place, found: Found) -> _File:
    name = os.fsencode(found.path.relative_to(os.path.realpath(place.folder)))
    parts = name.decode("utf-8", "backslashreplace").split("/")
    run = (place.folder.name, *parts[:-1])
    return _File(found.path, found.size, "/".join((place.source, *parts)), run)


class _Names:
    """Gives series their names; which run has which is kept with the cursors, for the next manager.

    A name that the toolkit logs itself stays the toolkit's: the samples are the same, and count
    once.  One that a metric definition has is the log's, and this run's begins with its folder.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[tuple[tuple[str, ...], str], str] = {}
        self._full = False

    async def of(self, run: tuple[str, ...], found: Mapping[str, Samples]) -> dict[str, Samples]:
        """Return the samples under the names that this run's tags have."""
        if not found:
            return {}
        named = {await self._name(run, tag): each for tag, each in found.items()}
        logged = await self._ledger.logged()
        return {name: each for name, each in named.items() if name and name not in logged}

    async def _name(self, run: tuple[str, ...], tag: str) -> str:
        if (run, tag) not in self._known:
            if len(self._known) >= MOST_SERIES:
                return self._overflow()
            self._known[run, tag] = await self._claim(run, tag)
        return self._known[run, tag]

    def _overflow(self) -> str:
        if not self._full:
            self._full = True
            log.warning(
                "event files hold more than %d series; the others are left out", MOST_SERIES
            )
        return ""

    async def _claim(self, run: tuple[str, ...], tag: str) -> str:
        """Return the first name that is free or this run's, written down before use."""
        owner = _number_of(run)
        name = ""
        for name in _candidates(run, tag):
            if name in self._ledger.defined or name.startswith(SYSTEM):
                continue
            source = f"{self._ledger.claims}/{name}"
            holder = self._ledger.cursor(source)
            if not holder:
                await self._ledger.commit(source, owner, {})
            if holder in (0, owner):
                break
        return name


def _candidates(run: tuple[str, ...], tag: str) -> Iterator[str]:
    fewest = 1 if run[-1] in _PAIRS else 0
    for count in range(fewest, len(run) + 1):
        yield "/".join((*run[len(run) - count :], tag))


def _number_of(run: tuple[str, ...]) -> int:
    digest = hashlib.blake2b("/".join(run).encode("utf-8", "replace"), digest_size=7).digest()
    return int.from_bytes(digest, "big") + 1
