"""A container that waits after a job for the next one of its shape, and what that shape is."""

import asyncio
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..contract.names import CONTAINER_RUNTIME, AttemptKey
from ..contract.record import JobRecord
from ..contract.spec import TrainingJob
from ..runtimes.base import AttemptSpec, Resources
from .channels import nameless
from .command import Surroundings, Try, attempt_spec, envs_of
from .folders import attempt_folder
from .lanes import Lane, Lanes
from .placement import WARM
from .settings import Settings
from .staging import Stager


@dataclass(slots=True, kw_only=True, eq=False)
class Idle:
    """What is kept of one job, and for how long; `taker` is the job to which it was promised.

    Nothing is said any more of a job that `is_forgotten`: it is being deleted.
    """

    record: JobRecord
    lent: Resources
    since: float
    made: "asyncio.Future[bool]"
    poked: asyncio.Event = field(default_factory=asyncio.Event)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    taker: str = ""
    is_forgotten: bool = False

    @property
    def id(self) -> str:
        """By what it holds its share of the host."""
        return f"{WARM}{self.record.id}"

    @property
    def key(self) -> AttemptKey:
        """What its folder and container are called by."""
        return AttemptKey(job_id=self.id, attempt=self.record.attempt)

    @property
    def shape(self) -> tuple[Any, ...]:
        """What a job must have in common with the one that left it."""
        return shape_of(self.record)

    def left(self, now: float) -> float:
        """Return for how many seconds it is still to be kept."""
        return self.since + self.record.spec.keep_alive - now


def shape_of(record: JobRecord) -> tuple[Any, ...]:
    """Return what jobs must share for one to follow the other in a container.

    The runtime compares what the containers really are; this finds out who is worth asking, before
    anything is staged.
    """
    spec, document = record.spec, record.document
    checkpoints = spec.checkpoints
    return (
        record.owner,
        spec.role_arn,
        spec.image,
        spec.instance_type,
        spec.instance_count,
        spec.volume_gib,
        spec.network_isolation,
        spec.is_script_mode,
        str(document.get("VpcConfig")),
        document.get("ResourceConfig", {}).get("VolumeKmsKeyId"),
        document.get("EnableInterContainerTrafficEncryption", False),
        checkpoints and (checkpoints.uri, checkpoints.local_path),
        tuple((each.name, nameless(each.uri, spec.name)) for each in spec.channels),
    )


def can_wait(spec: TrainingJob) -> bool:
    """Tell whether another job could follow this one in a container.

    TensorBoard files go to a folder named after the job, and mounts cannot be changed.
    """
    return not spec.is_process and spec.tensorboard is None


class Idles:
    """Makes and removes what waits."""

    def __init__(
        self, settings: Settings, around: Surroundings, lanes: Lanes, stager: Stager
    ) -> None:
        self._settings = settings
        self._around = around
        self._lanes = lanes
        self._stager = stager

    async def make(self, idle: Idle) -> bool:
        """Start it; False if none can wait."""
        spec = await asyncio.to_thread(self._spec, idle)
        lane = self._lane()
        return await lane.runtime.keep(lane.host, spec)

    async def waits(self, idle: Idle) -> bool:
        """Tell whether it waits still."""
        lane = self._lane()
        return await lane.runtime.is_kept(lane.host, self.named(idle.key))

    def give(self, idle: Idle, folder: Path) -> bool:
        """Let its folder be that of an attempt; False if there is one already."""
        if folder.exists():
            return False
        waiting = Path(self.named(idle.key).folder)
        waiting.rename(folder)
        self._stager.writers.leave(waiting)
        return True

    async def remove(self, key: AttemptKey) -> None:
        """Remove its container."""
        await self._lane().remove(self.named(key))

    async def clear(self, key: AttemptKey) -> None:
        """Remove its container and its folder."""
        await self.remove(key)
        self._stager.writers.leave(Path(self.named(key).folder))
        await asyncio.to_thread(shutil.rmtree, self.named(key).folder, ignore_errors=True)

    def named(self, key: AttemptKey) -> AttemptSpec:
        """Return what finds it again."""
        folder = attempt_folder(self._settings.attempts, key).root
        return AttemptSpec(manager_id=self._around.manager_id, key=key, folder=folder, argv=())

    def _lane(self) -> Lane:
        return self._lanes.of(CONTAINER_RUNTIME)

    def _spec(self, idle: Idle) -> AttemptSpec:
        spec, folder = idle.record.spec, attempt_folder(self._settings.attempts, idle.key)
        mounts = self._stager.outline(spec, folder)
        this = Try(
            spec=spec,
            key=idle.key,
            folder=folder,
            lent=idle.lent,
            mounts=mounts,
            image_id=idle.record.image,
        )
        if spec.is_script_mode:
            envs_of(this, self._around).mkdir(parents=True, exist_ok=True)
        made = attempt_spec(this, self._around)
        assert made.container is not None
        # Labels cannot be changed, and this container is not that job's.
        container = replace(made.container, labels={"jupyter-train.after": spec.name})
        return replace(made, container=container)
