"""Opens what lies in a state folder and makes the engine of it."""

from ..contract.names import DEFAULT_BUCKET
from ..engine.manager import Manager
from ..engine.settings import Settings
from ..engine.stores import Stores
from ..hosts.local import LocalHost
from ..runtimes.process import ProcessRuntime
from ..store.curves import SqlCurves
from ..store.jobs import SqlJobs
from ..store.logs import SegmentLogs
from ..store.objects import FolderObjects
from ..store.writer import Writer


def open_manager(manager_id: str, settings: Settings) -> Manager:
    """Return the engine of a state folder, not started yet."""
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
    place = (LocalHost("local", settings.attempts), ProcessRuntime())
    return Manager(manager_id, settings, stores, place)
