"""This machine as a host."""

import asyncio
import os
import shutil
import stat
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Sequence
from pathlib import Path, PurePath

from ..store.plain import open_plain, open_real, plain_descriptor
from . import machine
from .base import Bounds, Completed, Found, Host, HostFacts
from .finder import find
from .ticker import Followed, Ticker

READ_AT_ONCE = 1024 * 1024


class LocalHost(Host):
    """The machine the manager runs on; files are simply files."""

    def __init__(self, id: str, folder: PurePath) -> None:
        self.id = id
        self.folder = folder
        self._ticker = Ticker()

    async def facts(self) -> HostFacts:
        """Describe this machine as far as this process may use it."""
        gpus = machine.gpus((await self._nvidia_smi()).decode("utf-8", "replace"))
        return HostFacts(
            cpus=machine.cpus(),
            memory=machine.memory(),
            gpus=gpus,
            boot_id=machine.boot_id(),
            system=machine.system(),
            programs=machine.programs(),
        )

    async def _nvidia_smi(self) -> bytes:
        if shutil.which(machine.GPU_QUERY[0]) is None:
            return b""
        completed = await self.run(machine.GPU_QUERY, timeout=20)
        return completed.stdout if completed.returncode == 0 else b""

    async def run(
        self, argv: Sequence[str], *, input: bytes | None = None, timeout: float = 60
    ) -> Completed:
        """Run a program to its end; TimeoutError if that takes too long, and it is killed."""
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=DEVNULL if input is None else PIPE,
            stdout=PIPE,
            stderr=PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(timeout):
                stdout, stderr = await process.communicate(input)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode is not None
        return Completed(returncode=process.returncode, stdout=stdout, stderr=stderr)

    async def push(self, source: PurePath, target: PurePath) -> None:
        """Copy a file or folder."""
        await asyncio.to_thread(_copy, Path(source), Path(target))

    async def pull(self, source: PurePath, target: PurePath) -> None:
        """Copy a file or folder."""
        await asyncio.to_thread(_copy, Path(source), Path(target))

    async def read(
        self, path: PurePath, offset: int = 0, size: int = -1, *, real: bool = False
    ) -> bytes:
        """Read bytes of a file."""
        return await asyncio.to_thread(_read, Path(path), offset, size, real=real)

    async def find(self, folder: PurePath, part: str, bounds: Bounds) -> list[Found]:
        """Return files below a folder with `part` in their names."""
        return await asyncio.to_thread(find, Path(folder), part, bounds)

    async def size(self, path: PurePath) -> int:
        """Return a file's size, 0 if there is none."""
        try:
            found = os.lstat(path)  # shorter than a hop to a thread
        except FileNotFoundError:
            return 0
        return found.st_size if stat.S_ISREG(found.st_mode) else 0

    async def list(self, path: PurePath) -> list[str]:
        """Return the names in a folder."""
        try:
            return sorted(os.listdir(path))  # noqa: PTH208  names are wanted, not paths
        except FileNotFoundError:
            return []

    async def follow(self, path: PurePath, offset: int) -> AsyncIterator[bytes]:
        """Yield what is appended, within a tick of the shared clock, until it is cut shorter."""
        followed = Followed(Path(path), offset)
        self._ticker.add(followed)
        try:
            while True:
                await followed.grown.wait()
                if followed.file < 0:
                    followed.file = plain_descriptor(path)
                while chunk := os.pread(followed.file, READ_AT_ONCE, followed.offset):
                    followed.offset += len(chunk)
                    yield chunk
                    if len(chunk) < READ_AT_ONCE:
                        break  # what is being written now is read with the next tick, in one piece
                if os.fstat(followed.file).st_size < followed.offset:
                    return
                followed.grown.clear()
        finally:
            self._ticker.drop(followed)
            if followed.file >= 0:
                os.close(followed.file)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        return
    landing = target.with_name(f".{target.name}.new")
    shutil.copy2(source, landing)
    landing.replace(target)


def _read(path: Path, offset: int, size: int, *, real: bool) -> bytes:
    with open_real(path) if real else open_plain(path) as file:
        file.seek(offset)
        return file.read(size)
