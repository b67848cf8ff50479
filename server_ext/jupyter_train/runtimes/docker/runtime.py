"""The docker runtime: verbs of the contract over the engine of this machine."""

import threading
import time
import weakref
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...contract.names import AttemptKey
from ...hosts.base import Host, HostFacts, HostUnreachableError
from ..base import (
    AttemptSpec,
    Observation,
    Phase,
    Prepared,
    Problem,
    Runtime,
    StartError,
    Tell,
)
from .ending import Ender
from .engine import Engine
from .folder import (
    KILLED_CODE,
    End,
    container_id,
    look,
    mark_killed,
    started,
    write_end,
    write_id,
    write_lost,
)
from .images import Images
from .network import Network
from .options import Options
from .starting import Starter
from .watch import Watch

LOOK_SECONDS = 0.02
_RUNNING = ("running", "paused", "restarting")


class DockerRuntime(Runtime):
    """Runs attempts as containers of the local engine."""

    kind = "docker"

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self._engine = Engine(self.options.host)
        self._watch = Watch(self._engine)
        self._images = Images(self._engine, self.options.images)
        self._network = Network(self._engine)
        self._starter = Starter(self._engine, self._images, self._network, self.options)
        self._ender = Ender(self._engine, self._watch)
        self._locks: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()
        self._guard = threading.Lock()

    def validate(self, spec: AttemptSpec, facts: HostFacts) -> list[Problem]:
        """Look for GPUs that are not here; of programs only the image knows."""
        problems = []
        if spec.container is None:
            problems.append("the docker runtime runs images, and none is named")
        there = {gpu.uuid for gpu in facts.gpus}
        problems += [
            f"there is no GPU {uuid!r}; there is: {', '.join(sorted(there)) or 'none'}"
            for uuid in spec.resources.gpus
            if uuid not in there
        ]
        return [Problem(message=text) for text in problems]

    async def prepare(self, host: Host, spec: AttemptSpec, tell: Tell) -> Prepared:  # noqa: ARG002
        """Pull the image unless it is here."""
        if spec.container is None:
            return Prepared()
        image = await self._engine.run(self._images.fetch, spec.container.image, tell)
        return image.prepared

    async def start(self, host: Host, spec: AttemptSpec) -> None:  # noqa: ARG002
        """Create and start the container, once; its name lets no other be."""
        if spec.container is None:
            raise StartError(f"cannot start {spec.key}: no image is named")
        await self._engine.run(self._start, spec)

    async def observe(
        self, host: Host, keys: Sequence[AttemptKey]
    ) -> dict[AttemptKey, Observation]:
        """Look at the folders, and at the engine for those that have not ended.

        If the engine is away, those that it alone knows are left out, unless that is all of them.
        """
        folders = {key: f"{host.folder}/{key}" for key in keys}
        seen = {key: found for key, folder in folders.items() if (found := look(folder))}
        running = {
            key: identity
            for key, folder in folders.items()
            if key not in seen and (identity := container_id(folder))
        }
        for key in keys:
            if key not in seen and key not in running:
                seen[key] = Observation(phase=Phase.ABSENT)
        try:
            await self._refresh(running.values())
            for key, identity in running.items():
                seen[key] = await self._look(folders[key], identity)
        except HostUnreachableError:
            if not seen:
                raise
        return seen

    async def signal(self, host: Host, spec: AttemptSpec, number: int) -> int:  # noqa: ARG002
        """Signal every process but the container's first and the toolkit's companion."""
        return await self._engine.run(self._signal, spec, number)

    async def kill(self, host: Host, spec: AttemptSpec) -> None:  # noqa: ARG002
        """SIGKILL until the container has ended; one that never started will not start."""
        await self._engine.run(self._kill, spec)

    async def remove(self, host: Host, spec: AttemptSpec) -> None:  # noqa: ARG002
        """Kill what is left and remove the container."""
        await self._engine.run(self._remove, spec)

    async def close(self) -> None:
        """Let go of the engine; attempts run on."""
        self._watch.close()
        self._engine.close()

    def _start(self, spec: AttemptSpec) -> None:
        with self._lock(spec):
            identity = self._starter.start(spec)
            if identity:
                self._watch.heard(identity, "running")

    async def _refresh(self, identities: Any) -> None:
        wanted = list(identities)
        if wanted and not self._watch.fresh(wanted):
            await self._engine.run(self._watch.refresh)

    async def _look(self, folder: str, identity: str) -> Observation:
        state = self._watch.state(identity)
        if state in _RUNNING:
            return Observation(phase=Phase.RUNNING, started=started(folder))
        if state == "created":
            return Observation(phase=Phase.CREATED)
        if state:
            await self._engine.run(self._ender.finish, Path(folder), identity)
        if found := look(folder):
            return found
        if self._watch.state(identity) in ("created", *_RUNNING):
            return Observation(phase=Phase.RUNNING, started=started(folder))
        return Observation(phase=Phase.LOST, started=started(folder))

    def _signal(self, spec: AttemptSpec, number: int) -> int:
        found = self._starter.find(spec)
        if found is None or not found["State"]["Running"]:
            return 0
        if number:
            self._engine.call("kill", found["Id"], number)
        return 1

    def _kill(self, spec: AttemptSpec) -> None:
        folder = Path(spec.folder)
        with self._lock(spec):
            if look(str(folder)) is not None or not folder.is_dir():
                return
            mark_killed(folder)
            found = self._starter.find(spec)
            if found is None:
                self._never(folder)
            elif found["State"]["Status"] == "created":
                self._engine.call("remove_container", found["Id"], v=True, force=True)
                write_end(folder, End(code=KILLED_CODE, time=time.time()))
            else:
                write_id(folder, found["Id"])
                self._kill_running(folder, found["Id"])

    def _never(self, folder: Path) -> None:
        if container_id(str(folder)):
            write_lost(folder)
        else:
            write_end(folder, End(code=KILLED_CODE, time=time.time()))

    def _kill_running(self, folder: Path, identity: str) -> None:
        import docker  # noqa: PLC0415  see engine

        while not self._ender.finish(folder, identity):
            if not self._watch.state(identity):
                write_lost(folder)
                return
            try:
                self._engine.call("kill", identity, "SIGKILL")
            except docker.errors.APIError as error:
                if error.status_code not in (404, 409):  # it has ended meanwhile
                    raise
            time.sleep(LOOK_SECONDS)

    def _remove(self, spec: AttemptSpec) -> None:
        import docker  # noqa: PLC0415

        self._kill(spec)
        with self._lock(spec):
            found = self._starter.find(spec)
            if found is None:
                return
            with suppress(docker.errors.NotFound):
                self._engine.call("remove_container", found["Id"], v=True, force=True)
            self._watch.heard(found["Id"], "")

    def _lock(self, spec: AttemptSpec) -> Any:
        """Return the lock of an attempt; a thread that outlives its caller keeps it too."""
        with self._guard:
            lock = self._locks.get(str(spec.folder))
            if lock is None:
                lock = self._locks[str(spec.folder)] = _Lock()
            return lock


class _Lock:
    """A lock that can be referred to weakly."""

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
