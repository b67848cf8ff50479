"""The embedded object folder: a bucket is a folder, an object an ordinary file.

What a file cannot say (ETag, content type, metadata) is kept beside the buckets, and believed only
while the file is the one it was written for: jobs write into these folders themselves.
"""

import hashlib
import json
import os
import re
import secrets
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

    def path(self, bucket: str, key: str) -> str:
        """Return the real path for a key or a prefix."""
        folder = self._bucket(bucket)
        if not key.rstrip("/"):
            return os.path.realpath(folder)
        check_key(key.rstrip("/"))
        return os.path.realpath(contained(folder, folder / key.rstrip("/")))

    def put(
        self,
        bucket: str,
        key: str,
        body: Iterable[bytes],
        *,
        content_type: str = BINARY,
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        """Store an object: temporary file, fsync, rename, fsync of its folder."""
        folder = self._bucket(bucket)
        check_key(key)
        # The last part may be a link: it is replaced, not followed.
        target = self._target(folder, key)
        temporary = self._temporary / secrets.token_hex(8)
        try:
            etag = _write(temporary, body)
            found = temporary.stat()
            _move(temporary, target, folder)
        finally:
            temporary.unlink(missing_ok=True)
        facts = (etag, content_type, json.dumps(dict(metadata or {})))
        return self._keep(bucket, key, found, facts)

    def _target(self, folder: Path, key: str) -> Path:
        parent = contained(folder, (folder / key).parent)
        return Path(os.path.realpath(parent)) / Path(key).name

    def info(self, bucket: str, key: str) -> ObjectInfo:
        """Describe an object."""
        path = self._file(bucket, key)
        return self._describe(bucket, key, path)

    def _file(self, bucket: str, key: str) -> Path:
        folder = self._bucket(bucket)
        check_key(key)
        path = contained(folder, folder / key)
        if not path.is_file():
            raise NoSuchKeyError(f"no object {key!r} in bucket {bucket!r}")
        return path

    def _describe(self, bucket: str, key: str, path: Path) -> ObjectInfo:
        try:
            found = path.stat()
            known = self._known(bucket, key, found)
            return known or self._keep(bucket, key, found, (_etag(path, found), BINARY, "{}"))
        except (FileNotFoundError, NotPlainError) as error:
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

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object."""
        folder = self._bucket(bucket)
        check_key(key)
        target = self._target(folder, key)
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
                _remove_empty(target)
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


def _remove_empty(folder: Path) -> None:
    """Remove a folder that holds nothing but folders; they are no objects."""
    for path, _, files in os.walk(folder, topdown=False):
        if files:
            raise IsADirectoryError(None, None, str(folder))
        with suppress(OSError):
            Path(path).rmdir()


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
    with open_real(Path(os.path.realpath(path))) as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
