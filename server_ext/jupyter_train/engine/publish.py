"""Takes what a job left in its model and output folders to where the user asked for it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from ..contract.names import Address, parse_address
from ..contract.spec import TrainingJob
from .archive import pack
from .folders import AttemptFolder
from .places import Places


class Publisher:
    """Publishes artifacts; each is whole or absent, and publishing again replaces it."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def publish_model(self, spec: TrainingJob, folder: AttemptFolder) -> str:
        """Publish the model folder; returns the address that Describe shows."""
        if spec.output_compression == "NONE":
            return self._publish_files(folder.model, output_of(spec).child("model"))
        return self._publish_archive(folder.model, output_of(spec).child("model.tar.gz"))

    def publish_output(self, spec: TrainingJob, folder: AttemptFolder) -> None:
        """Publish the output data folder, if the job put anything there."""
        if not folder.output.is_dir() or not any(folder.output.iterdir()):
            return
        if spec.output_compression == "NONE":
            self._publish_files(folder.output, output_of(spec).child("output"))
        else:
            self._publish_archive(folder.output, output_of(spec).child("output.tar.gz"))

    def _publish_archive(self, source: Path, address: Address) -> str:
        pack(source, self._target(address))
        return str(address)

    def _publish_files(self, source: Path, address: Address) -> str:
        for path in _files(source):
            target = self._target(address.child(path.relative_to(source).as_posix()))
            partial = target.with_name(f".{target.name}.partial")
            shutil.copyfile(path, partial)
            partial.replace(target)
        return f"{address}/"

    def _target(self, address: Address) -> Path:
        path = self._places.place_for(address)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def output_of(spec: TrainingJob) -> Address:
    """Return where a job's artifacts go: <S3OutputPath>/<job>/output."""
    return parse_address(spec.output_uri).child(spec.name, "output")


def _files(folder: Path) -> Iterator[Path]:
    # A link that leaves the folder would publish what the job was not given.
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.resolve().is_relative_to(root):
            yield path
