"""The embedded object folder: a bucket is a folder, an object an ordinary file.

What a file cannot say (ETag, content type, metadata) is kept beside the buckets, and believed only
while the file is the one it was written for: jobs write into these folders themselves.
"""

import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from .base import (
    BINARY,
    BadBucketError,
    BadKeyError,
    NoSuchBucketError,
    NoSuchKeyError,
    ObjectInfo,
    ObjectStore,
)
from .keys import check_key, contained, walk
from .plain import NotPlainError, open_real, real_folder
from .sqlite import Database

_SCHEMA = """
CREATE TABLE object (
    bucket TEXT NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL, etag TEXT NOT NULL, content_type TEXT NOT NULL, metadata TEXT NOT NULL,
    PRIMARY KEY (bucket, key)) WITHOUT ROWID;
"""

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(
    r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)"
    r"(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
)
# A dot makes it no bucket's name.
_TEMPORARY = ".tmp"

_HASHED = 64 << 20
"""A larger file that a job wrote is not read only to name its MD5."""


class FolderObjects(ObjectStore):
    """Buckets below `folder`; `facts` is the database file beside it."""

    def __init__(self, folder: Path, facts: Path | None = None) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = folder.resolve()
        self._temporary = self._root / _TEMPORARY
        self._temporary.mkdir(mode=0o700, exist_ok=True)
        for left in self._temporary.iterdir():
            left.unlink()
        self._facts = Database(
            facts or folder.with_name(f"{folder.name}.sqlite"), _SCHEMA, 1, "FULL"
        )

    def buckets(self) -> list[str]:
        """Return the names of all buckets."""
        names = [entry.name for entry in os.scandir(self._root) if entry.is_dir()]
        return sorted(name for name in names if _BUCKET.fullmatch(name))

    def create_bucket(self, bucket: str) -> None:
        """Make a bucket."""
        if not _BUCKET.fullmatch(bucket):
            raise BadBucketError(
                f"{bucket!r} cannot name a bucket: 3 to 63 lower-case letters, digits, dots and "
                "hyphens, a letter or digit at both ends, no IP address, none of S3's own affixes"
            )
        with suppress(FileExistsError):
            (self._root / bucket).mkdir()
            _sync_folder(self._root)

    def _bucket(self, bucket: str) -> Path:
        folder = self._root / bucket
        if not _BUCKET.fullmatch(bucket) or not folder.is_dir():
            raise NoSuchBucketError(f"no bucket named {bucket!r}")
        return folder

    def _place(self, bucket: str, within: str) -> Path:
        """Return the real folder that nothing may lead out of."""
        folder = self._bucket(bucket)
        if not within:
            return Path(os.path.realpath(folder))
        check_key(within)
        return contained(folder, folder / within)

    def path(self, bucket: str, key: str, *, within: str = "") -> str:
        """Return the real path for a key or a prefix."""
        folder = self._bucket(bucket)
        if not key.rstrip("/"):
            return str(contained(self._place(bucket, within), folder))
        check_key(key.rstrip("/"))
        return str(contained(self._place(bucket, within), folder / key.rstrip("/")))

    def put(  # noqa: PLR0913 - S3's own words for an object
        self,
        bucket: str,
        key: str,
        body: Iterable[bytes],
        *,
        content_type: str = BINARY,
        metadata: Mapping[str, str] | None = None,
        within: str = "",
    ) -> ObjectInfo:
        """Store an object: temporary file, fsync, rename, fsync of its folder."""
        target = self._target(bucket, key, within)
        temporary = self._temporary / secrets.token_hex(8)
        try:
            etag = _write(temporary, body)
            found = temporary.stat()
            _move(temporary, target, Path(os.path.realpath(self._root / bucket)))
        finally:
            temporary.unlink(missing_ok=True)
        facts = (etag, content_type, json.dumps(dict(metadata or {})))
        return self._keep(bucket, key, found, facts)

    def _target(self, bucket: str, key: str, within: str) -> Path:
        """Return where a key is written; its last part may be a link, which is replaced."""
        folder = self._bucket(bucket)
        check_key(key)
        return contained(self._place(bucket, within), (folder / key).parent) / Path(key).name

    def info(self, bucket: str, key: str, *, within: str = "") -> ObjectInfo:
        """Describe an object."""
        folder = self._bucket(bucket)
        check_key(key)
        return self._describe(bucket, key, contained(self._place(bucket, within), folder / key))

    def _describe(self, bucket: str, key: str, path: Path) -> ObjectInfo:
        try:
            found = _look(path)
            known = self._known(bucket, key, found)
            return known or self._keep(bucket, key, found, (_etag(path, found), BINARY, "{}"))
        except (FileNotFoundError, NotADirectoryError, NotPlainError) as error:
            raise NoSuchKeyError(f"no object {key!r} in bucket {bucket!r}") from error

    def _known(self, bucket: str, key: str, found: os.stat_result) -> ObjectInfo | None:
        query = (
            "SELECT etag, content_type, metadata FROM object WHERE bucket = ? AND key = ?"
            " AND size = ? AND modified_ns = ? AND inode = ?"
        )
        mark = (bucket, key, found.st_size, found.st_mtime_ns, found.st_ino)
        with self._facts.reading() as connection:
            row = connection.execute(query, mark).fetchone()
        return _info(bucket, key, found, row) if row else None

    def _keep(
        self, bucket: str, key: str, found: os.stat_result, facts: tuple[str, str, str]
    ) -> ObjectInfo:
        mark = (bucket, key, found.st_size, found.st_mtime_ns, found.st_ino)
        with self._facts.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*mark, *facts)
            )
        return _info(bucket, key, found, facts)

    def keys(self, bucket: str, prefix: str = "", after: str = "") -> Iterator[ObjectInfo]:
        """Yield objects in the order of their keys' UTF-8 bytes."""
        for key, path in walk(self._bucket(bucket), prefix, after):
            with suppress(NoSuchKeyError):  # deleted meanwhile
                yield self._describe(bucket, key, path)

    def delete(self, bucket: str, key: str, *, within: str = "") -> None:
        """Delete an object."""
        target = self._target(bucket, key, within)
        with (
            suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError),
            real_folder(target.parent) as parent,
        ):
            os.unlink(target.name, dir_fd=parent)
            _sync_folder(target.parent)
        with self._facts.writing() as connection:
            connection.execute("DELETE FROM object WHERE bucket = ? AND key = ?", (bucket, key))

    def close(self) -> None:
        """Let go of the database file."""
        self._facts.close()


def _info(bucket: str, key: str, found: os.stat_result, facts: tuple[str, str, str]) -> ObjectInfo:
    etag, content_type, metadata = facts
    return ObjectInfo(
        bucket=bucket,
        key=key,
        size=found.st_size,
        modified=found.st_mtime,
        etag=etag,
        content_type=content_type,
        metadata=json.loads(metadata),
    )


def _look(path: Path) -> os.stat_result:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise NotPlainError(path)
    return found


def _write(path: Path, body: Iterable[bytes]) -> str:
    """Write a file that outlives a loss of power; returns its MD5."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("xb") as file:
        for piece in body:
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _move(temporary: Path, target: Path, bucket: Path) -> None:
    try:
        with real_folder(target.parent, create=True) as parent:
            if target.is_dir() and not target.is_symlink():
                _remove_empty(target.name, parent)
            os.replace(temporary, target.name, dst_dir_fd=parent)
    except (NotADirectoryError, FileExistsError, IsADirectoryError) as error:
        raise BadKeyError(
            f"{error.filename!r} stands in the way: a key and another one below it ('a' and 'a/b')"
            " cannot both be files"
        ) from error
    for folder in [target.parent, *target.parent.parents]:
        _sync_folder(folder)
        if folder == bucket:
            break


def _remove_empty(name: str, parent: int) -> None:
    """Remove a folder that holds nothing but folders; they are no objects."""
    for path, folders, files, folder in os.fwalk(name, topdown=False, dir_fd=parent):
        if files:
            raise IsADirectoryError(None, None, path)
        for each in folders:
            with suppress(OSError):
                os.rmdir(each, dir_fd=folder)
    with suppress(OSError):
        os.rmdir(name, dir_fd=parent)


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _etag(path: Path, found: os.stat_result) -> str:
    if found.st_size > _HASHED:
        # As for an upload in parts, whose ETag is no MD5 either.
        mark = f"{found.st_size} {found.st_mtime_ns} {found.st_ino}".encode()
        return hashlib.md5(mark, usedforsecurity=False).hexdigest() + "-1"
    with open_real(path) as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
