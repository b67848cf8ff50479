"""A host and a runtime that do what a test tells them, without any process."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path, PurePath

from ..contract.names import AttemptKey
from ..hosts.base import Bounds, Completed, Found, Host, HostFacts, HostUnreachableError
from ..hosts.local import LocalHost
from ..runtimes.base import (
    AttemptSpec,
    Observation,
    Phase,
    Prepared,
    Problem,
    Runtime,
    StartError,
    Tell,
    Usage,
)

EIGHT_CPUS = HostFacts(cpus=8.0, memory=32 * 1024**3, boot_id="first")


class ScriptedHost(LocalHost):
    """A folder of this machine as a host with made-up facts, whose cable can be cut."""

    def __init__(self, id: str, folder: PurePath, facts: HostFacts = EIGHT_CPUS) -> None:
        super().__init__(id, folder)
        self._facts = facts
        self._cut = asyncio.Event()

    def cut(self) -> None:
        """Take the host out of reach: calls fail, and whoever follows a file comes to its end."""
        self._cut.set()

    def heal(self) -> None:
        """Bring it back."""
        self._cut = asyncio.Event()

    async def facts(self) -> HostFacts:
        """Return the facts it was made with."""
        self._reach()
        return self._facts

    async def run(
        self, argv: Sequence[str], *, input: bytes | None = None, timeout: float = 60
    ) -> Completed:
        """Run a program, if the host can be reached."""
        self._reach()
        return await super().run(argv, input=input, timeout=timeout)

    async def read(
        self, path: PurePath, offset: int = 0, size: int = -1, *, real: bool = False
    ) -> bytes:
        """Read a file, if the host can be reached."""
        self._reach()
        return await super().read(path, offset, size, real=real)

    async def find(self, folder: PurePath, part: str, bounds: Bounds) -> list[Found]:
        """Look for files, if the host can be reached."""
        self._reach()
        return await super().find(folder, part, bounds)

    async def size(self, path: PurePath) -> int:
        """Return a file's size, if the host can be reached."""
        self._reach()
        return await super().size(path)

    async def list(self, path: PurePath) -> list[str]:
        """List a folder, if the host can be reached."""
        self._reach()
        return await super().list(path)

    async def follow(self, path: PurePath, offset: int) -> AsyncIterator[bytes]:
        """Follow a file until the cable is cut."""
        self._reach()
        chunks = super().follow(path, offset)
        cut = asyncio.ensure_future(self._cut.wait())
        try:
            while True:
                chunk = asyncio.ensure_future(anext(chunks))
                await asyncio.wait({chunk, cut}, return_when=asyncio.FIRST_COMPLETED)
                if cut.done():
                    chunk.cancel()
                    await asyncio.wait({chunk})
                    return
                yield chunk.result()
        finally:
            cut.cancel()

    def _reach(self) -> None:
        if self._cut.is_set():
            raise HostUnreachableError(f"host {self.id} was cut off by the test")


class ScriptedRuntime(Runtime):
    """Attempts that run, print and end when the test says so.

    Their state is in their folders, so that a second instance sees what the first one left.
    """

    def __init__(self, clock: Callable[[], float] = time.time, kind: str = "scripted") -> None:
        self.kind = kind
        self.clock = clock
        self.missing: str | None = None
        self.pulling: tuple[str, ...] = ()
        self.image = Prepared()
        self.used: dict[AttemptKey, Usage] = {}
        self.prepared: list[AttemptSpec] = []
        self.closed = False
        self.started: list[AttemptSpec] = []
        self.signals: list[tuple[AttemptKey, int]] = []
        self.removed: list[AttemptKey] = []
        self.keeps = True
        self.kept: list[AttemptSpec] = []
        self.warm: list[AttemptKey] = []
        self.problems: list[Problem] = []
        self.start_error: str | None = None
        self.ends_on_signal = True

    def write(self, spec: AttemptSpec, output: str | bytes) -> None:
        """Let the attempt print."""
        data = output.encode() if isinstance(output, str) else output
        with (Path(spec.folder) / "log").open("ab") as log:
            log.write(data)

    def record(self, spec: AttemptSpec, records: bytes, writer: str = "1-0") -> None:
        """Let the attempt append to one of its metrics files."""
        folder = Path(spec.folder) / "metrics"
        folder.mkdir(exist_ok=True)
        with (folder / writer).open("ab") as file:
            file.write(records)

    def end(self, spec: AttemptSpec, code: int = 0) -> None:
        """Let the attempt end; the first end counts."""
        rc = Path(spec.folder) / "rc"
        if not rc.exists():
            rc.write_text(f"{code} {self.clock()}\n")

    def refuse(self, spec: AttemptSpec, words: str, code: int = 127) -> None:
        """Let the attempt end because what it was to run cannot be run."""
        (Path(spec.folder) / "refused").write_text(words)
        self.end(spec, code)

    def exhaust(self, spec: AttemptSpec) -> None:
        """Let a process of the attempt be killed for memory; what ends it is another matter."""
        (Path(spec.folder) / "oom").touch()

    def lose(self, spec: AttemptSpec) -> None:
        """Let the attempt vanish without an exit code."""
        (Path(spec.folder) / "lost").touch()

    def validate(self, spec: AttemptSpec, facts: HostFacts) -> list[Problem]:  # noqa: ARG002  scripted
        """Return the problems the test has put in."""
        return self.problems

    async def unavailable(self) -> str | None:
        """Return what the test says is missing."""
        return self.missing

    async def prepare(self, host: Host, spec: AttemptSpec, tell: Tell) -> Prepared:
        """Tell of the pulling and return the image that the test has put in."""
        await host.size(host.folder)
        self.prepared.append(spec)
        for message in self.pulling:
            tell(message)
        return self.image

    async def usage(self, host: Host, keys: Sequence[AttemptKey]) -> dict[AttemptKey, Usage]:
        """Return what the test says is used."""
        await host.size(host.folder)
        return {key: self.used[key] for key in keys if key in self.used}

    async def close(self) -> None:
        """Note it."""
        self.closed = True

    async def start(self, host: Host, spec: AttemptSpec) -> None:
        """Let the attempt run, once however often it is asked."""
        await host.size(host.folder)
        if self.start_error is not None:
            raise StartError(self.start_error)
        if _begin(Path(spec.folder), f"{len(self.started) + 1} {self.clock()}\n"):
            self.started.append(spec)
            if (Path(spec.folder) / "warm").exists():
                self.warm.append(spec.key)

    async def keep(self, host: Host, spec: AttemptSpec) -> bool:
        """Let something wait in the folder, unless the test has it refused."""
        await host.size(host.folder)
        if self.keeps:
            _wait(Path(spec.folder))
            self.kept.append(spec)
        return self.keeps

    async def is_kept(self, host: Host, spec: AttemptSpec) -> bool:
        """Read the folder; what the test has ended waits no more."""
        await host.size(host.folder)
        return (Path(spec.folder) / "warm").exists() and not (Path(spec.folder) / "rc").exists()

    async def observe(
        self, host: Host, keys: Sequence[AttemptKey]
    ) -> dict[AttemptKey, Observation]:
        """Read the folders."""
        await host.size(host.folder)
        return {key: _look(Path(host.folder) / str(key)) for key in keys}

    async def signal(self, host: Host, spec: AttemptSpec, number: int) -> int:
        """Note the signal; the attempt ends by it unless the test has it ignored."""
        self.signals.append((spec.key, number))
        seen = (await self.observe(host, [spec.key]))[spec.key]
        if seen.phase is not Phase.RUNNING:
            return 0
        if self.ends_on_signal or number == signal.SIGKILL:
            self.end(spec, 128 + number)
        return 1

    async def kill(self, host: Host, spec: AttemptSpec) -> None:
        """End the attempt whatever it does about signals."""
        await self.signal(host, spec, signal.SIGKILL)
        if _look(Path(spec.folder)).phase is Phase.CREATED:
            self.end(spec, 128 + signal.SIGKILL)

    async def remove(self, host: Host, spec: AttemptSpec) -> None:
        """Note it."""
        await self.kill(host, spec)
        self.removed.append(spec.key)


def _wait(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "warm").touch()


def _begin(folder: Path, pid: str) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "pid").exists() or (folder / "rc").exists():
        return False
    (folder / "pid").write_text(pid)
    return True


def _look(folder: Path) -> Observation:
    if (folder / "rc").exists():
        code, ended = (folder / "rc").read_text().split()
        refused = folder / "refused"
        return Observation(
            phase=Phase.EXITED,
            exit_code=int(code),
            ended=float(ended),
            out_of_memory=(folder / "oom").exists(),
            refused=refused.read_text() if refused.exists() else None,
        )
    if (folder / "lost").exists():
        return Observation(phase=Phase.LOST)
    if (folder / "pid").exists():
        pid, started = (folder / "pid").read_text().split()
        return Observation(phase=Phase.RUNNING, pid=int(pid), started=float(started))
    return Observation(phase=Phase.CREATED if folder.is_dir() else Phase.ABSENT)
