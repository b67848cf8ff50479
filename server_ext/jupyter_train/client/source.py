"""What a job runs: a script or a folder with one, packed the same way whoever packs it."""

import gzip
import io
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CELL = "cell.py"
"""What the script of a %%train cell is called."""

_LEFT_OUT = frozenset({"__pycache__", ".git", ".ipynb_checkpoints"})


class MissingPathError(Exception):
    """Something a job names is not there; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A program, and what lies beside it: (name in the archive, path here) of each root.

    `texts` are files that are in no folder yet: (name, what is in it).
    """

    program: str
    roots: tuple[tuple[str, Path], ...] = ()
    texts: tuple[tuple[str, str], ...] = ()


def text_source(program: str, text: str) -> Source:
    """Make a source of one program that is in no folder: a cell, an unsaved notebook."""
    return Source(program=program, texts=((program, text),))


def find_source(
    entry_point: str | Path,
    source_dir: str | Path | None = None,
    dependencies: Sequence[str | Path] = (),
) -> Source:
    """Look up a script (inside `source_dir`, where that is given) and what it needs beside it."""
    script = Path(entry_point).expanduser()
    extra = tuple(_root(each) for each in dependencies)
    if source_dir is None:
        if not script.is_file():
            raise MissingPathError(f"there is no script {script} (looked in {Path.cwd()})")
        return Source(program=script.name, roots=((script.name, script.absolute()), *extra))
    folder = Path(source_dir).expanduser().absolute()
    if not folder.is_dir():
        raise MissingPathError(f"there is no source folder {folder}")
    if script.is_absolute() and script.is_relative_to(folder):
        script = script.relative_to(folder)
    if script.is_absolute() or ".." in script.parts or not (folder / script).is_file():
        raise MissingPathError(f"there is no script {script} in the source folder {folder}")
    beside = tuple((each.name, each) for each in sorted(folder.iterdir()))
    return Source(program=script.as_posix(), roots=(*beside, *extra))


def packed_source(
    program: str, source_dir: str | Path | None, dependencies: Sequence[str | Path] | None = ()
) -> tuple[str, str] | None:
    """Return the program and its archive, where that is what `source_dir` is; else None."""
    if not str(source_dir).startswith(("s3://", "file://")):
        return None
    if dependencies:
        raise ValueError("dependencies cannot be added to a source_dir that is packed already")
    return program, str(source_dir)


def package_source(source: Source, target: Path) -> None:
    """Write the archive a job is started from: same files, same bytes."""
    with (
        target.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", dereference=True) as archive,
    ):
        for name, path in source.roots:
            for inner, file in _files(name, path):
                _add(archive, inner, file)
        for inner, text in source.texts:
            data = text.encode("utf-8", "replace")
            _add_open(archive, tarfile.TarInfo(inner), io.BytesIO(data), len(data))


def _root(path: str | Path) -> tuple[str, Path]:
    found = Path(path).expanduser().absolute()
    if not found.exists():
        raise MissingPathError(f"there is no dependency {found}")
    return found.name, found


def _files(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    if path.name in _LEFT_OUT:
        return
    if path.is_dir():
        for child in sorted(path.iterdir()):
            yield from _files(f"{name}/{child.name}", child)
    elif path.is_file():
        yield name, path


def _add(archive: tarfile.TarFile, name: str, path: Path) -> None:
    with path.open("rb") as file:
        member = archive.gettarinfo(arcname=name, fileobj=file)
        # Hardlinks to a file packed before come as links, which the manager does not unpack.
        member.type, member.linkname = tarfile.REGTYPE, ""
        _add_open(archive, member, file, path.stat().st_size)


def _add_open(archive: tarfile.TarFile, member: tarfile.TarInfo, file: BinaryIO, size: int) -> None:
    member.size = size
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    archive.addfile(member, file)
