"""The process runtime: an attempt is a shim and the program below it, on this machine."""

import asyncio
import fcntl
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from ..contract.names import AttemptKey
from ..hosts.base import Host, HostFacts
from .base import (
    MARKER_VARIABLE,
    AttemptSpec,
    MachineError,
    NotRunningError,
    Observation,
    Phase,
    Problem,
    Runtime,
    Shell,
    StartError,
    Usage,
)
from .process_usage import usage_of
from .processes import end_members, find_members, is_alive, send
from .terminal import open_terminal

STARTED, TAKEN = 0, 3
KILLED = 128 + signal.SIGKILL
START_SECONDS = 60.0
SHIM_SECONDS = 15.0
LOOK_SECONDS = 0.01
ORPHAN_ROUNDS = 25

# Imported: a file that is run is compiled at each start, 11 ms of the shim's 32.
_BOOT = "import sys; sys.path.append(sys.argv[1]); import shim; sys.exit(shim.main(sys.argv[2]))"


class ProcessRuntime(Runtime):
    """Runs attempts as plain processes of the manager's user, on this machine."""

    kind = "process"

    def __init__(
        self,
        interpreter: str = sys.executable,
        shim: Path | None = None,
        shim_seconds: float = SHIM_SECONDS,
    ) -> None:
        path = shim or find_shim()
        boot = _BOOT.replace("shim", path.stem)
        self._shim = (interpreter, "-I", "-S", "-c", boot, str(path.parent))
        self._shim_seconds = shim_seconds

    def validate(self, spec: AttemptSpec, facts: HostFacts) -> list[Problem]:
        """Look for an image, a program or GPUs that cannot be had here."""
        return [Problem(message=text) for text in _problems(spec, facts)]

    async def start(self, host: Host, spec: AttemptSpec) -> None:
        """Write what to run and start a shim on it; the folder's claim lets only one run."""
        folder = Path(spec.folder)
        if (folder / "pid").exists() or (folder / "rc").exists():
            return
        try:
            _write_spec(folder, spec)
            marker = f"{MARKER_VARIABLE}={spec.marker}"
            argv = ("/usr/bin/env", marker, *self._shim, str(folder))
            completed = await host.run(argv, timeout=START_SECONDS)
        except (OSError, TimeoutError) as error:
            raise MachineError(f"cannot start {spec.key}: {error}") from error
        if completed.returncode not in (STARTED, TAKEN):
            reason = completed.stderr.decode("utf-8", "replace").strip()
            raise StartError(f"cannot start {spec.key}: {reason}")

    async def observe(
        self, host: Host, keys: Sequence[AttemptKey]
    ) -> dict[AttemptKey, Observation]:
        """Look at the folders, a few system calls each; what outlived its shim is ended first."""
        seen = {key: _look(Path(host.folder) / str(key)) for key in keys}
        for key, observation in seen.items():
            if observation.phase is Phase.LOST:
                ended = await asyncio.to_thread(_end_orphans, Path(host.folder) / str(key))
                seen[key] = observation if ended else replace(observation, phase=Phase.RUNNING)
        return seen

    async def signal(
        self,
        host: Host,  # noqa: ARG002  its processes are this machine's
        spec: AttemptSpec,
        number: int,
    ) -> int:
        """Signal every process but the shim, which is there to tell how they ended."""
        return await asyncio.to_thread(_signal, spec, number)

    async def kill(
        self,
        host: Host,  # noqa: ARG002  its processes are this machine's
        spec: AttemptSpec,
    ) -> None:
        """SIGKILL until nothing is left; one that never started is ended too and will not start."""
        try:
            await asyncio.to_thread(_kill, spec, self._shim_seconds)
        except RuntimeError:  # no thread to be had: a fork bomb has taken every place
            _kill(spec, self._shim_seconds)

    async def usage(self, host: Host, keys: Sequence[AttemptKey]) -> dict[AttemptKey, Usage]:
        """Add up what the shims' families use; what a family left to others is not seen."""
        shims = {_living_shim(Path(host.folder) / str(key)): str(key) for key in keys}
        shims.pop(0, None)
        used = await asyncio.to_thread(usage_of, shims)
        return {key: used[str(key)] for key in keys if str(key) in used}

    async def shell(
        self,
        host: Host,  # noqa: ARG002  its processes are this machine's
        spec: AttemptSpec,
        rows: int,
        columns: int,
    ) -> Shell:
        """Open a terminal where the attempt works; the marker makes its processes the attempt's."""
        folder = Path(spec.folder)
        if _look(folder).phase is not Phase.RUNNING:
            raise NotRunningError("its process does not run, or no longer")
        environment = {**spec.environment, MARKER_VARIABLE: spec.marker}
        where = Path(spec.working_directory or folder)
        return await open_terminal(environment, where, rows, columns)

    async def remove(self, host: Host, spec: AttemptSpec) -> None:
        """Kill what is left and forget what was run."""
        await self.kill(host, spec)
        (Path(spec.folder) / "attempt.json").unlink(missing_ok=True)


def find_shim() -> Path:
    """Return the program that runs one attempt; it needs no import of ours, nor we of it."""
    found = find_spec("jupyter_train_toolkit")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).with_name("shim.py")


def _problems(spec: AttemptSpec, facts: HostFacts) -> Iterator[str]:
    if spec.container is not None:
        image = spec.container.image
        yield f"the process runtime runs no images, and {image!r} is one; leave the image out"
    if not spec.argv or shutil.which(spec.argv[0], path=spec.environment.get("PATH")) is None:
        yield f"there is no program {' '.join(spec.argv[:1])!r} on this machine"
    there = {gpu.uuid for gpu in facts.gpus}
    for uuid in spec.resources.gpus:
        if uuid not in there:
            yield f"there is no GPU {uuid!r}; there is: {', '.join(sorted(there)) or 'none'}"


def _write_spec(folder: Path, spec: AttemptSpec) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    document = {
        "argv": list(spec.argv),
        "environment": {**spec.environment, MARKER_VARIABLE: spec.marker},
        "folder": spec.working_directory and str(spec.working_directory),
    }
    landing = folder / f"attempt.json.{os.getpid()}"
    file = os.open(landing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        json.dump(document, stream)
    landing.replace(folder / "attempt.json")


def _look(folder: Path) -> Observation:
    # Called for every attempt 20 times a second: file names as text, files without buffers.
    shim = _shim_of(folder)
    code = _ended(folder)
    # The shim writes rc as its last deed, so it may have ended between our two looks.
    if code is None and shim and not is_alive(*shim) and (code := _ended(folder)) is None:
        return Observation(phase=Phase.LOST, pid=shim[0], started=_started(folder))
    if code is not None:
        return Observation(
            phase=Phase.EXITED, exit_code=code[0], ended=code[1], started=_started(folder)
        )
    if shim is not None:
        return Observation(phase=Phase.RUNNING, pid=shim[0], started=_started(folder))
    prepared = (folder / "attempt.json").exists()
    return Observation(phase=Phase.CREATED if prepared else Phase.ABSENT)


def _shim_of(folder: Path) -> tuple[int, str] | None:
    words = _words(folder, "pid")
    return (int(words[0]), words[1]) if words else None


def _ended(folder: Path) -> tuple[int, float] | None:
    words = _words(folder, "rc")
    return (int(words[0]), float(words[1])) if words else None


def _started(folder: Path) -> float | None:
    try:
        return os.stat(f"{folder}/pid").st_mtime  # noqa: PTH116  a third of the time of Path.stat
    except FileNotFoundError:
        return None


def _words(folder: Path, name: str) -> list[str]:
    try:
        file = os.open(f"{folder}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return []
    try:
        return os.read(file, 256).decode("ascii").split()
    finally:
        os.close(file)


def _living_shim(folder: Path) -> int:
    shim = _shim_of(folder)
    return shim[0] if shim and is_alive(*shim) else 0


def _signal(spec: AttemptSpec, number: int) -> int:
    return send(find_members(spec.marker, _living_shim(Path(spec.folder))), number)


def _end_orphans(folder: Path) -> bool:
    """End what outlived its shim; False if something will not die, and so is not lost yet."""
    try:
        document = json.loads((folder / "attempt.json").read_bytes())
    except FileNotFoundError:
        return True  # removed, which ended it
    marker = document["environment"][MARKER_VARIABLE]
    for pause in _pauses(ORPHAN_ROUNDS):
        if not end_members(marker, 0):
            return True
        time.sleep(pause)
    return False


def _kill(spec: AttemptSpec, shim_seconds: float) -> None:
    folder = Path(spec.folder)
    _refuse_to_start(folder)
    patience = time.monotonic() + shim_seconds
    for pause in _pauses():
        shim = _living_shim(folder)
        if not end_members(spec.marker, shim) and not shim:
            return
        if shim and time.monotonic() > patience:
            send([shim], signal.SIGKILL)
        time.sleep(pause)


def _pauses(rounds: int = sys.maxsize) -> Iterator[float]:
    """Look again soon at first; a process in the middle of I/O may take its time to die."""
    for round_ in range(rounds):
        yield min(LOOK_SECONDS * 1.1**round_, 1.0) if round_ < 100 else 1.0


def _refuse_to_start(folder: Path) -> None:
    """End an attempt that nobody claimed: no shim starts where there is an rc."""
    if not folder.is_dir():
        return
    with _claimed(folder) as ours:
        if ours and not (folder / "pid").exists() and not (folder / "rc").exists():
            landing = folder / "rc.killed"
            landing.write_text(f"{KILLED} {time.time():.6f}\n", encoding="ascii")
            landing.replace(folder / "rc")


@contextmanager
def _claimed(folder: Path) -> Iterator[bool]:
    with (folder / "claim").open("a") as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
