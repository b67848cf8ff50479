"""What nobody needs any more: containers, networks, folders of attempts, copies, environments.

A leftover is named by an id made of what it is; only what was just found can be removed, so no
name that a caller makes up leads anywhere.
"""

import asyncio
import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ..contract.names import AttemptKey
from ..contract.record import JobRecord
from ..hosts.base import Host, HostUnreachableError
from ..runtimes.base import Leftover as Found
from ..runtimes.base import Runtime
from ..store.base import JobStore, UnknownJobError
from .folders import AttemptFolder
from .removal import delete, size_of

ATTEMPT, TOOLKIT, ENVIRONMENT = "attempt", "toolkit", "environment"

Living = Callable[[], Collection[AttemptKey]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """Something that may go; `kept` says that it holds what is nowhere else, `reason` why."""

    kind: str
    name: str
    created: float
    size: int = -1
    job: str = ""
    reason: str = ""
    kept: bool = False
    key: AttemptKey | None = None
    runtime: str = ""

    @property
    def id(self) -> str:
        """What it is called by; the same for the same thing."""
        words = f"{self.runtime}/{self.kind}/{self.name}"
        return hashlib.sha256(os.fsencode(words)).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found, and by runtime why it could not be asked."""

    leftovers: tuple[Leftover, ...]
    silent: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What was removed, and by id why something was not."""

    removed: tuple[Leftover, ...]
    left: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where leftovers may lie; `adopted` are the attempts that a manager before us started."""

    home: Path
    toolkit: Path
    adopted: Collection[AttemptKey]

    @property
    def attempts(self) -> Path:
        """Where attempts have their folders."""
        return self.home / "attempts"


def living_of(records: Iterable[JobRecord]) -> set[AttemptKey]:
    """Return the attempts of these jobs that run, or begin before anybody looks again."""
    return {
        AttemptKey(job_id=record.id, attempt=record.attempt + more, rank=rank)
        for record in records
        for more in (0, 1)
        for rank in range(record.spec.instance_count)
    }


class Leftovers:
    """Finds and removes them; what lives is looked at again before each removal."""

    def __init__(
        self,
        ground: Ground,
        jobs: JobStore,
        place: tuple[Host, Mapping[str, Runtime]],
        living: Living,
    ) -> None:
        self._ground = ground
        self._jobs = jobs
        self._host, self._runtimes = place
        self._living = living

    async def find(self) -> Findings:
        """Return everything that is not needed."""
        found, silent = await self._ask_runtimes()
        found += await asyncio.to_thread(lambda: list(self._folders()))
        # A job may have begun meanwhile.
        needed = tuple(each for each in found if not self._is_needed(each))
        return Findings(leftovers=needed, silent=silent)

    async def remove(self, ids: Collection[str], *, kept: bool = False) -> Removal:
        """Remove what these ids mean now; of what is kept only with `kept`."""
        there = {each.id: each for each in (await self.find()).leftovers}
        removed: list[Leftover] = []
        left: dict[str, str] = {}
        for id_ in dict.fromkeys(ids):
            reason = await self._remove(there.get(id_), kept=kept)
            if reason is None:
                removed.append(there[id_])
            else:
                left[id_] = reason
        return Removal(removed=tuple(removed), left=left)

    async def _remove(self, one: Leftover | None, *, kept: bool) -> str | None:
        if one is None or self._is_needed(one):
            return "it is no leftover, or no longer"
        if one.kept and not kept:
            return f"it is kept: {one.reason}"
        if one.runtime:
            return await self._discard(one)
        if one.kind == ENVIRONMENT:
            return await self._remove_environment(self._ground.home / "envs" / one.name)
        parent = self._ground.attempts if one.kind == ATTEMPT else self._ground.toolkit.parent
        return await asyncio.to_thread(delete, parent / one.name)

    async def _discard(self, one: Leftover) -> str | None:
        found = Found(kind=one.kind, name=one.name, created=one.created, size=one.size, key=one.key)
        try:
            await self._runtimes[one.runtime].discard(self._host, found)
        except (HostUnreachableError, OSError) as error:
            return str(error)
        return None

    async def _remove_environment(self, folder: Path) -> str | None:
        """Take it out of sight, and only then delete it: a job that wants it makes it anew."""
        gone = folder.with_name(f".gone-{secrets.token_hex(4)}")
        return self._hide(folder, gone) or await asyncio.to_thread(delete, gone)

    def _hide(self, folder: Path, gone: Path) -> str | None:
        with _locked(folder) as is_free:
            if not is_free or self._environments_are_needed():
                return "a job uses it"
            try:
                folder.rename(gone)
            except OSError as error:
                return str(error)
        return None

    async def _ask_runtimes(self) -> tuple[list[Leftover], dict[str, str]]:
        found: list[Leftover] = []
        silent: dict[str, str] = {}
        for kind, runtime in self._runtimes.items():
            try:
                there = await runtime.leftovers(self._host, set(self._living()))
            except HostUnreachableError as error:
                silent[kind] = str(error)
                continue
            found += [self._of_runtime(kind, each) for each in there]
        return found, silent

    def _of_runtime(self, runtime: str, found: Found) -> Leftover:
        return Leftover(
            kind=found.kind,
            name=found.name,
            created=found.created,
            size=found.size,
            key=found.key,
            runtime=runtime,
            job=self._job_of(found.key)[0],
        )

    def _folders(self) -> Iterator[Leftover]:
        living = {str(key) for key in self._living()}
        for path in _entries(self._ground.attempts):
            if path.name not in living:
                yield self._attempt(path)
        if not set(self._ground.adopted) & set(self._living()):
            for path in _entries(self._ground.toolkit.parent):
                if path != self._ground.toolkit:
                    yield _leftover(TOOLKIT, path)
        if not self._environments_are_needed():
            for path in _entries(self._ground.home / "envs"):
                if path.is_dir():
                    yield _leftover(ENVIRONMENT, path)

    def _attempt(self, path: Path) -> Leftover:
        key = _key(path.name)
        job, failure = self._job_of(key)
        found = replace(_leftover(ATTEMPT, path), key=key, job=job)
        note = AttemptFolder(path).keep
        if not note.exists():
            return found
        return replace(found, kept=True, reason=failure or "its job is not known any more")

    def _job_of(self, key: AttemptKey | None) -> tuple[str, str]:
        """Return the name of an attempt's job and why it failed, as far as that is known."""
        try:
            record = self._jobs.get(key.job_id if key else "")
        except UnknownJobError:
            return "", ""
        return record.name, record.failure_reason or "what it made was not published"

    def _is_needed(self, one: Leftover) -> bool:
        living = self._living()
        if one.kind == TOOLKIT:
            return bool(set(self._ground.adopted) & set(living))
        if one.kind == ENVIRONMENT:
            return self._environments_are_needed()
        return one.key in living or (one.key is None and bool(one.runtime) and bool(living))

    def _environments_are_needed(self) -> bool:
        """Whether some attempt that lives may use one; from outside nobody sees which."""
        return any(_may_use_environment(self._ground.attempts / str(k)) for k in self._living())


def _may_use_environment(root: Path) -> bool:
    folder = AttemptFolder(root)
    if not root.is_dir():
        return False  # it has not begun
    return not (root / "pid").exists() or (folder.code / "requirements.txt").exists()


def _key(name: str) -> AttemptKey | None:
    try:
        return AttemptKey.parse(name)
    except ValueError:
        return None


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []


def _leftover(kind: str, path: Path) -> Leftover:
    try:
        created = path.lstat().st_mtime
    except OSError:  # it has just gone
        created = 0.0
    return Leftover(kind=kind, name=path.name, created=created, size=size_of(path))


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold the locks of an environment, or of all that were made for one image."""
    locks = [folder.with_name(f"{folder.name}.lock"), *folder.glob("*.lock")]
    with ExitStack() as held:
        for path in locks:
            lock = _opened(path)
            if lock is None:
                continue
            held.callback(os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
        yield True


def _opened(path: Path) -> int | None:
    """Open a lock that a job may have made: no link is followed, no pipe waited for."""
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
