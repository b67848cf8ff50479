"""What a runtime does: start, observe and stop attempts on a host.

An attempt is a folder on its host, and the folder is the whole truth about it:

    log       stdout and stderr, appended by the job itself
    marks     lines "<epoch seconds> <size of log>", about one a second while the log grows
    claim     made exclusively by the one process that runs this attempt
    pid       "<pid> <start time>" of that process (process runtime)
    rc        "<exit code> <epoch seconds>", renamed into place when the attempt has ended
    metrics/  files of metric records, one per writing process (see contract.samples)
    ml/       what the job sees as /opt/ml
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
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
class AttemptSpec:
    """Everything a runtime needs; no word about jobs, users or stores."""

    manager_id: str
    key: AttemptKey
    folder: PurePath
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    working_directory: PurePath | None = None
    image: str | None = None
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
    """One look at one attempt; `exit_code` as the shell gives it (128 + n for signal n)."""

    phase: Phase
    exit_code: int | None = None
    ended: float | None = None
    started: float | None = None
    pid: int | None = None
    out_of_memory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why this spec cannot run here, and what would."""

    message: str


class StartError(Exception):
    """The attempt cannot be started and never will be as it is; the message is for the user."""


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
        """Start the attempt; StartError if that is impossible."""

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
