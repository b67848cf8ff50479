"""The docker runtime: verbs of the contract over the engine of this machine."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...contract.names import AttemptKey
from ...hosts.base import Host, HostFacts, HostUnreachableError
from ..base import (
    AttemptSpec,
    Leftover,
    LocalImage,
    NotRunningError,
    Observation,
    Phase,
    Prepared,
    Problem,
    Runtime,
    Shell,
    StartError,
    Tell,
    Usage,
)
from .blame import refusal
from .cgroup import Group, find_group, members, send, usage
from .detection import Detection
from .ending import Ender, Fate
from .engine import Engine
from .folder import (
    KILLED_CODE,
    End,
    container_id,
    look,
    mark_ended_by_us,
    started,
    write_end,
    write_id,
    write_lost,
)
from .images import Images
from .keeping import Keeper
from .locks import Locks
from .network import Network
from .options import Options
from .pulling import Download
from .remains import Remains
from .shellless import Copiers, is_copied
from .signals import signal_within
from .starting import Starter
from .terminal import open_shell
from .warm import waits
from .watch import Watch

LOOK_SECONDS = 0.02
LONGEST_PAUSE = 1.0
FINISH_SECONDS = 2.0
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
        self._keeper = Keeper(self._engine, self._starter)
        self._copiers = Copiers(self._engine)
        self._ender = Ender(self._engine, self._watch, self._copiers)
        self._detection = Detection(self._engine)
        self._remains = Remains(self._engine, self._network)
        self._groups: dict[str, Group | None] = {}
        self._alive: dict[str, tuple[str, Observation]] = {}
        self._finishing: dict[str, asyncio.Task[Fate]] = {}
        self._locks = Locks()

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

    async def prepare(self, host: Host, spec: AttemptSpec, tell: Tell) -> Prepared:  # noqa: ARG002  its engine is known
        """Pull the image unless it is here."""
        if spec.container is None:
            return Prepared()
        download = Download()
        try:
            name = spec.container.image
            image = await self._engine.run(self._images.fetch, name, tell, download)
        except asyncio.CancelledError:
            download.end()
            raise
        return image.prepared

    async def start(self, host: Host, spec: AttemptSpec) -> None:  # noqa: ARG002  its engine is known
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
        alive = self._still_alive(folders)
        if len(alive) == len(folders):
            return alive
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
            seen.update(await self._look(folders, running))
        except HostUnreachableError:
            if not seen:
                raise
        return seen

    async def signal(self, host: Host, spec: AttemptSpec, number: int) -> int:  # noqa: ARG002  its engine is known
        """Signal every process but the container's first and the toolkit's companion."""
        return await self._engine.run(self._signal, spec, number)

    async def kill(self, host: Host, spec: AttemptSpec) -> None:  # noqa: ARG002  its engine is known
        """SIGKILL until the container has ended; one that never started will not start."""
        await self._engine.run(self._kill, spec)

    async def remove(self, host: Host, spec: AttemptSpec) -> None:  # noqa: ARG002  its engine is known
        """Kill what is left and remove the container."""
        await self._engine.run(self._remove, spec)

    async def keep(self, host: Host, spec: AttemptSpec) -> bool:  # noqa: ARG002  its engine is known
        """Start a container that waits for its command."""
        return await self._engine.run(self._keep, spec)

    async def is_kept(self, host: Host, spec: AttemptSpec) -> bool:  # noqa: ARG002  its engine is known
        """Ask the kernel: the engine is not needed for it."""
        return waits(Path(spec.folder))

    async def unavailable(self) -> str | None:
        """Look which engine is there."""
        return await self._engine.run(self._detection.problem)

    async def version(self) -> str:
        """Return the engine's version, "" while it does not answer."""
        try:
            found = await self._engine.run(self._engine.call, "version")
        except HostUnreachableError:
            return ""
        return str(found.get("Version", ""))

    async def images(self) -> list[LocalImage]:
        """Return the images that the engine has."""
        return await self._engine.run(self._images.local)

    async def usage(self, host: Host, keys: Sequence[AttemptKey]) -> dict[AttemptKey, Usage]:
        """Read the kernel's counters, a few files each; the engine is asked once per container."""
        return await self._engine.run(self._usage, str(host.folder), list(keys))

    async def shell(self, host: Host, spec: AttemptSpec, rows: int, columns: int) -> Shell:  # noqa: ARG002  its engine is known
        """Open a terminal in the container."""
        found = await self._engine.run(self._starter.find, spec)
        if found is None or not found["State"]["Running"] or found["State"]["Paused"]:
            raise NotRunningError(f"the container of {spec.key} does not run")
        return await open_shell(self._engine, found["Id"], rows, columns)

    async def leftovers(self, host: Host, living: Collection[AttemptKey]) -> list[Leftover]:
        """Return containers that no living attempt needs, and the network if nobody is in it."""
        return await self._engine.run(self._remains.find, str(host.folder), set(living))

    async def discard(self, host: Host, leftover: Leftover) -> None:  # noqa: ARG002  its engine is known
        """Remove one of those."""
        await self._engine.run(self._remains.remove, leftover)

    async def close(self) -> None:
        """Let go of the engine; attempts run on."""
        self._watch.close()
        await asyncio.to_thread(self._copiers.close)
        await asyncio.to_thread(self._engine.close)

    def _start(self, spec: AttemptSpec) -> None:
        import docker  # noqa: PLC0415  see engine

        with self._locks.of(spec.folder):
            try:
                identity = self._keeper.take(spec) or self._starter.start(spec)
            except docker.errors.APIError as error:
                raise refusal(f"cannot start {spec.key}: {error.explanation}", error) from error
            if identity:
                self._watch.started(identity)

    def _keep(self, spec: AttemptSpec) -> bool:
        import docker  # noqa: PLC0415  see engine

        with self._locks.of(spec.folder):
            try:
                return self._keeper.keep(spec)
            except docker.errors.APIError as error:
                raise refusal(f"no container is kept: {error.explanation}", error) from error

    async def _refresh(self, identities: Any) -> None:
        wanted = list(identities)
        if wanted and not self._watch.fresh(wanted):
            await self._engine.run(self._watch.refresh)

    async def _look(
        self, folders: Mapping[AttemptKey, str], running: Mapping[AttemptKey, str]
    ) -> dict[AttemptKey, Observation]:
        living = {key: self._living(folders[key], each) for key, each in running.items()}
        over = [key for key, found in living.items() if found is None]
        ends = await asyncio.gather(*(self._over(folders[key], running[key]) for key in over))
        seen = {key: found for key, found in living.items() if found is not None}
        told = zip(over, ends, strict=True)
        seen.update({key: each for key, each in told if isinstance(each, Observation)})
        for error in ends:
            if not seen and isinstance(error, HostUnreachableError):
                raise error
        return seen

    def _still_alive(self, folders: Mapping[AttemptKey, str]) -> dict[AttemptKey, Observation]:
        """Return those that were seen to run and run, without a look: an end comes as an event."""
        known = {key: self._alive[each] for key, each in folders.items() if each in self._alive}
        if not self._watch.fresh([identity for identity, _ in known.values()]):
            return {}
        return {
            key: seen
            for key, (identity, seen) in known.items()
            if self._watch.state(identity) in _RUNNING
        }

    def _living(self, folder: str, identity: str) -> Observation | None:
        state = self._watch.state(identity)
        if state not in _RUNNING:
            self._alive.pop(folder, None)
            return Observation(phase=Phase.CREATED) if state == "created" else None
        seen = Observation(phase=Phase.RUNNING, started=started(folder))
        if is_copied(folder):
            self._copiers.ensure(Path(folder), identity)
        else:
            self._alive[folder] = identity, seen
        return seen

    async def _over(self, folder: str, identity: str) -> Observation | HostUnreachableError:
        fate = Fate.GONE
        if self._watch.state(identity) and look(folder) is None:
            try:
                fate = await self._finish(folder, identity)
            except HostUnreachableError as error:
                return error
        if found := look(folder):
            return found
        phase = Phase.RUNNING if fate is Fate.LIVES else Phase.LOST
        return Observation(phase=phase, started=started(folder))

    async def _finish(self, folder: str, identity: str) -> Fate:
        """Write its end, once at a time; who takes long for that holds up no other."""
        task = self._finishing.get(identity)
        if task is None or task.done():
            work = self._engine.run(self._ender.finish, Path(folder), identity)
            task = self._finishing[identity] = asyncio.create_task(work)
            task.add_done_callback(lambda _: self._finishing.pop(identity, None))
        done, _ = await asyncio.wait((task,), timeout=FINISH_SECONDS)
        return task.result() if done else Fate.LIVES

    def _signal(self, spec: AttemptSpec, number: int) -> int:
        import docker  # noqa: PLC0415  see engine

        found = self._starter.find(spec)
        if found is None or not found["State"]["Running"]:
            return 0
        mark_ended_by_us(Path(spec.folder))
        if number and found["State"]["Paused"]:
            self._engine.call("unpause", found["Id"])
        group = find_group(found["Id"], found["State"]["Pid"])
        try:
            if group is not None:
                return send(members(group), number)
        except PermissionError:  # the image's own user is not ours to signal
            pass
        try:
            return signal_within(self._engine, found, number)
        except docker.errors.APIError as error:
            if error.status_code in (404, 409):  # it has ended meanwhile
                return 0
            raise

    def _usage(self, attempts: str, keys: list[AttemptKey]) -> dict[AttemptKey, Usage]:
        found = {}
        for key in keys:
            identity = container_id(f"{attempts}/{key}")
            group = self._group(identity) if identity else None
            if group is not None and (used := usage(group)) is not None:
                found[key] = used
        return found

    def _group(self, identity: str) -> Group | None:
        import docker  # noqa: PLC0415  see engine

        if self._watch.state(identity) not in _RUNNING:
            self._groups.pop(identity, None)
            return None
        if identity not in self._groups:
            with suppress(docker.errors.APIError):
                state = self._engine.call("inspect_container", identity)["State"]
                self._groups[identity] = find_group(identity, state["Pid"])
        return self._groups.get(identity)

    def _kill(self, spec: AttemptSpec) -> None:
        folder = Path(spec.folder)
        with self._locks.of(spec.folder):
            if look(str(folder)) is not None or not folder.is_dir():
                return
            mark_ended_by_us(folder)
            found = self._starter.find(spec)
            if found is None:
                self._never(folder)
            elif found["State"]["Status"] == "created":
                self._engine.remove(found["Id"])
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

        pause = LOOK_SECONDS
        while (fate := self._ender.finish(folder, identity)) is not Fate.ENDED:
            if fate is Fate.GONE:
                write_lost(folder)
                return
            try:
                self._engine.call("kill", identity, "SIGKILL")
            except docker.errors.APIError as error:
                if error.status_code not in (404, 409):  # it has ended meanwhile
                    raise
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)  # one in the kernel's hands may take minutes

    def _remove(self, spec: AttemptSpec) -> None:
        self._kill(spec)
        with self._locks.of(spec.folder):
            found = self._starter.find(spec)
            if found is None:
                return
            self._engine.remove(found["Id"])
            self._watch.gone(found["Id"])
            self._groups.pop(found["Id"], None)
            self._alive.pop(str(spec.folder), None)
