"""Opening files that a job has made: it may have made them links, pipes or devices."""

import os
import stat
from pathlib import PurePath
from typing import BinaryIO

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


class NotPlainError(OSError):
    """There is something at this path, and it is no plain file."""

    def __init__(self, path: PurePath | str) -> None:
        super().__init__(f"{path} is a link, a folder, a pipe or a device; only files are read")


def open_plain(path: PurePath | str) -> BinaryIO:
    """Open a plain file for reading; NotPlainError for anything else, and it never waits."""
    return os.fdopen(plain_descriptor(path), "rb")


def plain_descriptor(path: PurePath | str) -> int:
    """Open a plain file for reading without a buffer; the last part of the path is no link."""
    try:
        file = os.open(path, _FLAGS)
    except FileNotFoundError:
        raise
    except OSError as error:
        # ELOOP for a link, ENXIO for a socket or a device nobody serves.
        if is_plain(path):
            raise
        raise NotPlainError(path) from error
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise NotPlainError(path)
    return file


def is_plain(path: PurePath | str) -> bool:
    """Whether a plain file is there."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
