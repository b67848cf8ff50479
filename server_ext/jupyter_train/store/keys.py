"""Object keys and the files they stand for."""

import os
from collections.abc import Iterator
from pathlib import Path

from .base import BadKeyError

_KEY_BYTES, _PART_BYTES = 1024, 255


def check_key(key: str) -> None:
    """Raise BadKeyError for a key that cannot be a file."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError as error:
        raise BadKeyError(f"the key {key!r} is not Unicode text") from error
    if not 0 < size <= _KEY_BYTES:
        raise BadKeyError(f"a key has 1 to {_KEY_BYTES} bytes of UTF-8; this one has {size}")
    for part in key.split("/"):
        if part in ("", ".", "..") or "\0" in part or len(part.encode()) > _PART_BYTES:
            raise BadKeyError(
                f"the key {key!r} cannot be a file here: between slashes there must be a name of "
                f"1 to {_PART_BYTES} bytes without NUL that is not '.' or '..'"
            )


def contained(folder: Path, path: Path) -> Path:
    """Return the real path of `path`, with every link followed, if it is inside the folder.

    The one place where it is decided that nothing leaves a bucket, or a place in it.  Who opens
    what is returned follows no link any more: there is none in it but those made meanwhile.
    """
    real, root = os.path.realpath(path), os.path.realpath(folder)
    if real != root and not real.startswith(root.rstrip(os.sep) + os.sep):
        raise BadKeyError(f"{path.name!r} leads out of its bucket, or out of its place there")
    return Path(real)


def walk(bucket: Path, prefix: str, after: str) -> Iterator[tuple[str, Path]]:
    """Yield (key, real path) in the order of the keys' bytes.

    Folders that cannot matter are not read.  Links to folders are not followed, so that a circle
    ends; links to files are, inside the bucket.
    """
    folder, _, _ = prefix.rpartition("/")
    if folder:
        try:
            check_key(folder)
            contained(bucket, bucket / folder)
        except BadKeyError:
            return
    start = f"{folder}/" if folder else ""
    yield from _walk(
        bucket, start, prefix.encode("utf-8", "replace"), after.encode("utf-8", "replace")
    )


def _walk(bucket: Path, folder: str, prefix: bytes, after: bytes) -> Iterator[tuple[str, Path]]:
    for name, is_folder in _entries(bucket / folder):
        key = folder + name
        raw = os.fsencode(key)
        if is_folder:
            raw += b"/"
            # Every key below begins with `raw`.
            is_later = raw > after or after.startswith(raw)
            if is_later and (raw.startswith(prefix) or prefix.startswith(raw)):
                yield from _walk(bucket, key + "/", prefix, after)
        elif raw > after and raw.startswith(prefix) and (path := _find_object(bucket, key)):
            yield key, path


def _entries(folder: Path) -> list[tuple[str, bool]]:
    """Return the names in a folder in the order of the keys below them."""
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=lambda each: os.fsencode(each[0]) + (b"/" if each[1] else b""))


def _find_object(bucket: Path, key: str) -> Path | None:
    try:
        check_key(key)
        path = contained(bucket, bucket / key)
    except BadKeyError:
        return None
    return path if path.is_file() else None
