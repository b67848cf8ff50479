"""What a runtime does: start, observe and stop attempts on a host.

An attempt is a folder on its host, and the folder is the whole truth about it:

    log       stdout and stderr, appended by the job itself
    marks     lines "<epoch seconds> <size of log>", about one a second while the log grows
    claim     made exclusively by the one process that runs this attempt
    pid       "<pid> <start time>" of that process (process runtime)
    container the id of the container, there before it is started (docker runtime)
    rc        "<exit code> <epoch seconds>", renamed into place when the attempt has ended
    link/     manager.sock, by which a container speaks to its manager; a folder, so that the socket
              of the next manager is seen too
    metrics/  files of metric records, one per writing process (see contract.samples)
    ml/       what the job sees as /opt/ml
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath

from ..contract.names import AttemptKey
from ..hosts.base import Host, HostFacts

MARKER_VARIABLE = "JUPYTER_TRAIN_ATTEMPT"
"""Environment variable by which an attempt's processes are found: <manager id>/<attempt key>."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What an attempt may use: cpus (shares), memory in bytes, GPUs by uuid."""

    cpus: float = 1.0
    memory: int = 0
    gpus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A file or folder of the host, seen by a container; who asks has checked that it may be."""

    source: PurePath
    target: str
    writable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What an attempt in a container needs besides; sizes in bytes, 0 for the engine's own.

    `keep_entrypoint`: the attempt's argv follows the image's ENTRYPOINT instead of replacing it.
    `script_mode`: an image without a `train` program runs the toolkit's entry in its place.
    `user` is "uid:gid", None for the image's own.  `defaults` are variables for which the image's
    own go before.
    """

    image: str
    keep_entrypoint: bool = True
    script_mode: bool = False
    mounts: tuple[Mount, ...] = ()
    user: str | None = None
    isolated: bool = False
    shared_memory: int = 0
    volume: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSpec:
    """Everything a runtime needs; no word about jobs, users or stores.

    In a container `working_directory` and the environment speak of the container's own paths.
    """

    manager_id: str
    key: AttemptKey
    folder: PurePath
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    working_directory: PurePath | None = None
    container: Container | None = None
    resources: Resources = Resources()

    @property
    def marker(self) -> str:
        """The value of MARKER_VARIABLE in every process of the attempt."""
        return f"{self.manager_id}/{self.key}"


class Phase(StrEnum):
    """How far an attempt is, as far as its host can tell."""

    ABSENT = "absent"  # no folder: never started, or removed
    CREATED = "created"  # claimed, not running yet
    RUNNING = "running"
    EXITED = "exited"  # rc is there
    LOST = "lost"  # it ran, it is gone, and there is no rc


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One look at one attempt; `exit_code` as the shell gives it (128 + n for signal n).

    `out_of_memory`: some process of it was killed for memory, not always the one that ended it.
    `refused`: why what was asked for could not be run at all, in words for its owner.
    """

    phase: Phase
    exit_code: int | None = None
    ended: float | None = None
    started: float | None = None
    pid: int | None = None
    out_of_memory: bool = False
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What was made ready for an attempt: the image's id and digest, empty without an image."""

    image_id: str = ""
    image_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an attempt has used until `time` (epoch seconds): counters in seconds and bytes.

    `memory` is what it holds now, `memory_limit` what it may hold (0: no limit of its own).  A
    counter that nobody keeps is None.
    """

    time: float
    cpu_seconds: float
    memory: int
    memory_limit: int = 0
    disk_read: int = 0
    disk_written: int = 0
    network_in: int | None = 0
    network_out: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """Something a runtime made that no living attempt needs; `size` in bytes, -1 if unknown."""

    kind: str
    name: str
    created: float
    size: int = -1
    key: AttemptKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalImage:
    """An image that an engine has: a name it goes by, its id, digest ("" if never pulled), size."""

    name: str
    id: str
    digest: str = ""
    size: int = -1
    created: float = 0.0


Tell = Callable[[str], None]
"""Says to the job's owner what is being done, for instance how far an image is pulled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why this spec cannot run here, and what would."""

    message: str


class StartError(Exception):
    """The attempt cannot be started and never will be as it is; the message is for the user."""


class MachineError(StartError):
    """It cannot be started now, by no fault of its own: another try may help."""


class NotRunningError(Exception):
    """There is no process to speak to; the message is for the user."""


class Shell(ABC):
    """A terminal in a running attempt: bytes in, bytes out."""

    @abstractmethod
    async def read(self) -> bytes:
        """Return what it printed, b"" when it has ended."""

    @abstractmethod
    async def write(self, data: bytes) -> None:
        """Type this."""

    @abstractmethod
    async def resize(self, rows: int, columns: int) -> None:
        """Tell it how large the screen is."""

    @abstractmethod
    async def close(self) -> None:
        """End it; twice is once."""

    async def exit_code(self) -> int | None:
        """Return the code it ended with, None while it runs or if that is not known."""
        return None


class Runtime(ABC):
    """Start, observe and stop attempts on a host.

    A runtime knows nothing about jobs, stores or users.  Output goes to the attempt's folder;
    `start` twice with one key starts once, whatever died in between.
    """

    kind: str

    @abstractmethod
    def validate(self, spec: AttemptSpec, facts: HostFacts) -> list[Problem]:
        """Say what would go wrong, before anything is done."""

    @abstractmethod
    async def start(self, host: Host, spec: AttemptSpec) -> None:
        """Start the attempt; StartError if that is impossible, MachineError if only now."""

    @abstractmethod
    async def observe(
        self, host: Host, keys: Sequence[AttemptKey]
    ) -> dict[AttemptKey, Observation]:
        """Look at these attempts, all in one go."""

    @abstractmethod
    async def signal(self, host: Host, spec: AttemptSpec, number: int) -> int:
        """Signal every process of the attempt, wherever it hid; returns how many there were."""

    @abstractmethod
    async def kill(self, host: Host, spec: AttemptSpec) -> None:
        """SIGKILL until no process of the attempt is left."""

    @abstractmethod
    async def remove(self, host: Host, spec: AttemptSpec) -> None:
        """Kill what is left, delete what the runtime made (not the log, model or output folder)."""

    async def keep(self, host: Host, spec: AttemptSpec) -> bool:  # noqa: ARG002  not all can
        """Start what will run `spec` or one of its shape, without a command; False if none can be.

        An attempt whose folder was this one before it was renamed is started in what waits there,
        if that fits it.  `remove` ends what waits.
        """
        return False

    async def is_kept(self, host: Host, spec: AttemptSpec) -> bool:  # noqa: ARG002  for those who tell them apart
        """Tell whether what `keep` has started waits still."""
        return False

    async def unavailable(self) -> str | None:
        """Say why this runtime cannot be used now and what to do about it; None if it can."""
        return None

    async def version(self) -> str:
        """Return the version of the engine, "" where there is none to ask."""
        return ""

    async def images(self) -> list[LocalImage]:
        """Return the images that need no pulling; HostUnreachableError if there is no engine."""
        return []

    async def prepare(
        self,
        host: Host,  # noqa: ARG002  nothing takes long here
        spec: AttemptSpec,  # noqa: ARG002  for those who tell them apart
        tell: Tell,  # noqa: ARG002  for those who tell them apart
    ) -> Prepared:
        """Make ready what takes its time, such as an image; StartError if it cannot be had."""
        return Prepared()

    async def usage(
        self,
        host: Host,  # noqa: ARG002  not told apart here
        keys: Sequence[AttemptKey],  # noqa: ARG002  for those who tell them apart
    ) -> dict[AttemptKey, Usage]:
        """Return what these attempts use; those that do not run, or cannot be measured, lack."""
        return {}

    async def shell(self, host: Host, spec: AttemptSpec, rows: int, columns: int) -> Shell:  # noqa: ARG002  for those who tell them apart
        """Open a terminal in the attempt; NotRunningError if it does not run."""
        raise NotRunningError(f"the {self.kind} runtime opens no terminals")

    async def leftovers(self, host: Host, living: Collection[AttemptKey]) -> list[Leftover]:  # noqa: ARG002  for those who tell them apart
        """Return what this manager's attempts left, those that live excepted."""
        return []

    async def discard(self, host: Host, leftover: Leftover) -> None:  # noqa: B027  nothing is left
        """Remove one leftover; twice is once."""

    async def close(self) -> None:  # noqa: B027  nothing is held
        """Let go of the engine; attempts run on."""
