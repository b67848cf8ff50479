"""What a host can do for us: say what it has, run programs, move files, follow a growing file."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One GPU; memory in bytes."""

    uuid: str
    name: str
    memory: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """What a host has: `cpus` it may use, `memory` in bytes, `boot_id` changes when it restarts."""

    cpus: float
    memory: int
    gpus: tuple[Gpu, ...] = ()
    boot_id: str = ""
    system: str = "linux"
    programs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """What a program that ended left behind."""

    returncode: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much of a tree is looked at: `entries` of each folder, `depth` folders down."""

    depth: int
    folders: int
    entries: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A plain file: its real path, its size in bytes, when it was written to (epoch seconds)."""

    path: PurePath
    size: int
    modified: float


class HostUnreachableError(Exception):
    """Nothing is known about the host now; never a proof that anything on it ended."""


class Host(ABC):
    """A real machine.  Knows files and programs, nothing of jobs.

    Every call may raise HostUnreachableError, and may then be repeated.  End of a `follow` is never
    proof that the writer ended.
    """

    id: str
    folder: PurePath
    """Where this manager keeps its attempts on the host."""

    @abstractmethod
    async def facts(self) -> HostFacts:
        """Describe the host."""

    @abstractmethod
    async def run(
        self, argv: Sequence[str], *, input: bytes | None = None, timeout: float = 60
    ) -> Completed:
        """Run a program to its end."""

    @abstractmethod
    async def push(self, source: PurePath, target: PurePath) -> None:
        """Copy a file or folder of the manager's machine onto the host."""

    @abstractmethod
    async def pull(self, source: PurePath, target: PurePath) -> None:
        """Copy a file or folder of the host onto the manager's machine."""

    @abstractmethod
    async def read(
        self, path: PurePath, offset: int = 0, size: int = -1, *, real: bool = False
    ) -> bytes:
        """Read bytes of a file; FileNotFoundError if there is none, OSError if it is no file.

        `real`: no part of the path may be a link, not only the last.
        """

    @abstractmethod
    async def find(self, folder: PurePath, part: str, bounds: Bounds) -> list[Found]:
        """Return files below a folder with `part` in their names; links are not followed.

        Hidden folders, and those in which programs keep their code, are left out.
        """

    @abstractmethod
    async def size(self, path: PurePath) -> int:
        """Return a file's size, 0 if there is none."""

    @abstractmethod
    async def list(self, path: PurePath) -> list[str]:
        """Return the names in a folder, sorted; [] if there is none."""

    @abstractmethod
    def follow(self, path: PurePath, offset: int) -> AsyncIterator[bytes]:
        """Yield what is appended from `offset` on, byte exact, until cancelled or out of reach.

        The file need not exist yet.  It may also end when the file has become shorter.
        """
