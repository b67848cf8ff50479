"""What every job's life needs: one set per manager."""

from dataclasses import dataclass

from ..contract.record import JobRecord
from ..hosts.base import Host, HostFacts
from ..store.base import LogStore
from .artifacts import Artifacts
from .belongings import Belongings
from .book import Book
from .collect import Sinks
from .command import Surroundings
from .doors import NO_DOORS, Doors
from .lanes import Lane, Lanes
from .pool import Pool
from .publish import Publisher
from .queue import Queue
from .reserve import Reserve
from .settings import Settings
from .staging import Stager
from .usage import Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Host and runtimes, the stations before and after them, and where facts are written."""

    settings: Settings
    host: Host
    facts: HostFacts
    lanes: Lanes
    queue: Queue
    pool: Pool
    stager: Stager
    publisher: Publisher
    belongings: Belongings
    artifacts: Artifacts
    sinks: Sinks
    logs: LogStore
    book: Book
    around: Surroundings
    reserve: Reserve
    doors: Doors = NO_DOORS
    meter: Meter

    def lane_of(self, record: JobRecord) -> Lane:
        """Return where a job runs; before it is placed, where it will."""
        return self.lanes.of(record.runtime or record.spec.runtime)
