"""What is in an archive, listed and read where it lies: nothing of it is written anywhere."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import RawIOBase
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from ..store.plain import open_real
from .archive import BROKEN, COPY_AT_ONCE, ArchiveError, gunzip

MOST_MEMBERS = 10_000
MOST_BYTES = 4 << 30
"""Bytes of an archive that are gone through, unpacked; seconds of work."""

LATEST = 1 << 40
"""A time after it is none."""

HEADERS = 1 << 20
"""Bytes that may be between two members: tarfile reads a long name into memory, however long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of an archive; `kind` is file, folder, link or other."""

    name: str
    kind: str
    size: int
    modified: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The first entries of an archive, and whether these are all."""

    members: tuple[Member, ...]
    is_whole: bool


def list_members(archive: Path) -> Contents:
    """List what is in a tar or tar.gz; ArchiveError if it is neither, or damaged."""
    found: list[Member] = []
    with _opened(archive) as (_, members):
        for member in members:
            if len(found) == MOST_MEMBERS:
                return Contents(members=tuple(found), is_whole=False)
            found.append(_printed(member))
            if member.offset_data + member.size > MOST_BYTES:
                return Contents(members=tuple(found), is_whole=False)
    return Contents(members=tuple(found), is_whole=True)


def read_member(archive: Path, name: str, offset: int, size: int) -> bytes:
    """Read bytes of the first file that has this name in a tar or tar.gz."""
    with _opened(archive) as (tar, members):
        for member in islice(members, MOST_MEMBERS):
            if member.name == name and member.isreg() and offset < MOST_BYTES:
                return _read(tar, member, offset, size)
            if member.offset_data + member.size > MOST_BYTES:
                break
    raise ArchiveError(f"there is no file {name[:200]!r} in {archive.name}, as far as that is read")


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo, offset: int, size: int) -> bytes:
    file = tar.extractfile(member)
    assert file is not None
    while offset > 0 and (passed := len(file.read(min(offset, COPY_AT_ONCE)))):
        offset -= passed
    return file.read(size)


class _Allowed(RawIOBase):
    """A stream of which only so much may be read before the next member is met."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self.left = HEADERS

    def read(self, size: int = -1, /) -> bytes:
        """Read on."""
        data = self._stream.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise ArchiveError(f"more than {HEADERS} bytes between two members")
        return data


@contextmanager
def _opened(archive: Path) -> Iterator[tuple[tarfile.TarFile, Iterator[tarfile.TarInfo]]]:
    try:
        with open_real(archive) as file:
            zipped = file.peek(2)[:2] == b"\x1f\x8b"
            with gunzip(file) if zipped else nullcontext(file) as stream:
                allowed = _Allowed(stream)
                with tarfile.open(fileobj=allowed, mode="r|") as tar:
                    yield tar, _members(tar, allowed)
    except (tarfile.TarError, EOFError, ValueError, *BROKEN) as error:
        raise ArchiveError(f"{archive.name} is no whole tar archive: {error}") from error


def _members(tar: tarfile.TarFile, allowed: _Allowed) -> Iterator[tarfile.TarInfo]:
    for member in tar:
        if member.size < 0:
            raise ArchiveError(f"{member.name[:80]!r} has a size below nothing")
        # Of a file with holes only what is between them lies in the archive.
        sparse: list[tuple[int, int]] | None = getattr(member, "sparse", None)
        there = member.size if sparse is None else sum(size for _, size in sparse)
        allowed.left = there + HEADERS
        yield member


def _printed(member: tarfile.TarInfo) -> Member:
    return Member(
        name=member.name,
        kind=next((word for word, is_kind in _KINDS if is_kind(member)), "other"),
        size=member.size,
        modified=member.mtime if 0 <= member.mtime < LATEST else 0,
    )


# Read a row as: this is the word for what is such a member.
_KINDS = (
    ("file", tarfile.TarInfo.isreg),
    ("folder", tarfile.TarInfo.isdir),
    ("link", tarfile.TarInfo.issym),
    ("link", tarfile.TarInfo.islnk),
)
