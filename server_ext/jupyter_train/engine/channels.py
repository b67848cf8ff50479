"""What the channels of a job hold: a folder of this machine, or files each with its name."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from ..contract.names import Address, parse_address
from ..contract.spec import Channel
from ..store.base import ObjectStore
from ..store.plain import open_real
from .errors import ClientError
from .places import Places

Files = dict[str, Path]
"""Real paths by their name in the channel; a whole folder is the one file called ""."""


Find = Callable[[Address], Path]


class Channels:
    """Looks up what a channel's address stands for; nothing is copied here."""

    def __init__(self, objects: ObjectStore, places: Places) -> None:
        self._objects = objects
        self._places = places

    def files(self, channel: Channel, *, shown: bool) -> Files:
        """Return the channel's files, or ClientError; `shown`: to a container."""
        where = f"Data download failed for channel '{channel.name}'"
        if not channel.uri:
            raise ClientError(f"{where}: only S3DataSource is supported by this manager")
        find = self._places.shown if shown else self._places.local_path
        try:
            address = parse_address(channel.uri)
            files = dict(self._found(channel, address, find))
        except (ValueError, ClientError) as error:
            raise ClientError(f"{where}: {error}") from error
        if not files:
            raise ClientError(f"{where}: nothing is at {channel.uri}")
        return files

    def _found(self, channel: Channel, address: Address, find: Find) -> Iterator[tuple[str, Path]]:
        source = find(address)
        if channel.data_type == "ManifestFile":
            yield from _manifest(source, find)
        elif source.is_dir():
            yield "", source
        elif source.is_file():
            yield source.name, source
        elif address.scheme == "s3":
            yield from self._prefix(address)

    def _prefix(self, address: Address) -> Iterator[tuple[str, Path]]:
        base = address.key.rpartition("/")[0]
        for info in self._objects.keys(address.bucket, address.key):
            name = info.key.removeprefix(base).removeprefix("/")
            yield name, Path(self._objects.path(info.bucket, info.key))


def nameless(uri: str, job: str) -> str:
    """Return an address without the name of the job whose own it is, else as it is."""
    return "/".join("<job>" if part == job else part for part in uri.split("/"))


def placed(target: Path, name: str) -> Path:
    """Return where a channel's file of this name goes, its folder made; ClientError if outside."""
    path = target / name
    if path.name == ".." or not path.parent.resolve().is_relative_to(target.resolve()):
        raise ClientError(f"{name!r} would leave the channel's folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _manifest(source: Path, find: Find) -> Iterator[tuple[str, Path]]:
    try:
        with open_real(source) as file:
            head, *names = json.load(file)
        prefix = head["prefix"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        form = '[{"prefix": "s3://…"}, "name", …]'
        raise ClientError(f"{source.name} is no manifest, which is {form}: {error}") from error
    for name in names:
        path = find(parse_address(f"{prefix}{name}"))
        if not path.exists():
            raise ClientError(f"nothing is at {prefix}{name}, which {source.name} names")
        yield str(name), path
