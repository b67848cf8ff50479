"""Takes what a job left in its model and output folders to where the user asked for it."""

import os
import shutil
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from ..contract.names import Address, parse_address
from ..contract.spec import TrainingJob
from ..store.plain import open_real, written
from .archive import COPY_AT_ONCE, pack
from .errors import ClientError
from .folders import AttemptFolder
from .places import Places
from .removal import walk

GIB = 1 << 30

_BLOCK = 512  # of st_blocks, whatever the file system's own
_ENTRY = 512
"""Bytes that a file takes in an archive besides its content."""


class Publisher:
    """Publishes artifacts; each is whole or absent, and publishing again replaces it."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def publish_model(self, spec: TrainingJob, folder: AttemptFolder) -> str:
        """Publish the model folder; returns the address that Describe shows."""
        source = _own(folder.model, folder)
        if spec.output_compression == "NONE":
            return self._publish_files(source, output_of(spec).child("model"), spec)
        check_size(source, _packed_sizes(source), spec)
        return self._publish_archive(source, output_of(spec).child("model.tar.gz"))

    def publish_output(self, spec: TrainingJob, folder: AttemptFolder) -> None:
        """Publish the output data and what is intermediate, if the job put anything there."""
        if _is_filled(folder.intermediate):
            self.publish_intermediate(spec, folder)
        if not _is_filled(folder.output):
            return
        source = _own(folder.output, folder)
        if spec.output_compression == "NONE":
            self._publish_files(source, output_of(spec).child("output"), spec)
        else:
            check_size(source, _packed_sizes(source), spec)
            self._publish_archive(source, output_of(spec).child("output.tar.gz"))

    def publish_intermediate(
        self, spec: TrainingJob, folder: AttemptFolder, files: Collection[Path] | None = None
    ) -> None:
        """Publish what is intermediate; while the job runs, only these files."""
        source, address = _own(folder.intermediate, folder), output_of(spec).child("intermediate")
        if files is None:
            self._publish_files(source, address, spec)
        else:
            check_size(source, _packed_sizes(source), spec)
            self._copy(_files(folder.intermediate, files), address)

    def _publish_archive(self, source: Path, address: Address) -> str:
        pack(source, self._places.place_for(address))
        return str(address)

    def _publish_files(self, source: Path, address: Address, spec: TrainingJob) -> str:
        files = list(_files(source, source.rglob("*")))
        check_size(source, (each.stat().st_size for _, each in files), spec)
        self._copy(files, address)
        return f"{address}/"

    def _copy(self, files: Iterable[tuple[Path, Path]], address: Address) -> None:
        for name, path in files:
            place = self._places.place_for(address.child(name.as_posix()))
            with open_real(path) as made, written(place) as file:
                shutil.copyfileobj(made, file, COPY_AT_ONCE)


def output_of(spec: TrainingJob) -> Address:
    """Return where a job's artifacts go: <S3OutputPath>/<job>/output."""
    return parse_address(spec.output_uri).child(spec.name, "output")


def check_size(folder: Path, sizes: Iterable[int], spec: TrainingJob) -> None:
    """Refuse what grows by more than the job's volume when it is published.

    What lies on the disk may always be published; holes in files and links to one file take no
    room there, and their copies do.  ClientError as soon as that is known.
    """
    total, room, lies = 0, spec.volume_gib * GIB, -1
    for size in sizes:
        total += size + _ENTRY
        if total > room and lies < 0:
            lies = sum(found.st_blocks * _BLOCK for _, found in walk(folder))
            room += lies
        if total > room:
            raise ClientError(
                f"{folder.name} holds {total / GIB:.4g} GiB or more, holes in files counted, of "
                f"which {lies / GIB:.4g} GiB are on the disk, and is not published: "
                f"ResourceConfig.VolumeSizeInGB is {spec.volume_gib}; leave less there, or raise it"
            )


def _packed_sizes(folder: Path) -> Iterator[int]:
    for _, found in walk(folder):
        yield found.st_size if stat.S_ISREG(found.st_mode) else 0


def _is_filled(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _own(place: Path, folder: AttemptFolder) -> Path:
    """Return where a folder of the job really is; ClientError if that is none of its own."""
    real = Path(os.path.realpath(place))
    if not real.is_relative_to(os.path.realpath(folder.ml)):
        raise ClientError(f"{place.relative_to(folder.ml)} is a link that leads out of the job")
    return real


def _files(folder: Path, paths: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield each file's name and where it really is; what leads out was not given to the job."""
    root = os.path.realpath(folder)
    for path in sorted(paths):
        real = Path(os.path.realpath(path))
        if real.is_file() and real.is_relative_to(root):
            yield path.relative_to(folder), real
