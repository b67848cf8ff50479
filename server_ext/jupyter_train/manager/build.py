"""Opens what lies in a state folder and makes the engine of it."""

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
    jobs = SqlJobs(home / "journal.sqlite")
    stores = Stores(
        jobs=jobs,
        writer=Writer(jobs),
        logs=SegmentLogs(home / "logs"),
        curves=SqlCurves(home / "curves.sqlite"),
        objects=FolderObjects(home / "objects"),
    )
    place = (LocalHost("local", settings.attempts), ProcessRuntime())
    return Manager(manager_id, settings, stores, place)
