"""Makes an attempt's folder ready: configuration, channels, source. Done twice, it is done once.

Data of this machine is not copied: a process job finds links to it, a container has it mounted
for reading.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path, PurePosixPath

from ..contract.names import Address, parse_address
from ..contract.spec import Document, TrainingJob
from ..runtimes.base import Mount
from ..store.base import ObjectStore
from ..store.plain import open_real, real_folder
from .archive import ArchiveError, unpack
from .channels import Channels, Files, nameless, placed
from .configuration import config_files
from .errors import ClientError
from .folders import IN_CONTAINER, AttemptFolder
from .places import Places
from .tensorboard import Place
from .writers import Shown, Writers

MAX_SOURCE_BYTES = 4 << 30
MAX_SOURCE_FILES = 200_000
SMALL = 1000

# Another file system, one without hard links, one that forbids them, too many of one file.
_UNLINKABLE = (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EACCES)


class Stager:
    """Brings a job's inputs into its attempt folder."""

    def __init__(self, objects: ObjectStore, places: Places) -> None:
        self._places = places
        self._channels = Channels(objects, places)
        self.writers = Writers()

    def stage(
        self, spec: TrainingJob, folder: AttemptFolder, document: Document
    ) -> tuple[Mount, ...]:
        """Make the folder ready or raise ClientError saying what is missing.

        Returns what a container must be shown besides; nothing for a process.
        """
        folder.create()
        # Now, and not when the training is over.
        self._places.place_for(parse_address(spec.output_uri))
        for name, content in config_files(spec, document).items():
            (folder.config / name).write_text(json.dumps(content))
        if spec.source_uri and (spec.is_process or spec.is_script_mode):
            self._stage_source(spec, folder)
        return self._link(spec, folder) if spec.is_process else self._mount(spec, folder)

    # A process finds links.

    def _link(self, spec: TrainingJob, folder: AttemptFolder) -> tuple[Mount, ...]:
        for channel in spec.channels:
            _link_all(folder.channel(channel.name), self._channels.files(channel, shown=False))
        if spec.checkpoints is None:
            folder.checkpoints.mkdir(exist_ok=True)
        else:
            _link(folder.checkpoints, self._made(parse_address(spec.checkpoints.uri)))
        if spec.tensorboard is not None:
            _link(folder.tensorboard, self._made(tensorboard_of(spec)))
        return ()

    # A container is shown mounts.

    def _mount(self, spec: TrainingJob, folder: AttemptFolder) -> tuple[Mount, ...]:
        mounts = [*self._mount_channels(spec, folder), *self._mount_kept(spec, folder)]
        self.writers.enter(folder.root, _job(spec), _places(mounts, spec, folder))
        return self._show(mounts, spec, folder)

    def adopt(self, spec: TrainingJob, folder: AttemptFolder) -> None:
        """Note where a container may write that a manager before us has started."""
        if not spec.is_process:
            self.writers.adopt(folder.root, _job(spec), self._adopted(spec))

    def _adopted(self, spec: TrainingJob) -> Iterator[Shown]:
        for uri, writable in _addresses(spec).values():
            with suppress(ClientError, ValueError, OSError):  # it has become something else since
                path = self._places.shown(parse_address(uri))
                if path.is_dir():
                    yield Shown(address=uri, path=path, writable=writable)

    def _show(
        self, mounts: list[Mount], spec: TrainingJob, folder: AttemptFolder
    ) -> tuple[Mount, ...]:
        if spec.is_script_mode:
            mounts.append(Mount(source=folder.code, target=str(IN_CONTAINER.code), writable=True))
        for mount in mounts:
            _make_mount_point(mount.target, folder)
        return tuple(mounts)

    def _mount_channels(self, spec: TrainingJob, folder: AttemptFolder) -> Iterator[Mount]:
        for channel in spec.channels:
            files = self._channels.files(channel, shown=True)
            place = folder.channels / channel.name
            # What a container that waited sees already, unless its own would be quicker.
            if "" in files and place.is_dir() and _is_small(files[""]):
                files = {each.name: each for each in files[""].iterdir()}
            source = files.get("") or _gathered(place, files)
            yield Mount(source=source, target=str(IN_CONTAINER.channel(channel.name)))

    def outline(self, spec: TrainingJob, folder: AttemptFolder) -> tuple[Mount, ...]:
        """Make what `stage` fills, for a container that waits; returns what it must be shown.

        A channel that is the job's own, its name in its address, is another in the next job: it is
        made up of files then.
        """
        folder.create()
        for channel in spec.channels:
            own = nameless(channel.uri, spec.name) != channel.uri
            files = self._channels.files(channel, shown=True)
            if "" not in files or (own and _is_small(files[""])):
                (folder.channels / channel.name).mkdir(parents=True, exist_ok=True)
        if spec.is_script_mode:
            folder.code.mkdir(exist_ok=True)
        mounts = [*self._outlined(spec, folder), *self._mount_kept(spec, folder)]
        who = f"what is kept warm of {_job(spec)}"
        self.writers.enter(folder.root, who, _places(mounts, spec, folder))
        return self._show(mounts, spec, folder)

    def _outlined(self, spec: TrainingJob, folder: AttemptFolder) -> Iterator[Mount]:
        for channel in spec.channels:
            place = folder.channels / channel.name
            if not place.is_dir():
                place = self._channels.files(channel, shown=True)[""]
            yield Mount(source=place, target=str(IN_CONTAINER.channel(channel.name)))

    def _mount_kept(self, spec: TrainingJob, folder: AttemptFolder) -> Iterator[Mount]:
        if spec.checkpoints is not None:
            place = self._shown(parse_address(spec.checkpoints.uri))
            yield Mount(source=place, target=spec.checkpoints.local_path, writable=True)
        else:
            folder.checkpoints.mkdir(exist_ok=True)
            yield Mount(
                source=folder.checkpoints, target=str(IN_CONTAINER.checkpoints), writable=True
            )
        if spec.tensorboard is not None:
            place = self._shown(tensorboard_of(spec))
            yield Mount(source=place, target=spec.tensorboard.local_path, writable=True)

    def event_places(self, spec: TrainingJob) -> tuple[Place, ...]:
        """Return where a job leaves files for TensorBoard beyond its own folder."""
        kept = {
            "tensorboard": spec.tensorboard and tensorboard_of(spec),
            "checkpoints": spec.checkpoints and parse_address(spec.checkpoints.uri),
        }
        places = []
        for source, address in kept.items():
            with suppress(ClientError):  # what may not be used is told where it is staged
                if address:
                    places.append(Place(folder=self._places.local_path(address), source=source))
        return tuple(places)

    def _made(self, address: Address) -> Path:
        place = self._places.place_for(address)
        with real_folder(place, create=True):
            return place

    def _shown(self, address: Address) -> Path:
        self._made(address)
        return self._places.shown(address)

    # Both find the source of script mode.

    def _stage_source(self, spec: TrainingJob, folder: AttemptFolder) -> None:
        fresh = folder.root / "code.partial"
        if fresh.exists() or not folder.code.is_dir() or not any(folder.code.iterdir()):
            source = self._places.local_path(source_of(spec))
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            _unpack(source, fresh, spec.source_uri or "")
            _fill(folder.code, fresh)
        _check_program(spec.program, folder.code)


def source_of(spec: TrainingJob) -> Address:
    """Return where the source archive is; in an isolated job it is an object of a channel."""
    uri = spec.source_uri or ""
    for channel in spec.channels:
        inside = f"{IN_CONTAINER.channel(channel.name)}/"
        if uri.startswith(inside):
            whole, name = parse_address(channel.uri), uri.removeprefix(inside)
            return whole if PurePosixPath(whole.key).name == name else whole.child(name)
    return parse_address(uri)


def tensorboard_of(spec: TrainingJob) -> Address:
    """Return where a job's TensorBoard files go; where SageMaker's SDK looks for them."""
    assert spec.tensorboard is not None
    return parse_address(spec.tensorboard.uri).child(spec.name, "tensorboard-output")


def _job(spec: TrainingJob) -> str:
    return f"the training job {spec.name!r}"


def _addresses(spec: TrainingJob) -> dict[str, tuple[str, bool]]:
    """Return what a container is shown of this machine, by where it sees it, and if to write."""
    shown = {str(IN_CONTAINER.channel(each.name)): (each.uri, False) for each in spec.channels}
    if spec.checkpoints is not None:
        shown[spec.checkpoints.local_path] = (spec.checkpoints.uri, True)
    if spec.tensorboard is not None:
        shown[spec.tensorboard.local_path] = (str(tensorboard_of(spec)), True)
    return shown


def _places(mounts: list[Mount], spec: TrainingJob, folder: AttemptFolder) -> Iterator[Shown]:
    addresses = _addresses(spec)
    for each in mounts:
        if not Path(each.source).is_relative_to(folder.root):
            uri, writable = addresses[each.target]
            yield Shown(address=uri, path=Path(each.source), writable=writable)


def _unpack(source: Path, target: Path, uri: str) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    elif source.is_file():
        try:
            unpack(source, target, max_bytes=MAX_SOURCE_BYTES, max_members=MAX_SOURCE_FILES)
        except ArchiveError as error:
            raise ClientError(f"the source {uri} cannot be unpacked: {error}") from error
    else:
        raise ClientError(f"no source archive at {uri} (hyperparameter sagemaker_submit_directory)")


def _fill(target: Path, fresh: Path) -> None:
    """Move a folder's content; the target may be mounted already, and stays the same folder."""
    target.mkdir(exist_ok=True)
    for each in target.iterdir():  # somebody died on the way
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()
    for each in fresh.iterdir():
        each.rename(target / each.name)
    fresh.rmdir()


def _check_program(program: str | None, code: Path) -> None:
    if program is None or (code / program).is_file():
        return
    there = ", ".join(sorted(each.name for each in code.iterdir())[:10]) or "nothing"
    raise ClientError(f"no script {program!r} in the source archive; there is: {there}")


def _link_all(target: Path, files: Files) -> None:
    if list(files) == [""]:
        _link(target, files[""])
        return
    for name, source in files.items():
        _link(placed(target, name), source)


def _link(path: Path, target: Path) -> None:
    if not path.is_symlink():
        path.symlink_to(target)


def _is_small(folder: Path) -> bool:
    """Tell whether a folder has so few files that to link them takes no time to speak of."""
    found = (name for _, folders, files in os.walk(folder) for name in (*folders, *files))
    return next(islice(found, SMALL, None), None) is None


def _gathered(target: Path, files: Files) -> Path:
    """Make a folder of these files: the same ones where the file system is, else copies."""
    for name, source in files.items():
        path = placed(target, name)
        if source.is_dir():
            shutil.copytree(source, path, symlinks=True, copy_function=_same, dirs_exist_ok=True)
        else:
            _same(source, path)
    return target


def _same(source: str | Path, path: str | Path) -> None:
    with suppress(FileExistsError):
        try:
            with real_folder(Path(source).parent) as folder:
                os.link(Path(source).name, path, src_dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _UNLINKABLE:
                raise
            with open_real(Path(source)) as data, Path(path).open("xb") as copy:
                shutil.copyfileobj(data, copy)


def _make_mount_point(target: str, folder: AttemptFolder) -> None:
    """Make what the engine would otherwise make, as root, in a folder of the attempt."""
    seen = Path(target)
    if seen.is_relative_to(IN_CONTAINER.ml):
        (folder.ml / seen.relative_to(IN_CONTAINER.ml)).mkdir(parents=True, exist_ok=True)
