"""Archives of source and model: taken apart without trust, made in the order of their names.

Python's own filter="data" was bypassed on three installed Pythons (a chain of links longer than
realpath looks at), so nothing is left to it: every name is walked here, and no link may hold `..`.
"""

import logging
import os
import shutil
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from ..store.plain import open_plain, written
from .errors import ClientError

try:
    from isal import igzip
    from isal import isal_zlib as zlib
except ImportError:  # no wheel for this machine; the standard library takes four times as long
    import gzip as igzip  # type: ignore[no-redef]  # the same words
    import zlib  # type: ignore[no-redef]  # the same words

COMPRESSION_LEVEL = 1
COPY_AT_ONCE = 1024 * 1024
MAX_NAME = 1024
MAX_PART = 255

_GzipFile: Any = igzip.GzipFile  # isal's has no types
BROKEN: Any = (igzip.BadGzipFile, zlib.error)  # the same
_log = logging.getLogger(__name__)


class ArchiveError(ClientError):
    """An archive that will not be unpacked; the message names the member and the rule."""


def unpack(archive: Path, folder: Path, *, max_bytes: int, max_members: int) -> None:
    """Unpack a tar, however compressed, below a folder; ArchiveError if anything in it is odd.

    Plain files, folders and links within the folder come out; everything else is refused.  What was
    unpacked before the odd member was met stays behind: unpack into a folder you can throw away.
    """
    folder.mkdir(parents=True, exist_ok=True)
    room = max_bytes
    try:
        with _opened(archive) as tar:
            for number, member in enumerate(tar, 1):
                if number > max_members:
                    raise ArchiveError(f"more than {max_members} members")
                room -= member.size
                if member.size < 0 or room < 0:
                    raise ArchiveError(f"more than {max_bytes} bytes, at {member.name[:80]!r}")
                _unpack_member(tar, member, folder)
    except (tarfile.TarError, EOFError, ValueError, *BROKEN) as error:
        raise ArchiveError(f"{archive.name} is no whole tar archive: {error}") from error


def pack(folder: Path, target: Path) -> None:
    """Pack what is in a folder into a tar.gz; it appears at the target whole.

    A link that leads out of the folder would publish what the job was not given: it is left out.
    """
    with (
        written(target) as file,
        _gzip(file) as stream,
        tarfile.open(fileobj=stream, mode="w|", bufsize=COPY_AT_ONCE) as tar,
    ):
        for path in _contents(folder, folder.resolve()):
            _pack_member(tar, path, path.relative_to(folder).as_posix())


def _gzip(file: BinaryIO) -> BinaryIO:
    # No name and no time: the same files give the same bytes.
    stream: BinaryIO = _GzipFile("", "wb", COMPRESSION_LEVEL, file, 0.0)
    return stream


def gunzip(file: BinaryIO) -> BinaryIO:
    """Return what a gzip file holds."""
    stream: BinaryIO = _GzipFile(fileobj=file, mode="rb")
    return stream


def _pack_member(tar: tarfile.TarFile, path: Path, name: str) -> None:
    info = tar.gettarinfo(path, name)
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    if info.islnk():  # the second name of a file: whole, because our own unpack refuses hard links
        info.type, info.linkname, info.size = tarfile.REGTYPE, "", path.stat().st_size
    if not info.isreg():
        tar.addfile(info)
        return
    with open_plain(path) as file:
        tar.addfile(info, file)


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    with open_plain(archive) as file:
        zipped = file.read(2) == b"\x1f\x8b"
    if not zipped:
        with open_plain(archive) as file, tarfile.open(fileobj=file, mode="r|*") as tar:
            yield tar
        return
    with (
        open_plain(archive) as file,
        gunzip(file) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        yield tar


def _unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    parts = _parts(member.name, member)
    if not parts:
        return  # "./", the folder itself
    parent = _real_parent(folder, parts, member)
    for kind, make in _MAKERS:
        if kind(member):
            make(tar, member, parent / parts[-1])
            return
    raise ArchiveError(f"{member.name[:80]!r} is neither a file, a folder nor a link")


def _parts(name: str, member: tarfile.TarInfo) -> tuple[str, ...]:
    parts = tuple(part for part in PurePosixPath(name).parts if part != ".")
    if name.startswith(("/", "\\")) or ".." in parts or "\\" in name or "\0" in name:
        raise ArchiveError(f"{member.name[:80]!r} may lead out of the folder by {name[:80]!r}")
    if len(name) > MAX_NAME or any(len(os.fsencode(part)) > MAX_PART for part in parts):
        raise ArchiveError(f"{member.name[:80]!r}… is longer than a path may be")
    return parts


def _real_parent(folder: Path, parts: tuple[str, ...], member: tarfile.TarInfo) -> Path:
    """Make the folders above a member; none of them, nor the member itself, may be a link."""
    path = folder
    for part in parts[:-1]:
        path = path / part
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise ArchiveError(f"{member.name[:80]!r} would be written through {part!r}, no folder")
        path.mkdir(exist_ok=True)
    return path


def _make_folder(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:  # noqa: ARG001  makers take the same three
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise ArchiveError(f"{member.name[:80]!r} is a folder where something else is already")
    path.mkdir(exist_ok=True)


def _make_file(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    _make_room(member, path)
    source = tar.extractfile(member)
    assert source is not None
    # The owner reads and writes; who else may run it is kept, setuid and the like are not.
    mode = 0o644 | (member.mode & 0o111)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        shutil.copyfileobj(source, file, COPY_AT_ONCE)
    with suppress(OverflowError):  # a time before or after all times; the file matters
        os.utime(path, (member.mtime, member.mtime))


def _make_link(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:  # noqa: ARG001  makers take the same three
    _check_link(member)
    _make_room(member, path)
    path.symlink_to(member.linkname)


def _check_link(member: tarfile.TarInfo) -> None:
    """Let a link climb only at its start, and no higher than the root.

    The folders above it are real ones, so it stays inside; after a name, `..` might climb from
    wherever that name, a link itself, leads.
    """
    parts = PurePosixPath(member.linkname).parts
    climbs = next((at for at, part in enumerate(parts) if part != ".."), len(parts))
    if not parts or climbs >= len(_parts(member.name, member)):
        raise ArchiveError(
            f"{member.name[:80]!r} links out of the folder: {member.linkname[:80]!r}"
        )
    _parts("/".join(parts[climbs:]), member)


def _make_room(member: tarfile.TarInfo, path: Path) -> None:
    """Let the last of several members with one name win, as tar does."""
    if path.is_dir() and not path.is_symlink():
        raise ArchiveError(f"{member.name[:80]!r} is a file where a folder is already")
    path.unlink(missing_ok=True)


_Kind = Callable[[tarfile.TarInfo], bool]
_Maker = Callable[[tarfile.TarFile, tarfile.TarInfo, Path], None]
_MAKERS: tuple[tuple[_Kind, _Maker], ...] = (
    (tarfile.TarInfo.isdir, _make_folder),
    (tarfile.TarInfo.isreg, _make_file),
    (tarfile.TarInfo.issym, _make_link),
)


def _contents(folder: Path, root: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        paths = [Path(entry) for entry in sorted(entries, key=lambda entry: entry.name)]
    for path in paths:
        if _may_be_packed(path, root):
            yield path
            if path.is_dir() and not path.is_symlink():
                yield from _contents(path, root)
        else:
            _log.warning("%s is left out of the archive: no file, or a link that leads out", path)


def _may_be_packed(path: Path, root: Path) -> bool:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        # An absolute link would point here after unpacking elsewhere, or nowhere.
        # Not Path.resolve: it raises on links in a circle.
        real = Path(os.path.realpath(path))
        return not path.readlink().is_absolute() and real.is_relative_to(root)
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
