"""What a job was given and has published: objects, or files where its addresses name those."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..contract.names import Address, parse_address
from ..contract.record import JobRecord
from ..hosts.base import Found, Host
from ..store.base import NoSuchBucketError, ObjectStore
from ..store.plain import is_plain
from .belongings import BOUNDS
from .errors import ClientError
from .places import Places
from .publish import output_of
from .staging import source_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file and where it is; `kind` is model, output, source, checkpoint or file."""

    address: Address
    kind: str
    size: int
    modified: float


class Artifacts:
    """Finds them; in a folder of this machine no more than a bounded look shows."""

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

    async def has(self, record: JobRecord, asked: Address) -> bool:
        """Whether an address is at one of the job's places; a link that leads out of it is not."""
        for place, _ in places_of(record):
            if is_at(asked, place) and await asyncio.to_thread(self._leads_into, asked, place):
                return True
        return False

    def _objects_at(self, place: Address, kind: str) -> list[Artifact]:
        with suppress(NoSuchBucketError):
            return [
                Artifact(address=address, kind=kind, size=each.size, modified=each.modified)
                for each in self._objects.keys(place.bucket, place.key)
                if is_at(address := Address(scheme="s3", bucket=each.bucket, key=each.key), place)
            ]
        return []

    async def _files_at(self, place: Address, kind: str) -> list[Artifact]:
        with suppress(ClientError):  # not allowed any more
            top = await asyncio.to_thread(self._places.local_path, place)
            return [
                Artifact(
                    address=place.child(*each.path.relative_to(top).parts),
                    kind=kind,
                    size=each.size,
                    modified=each.modified,
                )
                for each in await self._below(top)
            ]
        return []

    async def _below(self, top: Path) -> list[Found]:
        if not await asyncio.to_thread(is_plain, top):
            return await self._host.find(top, "", BOUNDS)
        known = await asyncio.to_thread(os.stat, top)
        return [Found(path=top, size=known.st_size, modified=known.st_mtime)]

    def _leads_into(self, asked: Address, place: Address) -> bool:
        if asked.scheme != "file":
            return True  # no link leads out of a bucket
        try:
            real, top = self._places.local_path(asked), self._places.local_path(place)
        except ClientError:
            return False
        return real.is_relative_to(top)


def places_of(record: JobRecord) -> Iterator[tuple[Address, str]]:
    """Yield where a job's files are; a kind of its own before the folder that holds it too."""
    spec = record.spec
    if spec.source_uri:
        with suppress(ValueError, ClientError):  # a folder of the image, say
            yield source_of(spec), "source"
    if spec.checkpoints:
        yield parse_address(spec.checkpoints.uri), "checkpoint"
    if spec.output_uri:
        output = output_of(spec)
        for kind in ("model", "output"):
            yield output.child(kind), kind
            yield output.child(f"{kind}.tar.gz"), kind
        yield output, "file"


def is_at(asked: Address, place: Address) -> bool:
    """Whether one address is the other, or below it."""
    if (asked.scheme, asked.bucket) != (place.scheme, place.bucket):
        return False
    if asked.scheme == "file" and os.path.normpath(asked.key) != asked.key:
        return False  # a way up in it
    above = place.key.rstrip("/")
    return asked.key == place.key or not above or asked.key.startswith(f"{above}/")
