"""What every job's life needs: one set per manager."""

from dataclasses import dataclass

from ..hosts.base import Host, HostFacts
from ..runtimes.base import Runtime
from ..store.base import LogStore
from .book import Book
from .collect import Sinks
from .command import Surroundings
from .publish import Publisher
from .queue import Queue
from .reserve import Reserve
from .settings import Settings
from .staging import Stager
from .tower import Tower


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Host and runtime, the stations before and after them, and where facts are written."""

    settings: Settings
    host: Host
    facts: HostFacts
    runtime: Runtime
    queue: Queue
    stager: Stager
    publisher: Publisher
    sinks: Sinks
    logs: LogStore
    tower: Tower
    book: Book
    around: Surroundings
    reserve: Reserve
