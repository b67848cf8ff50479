"""Opens what lies in a state folder and makes the engine of it."""

from collections.abc import Mapping

from ..contract.names import CONTAINER_RUNTIME, DEFAULT_BUCKET, PROCESS_RUNTIME
from ..engine.manager import Manager
from ..engine.settings import Settings
from ..engine.stores import Stores
from ..hosts.local import LocalHost
from ..runtimes.base import Runtime
from ..runtimes.docker.options import BRIDGE, PIDS, Options
from ..runtimes.docker.runtime import DockerRuntime
from ..runtimes.process import ProcessRuntime
from ..store.curves import SqlCurves
from ..store.jobs import SqlJobs
from ..store.logs import SegmentLogs
from ..store.objects import FolderObjects
from ..store.writer import Writer


def open_manager(
    manager_id: str, settings: Settings, runtimes: Mapping[str, Runtime] | None = None
) -> Manager:
    """Return the engine of a state folder, not started yet; `runtimes` replace ours by kind."""
    home = settings.home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    jobs = SqlJobs(home / "journal.sqlite")
    stores = Stores(
        jobs=jobs,
        writer=Writer(jobs),
        logs=SegmentLogs(home / "logs"),
        curves=SqlCurves(home / "curves.sqlite"),
        objects=FolderObjects(home / "objects"),
    )
    stores.objects.create_bucket(DEFAULT_BUCKET)  # where clients put a job's source
    ours = {PROCESS_RUNTIME: ProcessRuntime(), CONTAINER_RUNTIME: _docker(settings)}
    place = (LocalHost("local", settings.attempts), {**ours, **(runtimes or {})})
    return Manager(manager_id, settings, stores, place)


def _docker(settings: Settings) -> DockerRuntime:
    """Return the runtime of containers; it looks for its engine when the first one is needed."""
    given = settings.containers
    options = Options(
        host=given.host,
        images=settings.images,
        pids=given.pids or PIDS,
        network=given.network or BRIDGE,
    )
    return DockerRuntime(options)
