"""Makes an attempt's folder ready: configuration, channels, source. Done twice, it is done once.

Data of this machine is never copied: a channel is a link to the folder, or a folder of links to the
objects, which the process runtime reads in place.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..contract.names import Address, parse_address
from ..contract.spec import Channel, TrainingJob
from ..store.base import BadBucketError, BadKeyError, NoSuchBucketError, ObjectStore
from .archive import ArchiveError, unpack
from .errors import ClientError
from .folders import AttemptFolder

MAX_SOURCE_BYTES = 4 << 30
MAX_SOURCE_FILES = 200_000

_FORBIDDEN = tuple(Path(each) for each in ("/proc", "/sys", "/dev", "/run", "/var/run"))


class Stager:
    """Brings a job's inputs into its attempt folder."""

    def __init__(self, objects: ObjectStore, home: Path, roots: tuple[Path, ...]) -> None:
        self._objects = objects
        self._private = home.resolve()
        self._roots = tuple(root.resolve() for root in roots)

    def stage(self, spec: TrainingJob, folder: AttemptFolder) -> None:
        """Make the folder ready or raise ClientError saying what is missing."""
        folder.create()
        # Now, and not when the training is over.
        self.place_for(parse_address(spec.output_uri))
        self._write_config(spec, folder)
        for channel in spec.channels:
            self._stage_channel(channel, folder.channel(channel.name))
        self._stage_checkpoints(spec, folder)
        if spec.source_uri:
            self._stage_source(spec, folder)

    def local_path(self, address: Address) -> Path:
        """Return where an address is on this machine; ClientError if it may not be used."""
        if address.scheme == "s3":
            try:
                return Path(self._objects.path(address.bucket, address.key))
            except (BadKeyError, NoSuchBucketError) as error:
                raise ClientError(f"{address}: {error}") from error
        return self._allowed(Path(address.path))

    def place_for(self, address: Address) -> Path:
        """Return where something new may be kept; its bucket is made, ClientError if it cannot."""
        if address.scheme == "s3":
            try:
                self._objects.create_bucket(address.bucket)
            except BadBucketError as error:
                raise ClientError(f"{address}: {error}") from error
        return self.local_path(address)

    def _allowed(self, path: Path) -> Path:
        real = path.resolve()
        inside = any(real.is_relative_to(root) for root in self._roots)
        banned = any(real.is_relative_to(each) for each in (*_FORBIDDEN, self._private))
        if not inside or banned:
            roots = ", ".join(str(root) for root in self._roots)
            raise ClientError(f"{path} may not be used by jobs; allowed are folders under: {roots}")
        return real

    def _write_config(self, spec: TrainingJob, folder: AttemptFolder) -> None:
        for name, content in config_files(spec).items():
            (folder.config / name).write_text(json.dumps(content))

    def _stage_channel(self, channel: Channel, target: Path) -> None:
        where = f"Data download failed for channel '{channel.name}'"
        if not channel.uri:
            raise ClientError(f"{where}: only S3DataSource is supported by this manager")
        try:
            address = parse_address(channel.uri)
            source = self.local_path(address)
            links = dict(self._links(channel, address, source))
        except (ValueError, ClientError) as error:
            raise ClientError(f"{where}: {error}") from error
        if not links:
            raise ClientError(f"{where}: nothing is at {channel.uri}")
        _link_all(target, links)

    def _links(
        self, channel: Channel, address: Address, source: Path
    ) -> Iterator[tuple[str, Path]]:
        if channel.data_type == "ManifestFile":
            yield from self._manifest(source)
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

    def _manifest(self, source: Path) -> Iterator[tuple[str, Path]]:
        try:
            head, *names = json.loads(source.read_text())
            prefix = head["prefix"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            form = '[{"prefix": "s3://…"}, "name", …]'
            raise ClientError(f"{source.name} is no manifest, which is {form}: {error}") from error
        for name in names:
            path = self.local_path(parse_address(f"{prefix}{name}"))
            if not path.exists():
                raise ClientError(f"nothing is at {prefix}{name}, which {source.name} names")
            yield str(name), path

    def _stage_checkpoints(self, spec: TrainingJob, folder: AttemptFolder) -> None:
        if spec.checkpoints is None:
            folder.checkpoints.mkdir(exist_ok=True)
            return
        target = self.place_for(parse_address(spec.checkpoints.uri))
        target.mkdir(parents=True, exist_ok=True)
        _link(folder.checkpoints, target)

    def _stage_source(self, spec: TrainingJob, folder: AttemptFolder) -> None:
        if not folder.code.exists():
            source = self.local_path(parse_address(spec.source_uri or ""))
            fresh = folder.root / "code.partial"
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            self._unpack(source, fresh, spec.source_uri or "")
            fresh.rename(folder.code)
        _check_program(spec.program, folder.code)

    def _unpack(self, source: Path, target: Path, uri: str) -> None:
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        elif source.is_file():
            try:
                unpack(source, target, max_bytes=MAX_SOURCE_BYTES, max_members=MAX_SOURCE_FILES)
            except ArchiveError as error:
                raise ClientError(f"the source {uri} cannot be unpacked: {error}") from error
        else:
            raise ClientError(
                f"no source archive at {uri} (hyperparameter sagemaker_submit_directory)"
            )


def config_files(spec: TrainingJob) -> dict[str, Any]:
    """Return the contract's JSON files by name."""
    hosts = [f"algo-{rank + 1}" for rank in range(spec.instance_count)]
    group = {
        "instance_group_name": "homogeneousCluster",
        "instance_type": spec.instance_type,
        "hosts": hosts,
    }
    return {
        "hyperparameters.json": dict(spec.hyperparameters),
        "inputdataconfig.json": {each.name: _channel_config(each) for each in spec.channels},
        "resourceconfig.json": {
            "current_host": hosts[0],
            "current_instance_type": spec.instance_type,
            "current_group_name": "homogeneousCluster",
            "hosts": hosts,
            "instance_groups": [group],
            "network_interface_name": "lo",
        },
        **({"checkpointconfig.json": _checkpoint_config(spec)} if spec.checkpoints else {}),
    }


def _channel_config(channel: Channel) -> dict[str, str]:
    return {
        "TrainingInputMode": channel.input_mode,
        "S3DistributionType": channel.distribution,
        "RecordWrapperType": channel.record_wrapper,
        **({"ContentType": channel.content_type} if channel.content_type else {}),
    }


def _checkpoint_config(spec: TrainingJob) -> dict[str, str]:
    assert spec.checkpoints is not None
    return {"S3Uri": spec.checkpoints.uri, "LocalPath": spec.checkpoints.local_path}


def _check_program(program: str | None, code: Path) -> None:
    if program is None or (code / program).is_file():
        return
    there = ", ".join(sorted(each.name for each in code.iterdir())[:10]) or "nothing"
    raise ClientError(f"no script {program!r} in the source archive; there is: {there}")


def _link_all(target: Path, links: dict[str, Path]) -> None:
    if list(links) == [""]:
        _link(target, links[""])
        return
    for name, source in links.items():
        path = target / name
        if not path.parent.resolve().is_relative_to(target.resolve()):
            raise ClientError(f"{name!r} would leave the channel's folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        _link(path, source)


def _link(path: Path, target: Path) -> None:
    if not path.is_symlink():
        path.symlink_to(target)
