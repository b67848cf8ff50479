"""Files in folders where jobs write too: a job may have made them links, pipes or devices.

What was looked at may be another thing when it is opened: so nothing here follows a link, and what
is opened is looked at again.  A path counts as real when it was resolved; none of its parts is a
link, unless somebody put one there since, and then it is not opened.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path, PurePath
from typing import BinaryIO

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
# Where there is O_PATH, a folder that may only be passed through can be.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW


class NotPlainError(OSError):
    """There is something at this path, and it is no plain file."""

    def __init__(self, path: PurePath | str) -> None:
        super().__init__(f"{path} is a link, a folder, a pipe or a device; only files are read")


def is_plain(path: PurePath | str) -> bool:
    """Whether a plain file is there."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def open_plain(path: PurePath | str) -> BufferedReader:
    """Open a plain file for reading; NotPlainError for anything else, and it never waits."""
    return os.fdopen(plain_descriptor(path), "rb")


def plain_descriptor(path: PurePath | str, folder: int | None = None) -> int:
    """Open a plain file without a buffer; the path's last part is no link."""
    try:
        file = os.open(path, _READ, dir_fd=folder)
    except OSError as error:
        # A link says ELOOP, a socket or a device that nobody serves ENXIO.
        if isinstance(error, FileNotFoundError | PermissionError | NotADirectoryError):
            raise
        raise NotPlainError(path) from error
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise NotPlainError(path)
    return file


def open_real(path: Path) -> BufferedReader:
    """Open a plain file for reading at a real path."""
    with real_folder(path.parent) as folder:
        return os.fdopen(plain_descriptor(path.name, folder), "rb")


@contextmanager
def real_folder(path: Path, *, create: bool = False) -> Iterator[int]:
    """Open the folder at a real path, to be used as `dir_fd`; made if it lacks and may be."""
    folder = os.open(path.anchor, _FOLDER)
    try:
        for part in path.parts[1:]:
            below = _enter(folder, part, create=create)
            os.close(folder)
            folder = below
        yield folder
    finally:
        os.close(folder)


def _enter(folder: int, part: str, *, create: bool) -> int:
    if create:
        with suppress(FileNotFoundError):
            return os.open(part, _FOLDER, dir_fd=folder)
        with suppress(FileExistsError):
            os.mkdir(part, dir_fd=folder)
    return os.open(part, _FOLDER, dir_fd=folder)


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """Write the file at a real path: it appears whole, replaces what is there, outlives a crash."""
    # Always the same name: what a manager that was killed left of it is not left for good.
    landing = f".{path.name}.new"
    with real_folder(path.parent, create=True) as folder:
        with suppress(FileNotFoundError):
            os.unlink(landing, dir_fd=folder)
        try:
            with os.fdopen(os.open(landing, _WRITE, 0o666, dir_fd=folder), "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(landing, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(landing, dir_fd=folder)
