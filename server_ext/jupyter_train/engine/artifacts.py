"""What a job was given and has published: objects, or files where its addresses name those."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..contract.names import Address, parse_address
from ..contract.record import JobRecord
from ..hosts.base import Bounds, Found, Host
from ..store.base import NoSuchBucketError, ObjectStore
from ..store.plain import is_plain, open_real
from .contents import Contents, list_members, read_member
from .errors import ClientError
from .places import Places
from .publish import output_of
from .staging import source_of

BOUNDS = Bounds(depth=16, folders=2000, entries=5000, files=5000)

_KINDS = {"model": "model", "model.tar.gz": "model", "output": "output", "output.tar.gz": "output"}
"""What is in the folder of a job's output, by its name there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file and where it is; `kind` is model, output, source, checkpoint or file."""

    address: Address
    kind: str
    size: int
    modified: float


class Artifacts:
    """Finds and reads them; in a folder of this machine no more than a bounded look shows."""

    def __init__(self, host: Host, objects: ObjectStore, places: Places) -> None:
        self._host = host
        self._objects = objects
        self._places = places

    async def of(self, record: JobRecord) -> list[Artifact]:
        """List what there is now, each once."""
        found: dict[Address, Artifact] = {}
        for place, kind in places_of(record):
            if place.scheme == "file":
                there = await self._files_at(place, kind)
            else:
                there = await asyncio.to_thread(self._objects_at, place, kind)
            for each in there:
                found.setdefault(each.address, each)
        return list(found.values())

    async def path_of(self, record: JobRecord, asked: Address) -> Path | None:
        """Return where an artifact really is; None if it is none of the job's.

        A link that leads out of the job's places does not make one.  The path is to be opened as
        it is: who puts a link there afterwards is not followed.
        """
        asked = _plain(asked)
        for place, _ in places_of(record):
            if _is_at(asked, place) and (path := await asyncio.to_thread(self._in, place, asked)):
                return path
        return None

    async def read(self, path: Path, offset: int, size: int) -> bytes:
        """Read bytes of what is at such a path."""
        return await asyncio.to_thread(_read, path, offset, size)

    async def members(self, path: Path) -> Contents:
        """List what is in an archive."""
        return await asyncio.to_thread(list_members, path)

    async def read_member(self, path: Path, name: str, offset: int, size: int) -> bytes:
        """Read bytes of a file in an archive."""
        return await asyncio.to_thread(read_member, path, name, offset, size)

    def _in(self, place: Address, asked: Address) -> Path | None:
        with suppress(ClientError):
            path = self._places.local_path(asked)
            if asked.scheme != "file" or path.is_relative_to(self._places.local_path(place)):
                return path
        return None

    def _objects_at(self, place: Address, kind: str) -> list[Artifact]:
        with suppress(NoSuchBucketError):
            return [
                Artifact(
                    address=address,
                    kind=_kind(address, place, kind),
                    size=each.size,
                    modified=each.modified,
                )
                for each in self._objects.keys(place.bucket, place.key)
                if _is_at(address := Address(scheme="s3", bucket=each.bucket, key=each.key), place)
            ]
        return []

    async def _files_at(self, place: Address, kind: str) -> list[Artifact]:
        with suppress(ClientError):  # not allowed any more
            top = await asyncio.to_thread(self._places.local_path, place)
            return [
                Artifact(
                    address=(address := place.child(*each.path.relative_to(top).parts)),
                    kind=_kind(address, place, kind),
                    size=each.size,
                    modified=each.modified,
                )
                for each in await self._below(top)
                if each.path.is_relative_to(top) and not self._places.is_private(each.path)
            ]
        return []

    async def _below(self, top: Path) -> list[Found]:
        if not await asyncio.to_thread(is_plain, top):
            return await self._host.find(top, "", BOUNDS)
        with suppress(OSError):  # it has just gone
            known = await asyncio.to_thread(os.lstat, top)
            return [Found(path=top, size=known.st_size, modified=known.st_mtime)]
        return []


def places_of(record: JobRecord) -> Iterator[tuple[Address, str]]:
    """Yield where a job's files are, and what they are."""
    spec = record.spec
    if spec.source_uri:
        with suppress(ValueError, ClientError):  # a folder of the image, say
            yield _plain(source_of(spec)), "source"
    if spec.checkpoints:
        yield _plain(parse_address(spec.checkpoints.uri)), "checkpoint"
    if spec.output_uri:
        yield _plain(output_of(spec)), "file"


def _is_at(asked: Address, place: Address) -> bool:
    """Whether one address is the other, or below it."""
    if (asked.scheme, asked.bucket) != (place.scheme, place.bucket):
        return False
    above = place.key.rstrip("/")
    return asked.key == place.key or not above or asked.key.startswith(f"{above}/")


def _plain(address: Address) -> Address:
    """Return the address of a file without ways up in it."""
    if address.scheme != "file":
        return address
    return Address(scheme="file", bucket="", key=os.path.normpath(address.key))


def _kind(address: Address, place: Address, kind: str) -> str:
    if kind != "file":
        return kind
    below = address.key.removeprefix(place.key.rstrip("/") + "/")
    return _KINDS.get(below.split("/")[0], kind)


def _read(path: Path, offset: int, size: int) -> bytes:
    with open_real(path) as file:
        file.seek(offset)
        return file.read(size)
