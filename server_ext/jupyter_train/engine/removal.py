"""Deleting what jobs made, who may have made it to do harm: links, shut folders, endless trees."""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path


def size_of(path: Path, most: int | None = None) -> int:
    """Return the bytes on the disk that go with a file or folder; no link is followed.

    Of more than so many files, those of the first ones that are found.
    """
    seen: set[int] = set()
    total = 0
    for _, found in islice(walk(path), most):
        if found.st_ino not in seen:
            seen.add(found.st_ino)
            total += found.st_blocks * 512
    return total


def walk(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield a folder and what is below it, folders first; jobs nest them without an end."""
    ahead = [path]
    while ahead:
        here = ahead.pop()
        with suppress(OSError):  # it has just gone, or its name has become too long
            found = here.lstat()
            yield here, found
            if stat.S_ISDIR(found.st_mode):
                ahead += here.iterdir()


def unlock(paths: Iterable[Path]) -> None:
    """Let what jobs have shut be read, as far as it is ours; links are not followed."""
    for path in paths:
        for each, found in walk(path):
            folder, file = stat.S_ISDIR(found.st_mode), stat.S_ISREG(found.st_mode)
            needed = 0o700 if folder else 0o400 if file else 0
            if found.st_mode & needed != needed:
                with suppress(OSError):  # another user's
                    each.chmod(stat.S_IMODE(found.st_mode) | needed)


def delete(path: Path) -> str | None:
    """Delete a file or folder; links are cut, never followed. Returns why it could not."""
    try:
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
        else:
            _open_up(path)
            shutil.rmtree(path)
    except (OSError, RecursionError):  # Python's stack ends before some trees do
        return _as_far_as_possible(path)
    return None


def _as_far_as_possible(path: Path) -> str | None:
    done = subprocess.run(
        ("/bin/rm", "-rf", "--", path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    return done.stderr.decode("utf-8", "replace").strip()[:200] or None


def _open_up(path: Path) -> None:
    """Let folders be emptied that a job has shut."""
    for each, found in walk(path):
        shut = stat.S_ISDIR(found.st_mode) and found.st_mode & 0o700 != 0o700
        if shut and found.st_uid == os.getuid():
            each.chmod(0o700)
