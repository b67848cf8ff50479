"""Brings files of output/intermediate to their place while a job runs, each once it is still.

What goes wrong is left to the end of the job, when all of them are published and trouble is told.
"""

import asyncio
import logging
import stat
from functools import partial
from itertools import islice
from pathlib import Path

from ..contract.spec import TrainingJob
from .errors import ClientError
from .folders import AttemptFolder
from .pace import Pace
from .patience import whole
from .publish import Publisher
from .removal import walk

log = logging.getLogger(__name__)

MOST_FILES = 20_000
"""Files that are looked at; of a job that has more, the others wait for its end."""

Stamps = dict[Path, tuple[int, int]]
"""Sizes and times of files: who has the same as before has not been written to."""


async def follow(
    publisher: Publisher, spec: TrainingJob, folder: AttemptFolder, every: float
) -> None:
    """Look again and again; what is being copied is copied to its end before this ends."""
    seen: Stamps = {}
    there: Stamps = {}
    pace = Pace(every)
    while True:
        with pace.look():
            found = await asyncio.to_thread(_stamps, folder.intermediate)
        still = {path: stamp for path, stamp in found.items() if seen.get(path) == stamp}
        fresh = [path for path, stamp in still.items() if there.get(path) != stamp]
        if fresh:
            work = partial(asyncio.to_thread, _publish, publisher, spec, folder, fresh)
            is_done = await whole(work)
            there |= {path: still[path] for path in fresh if is_done}
        seen = found
        await pace.rest()


def _publish(
    publisher: Publisher, spec: TrainingJob, folder: AttemptFolder, files: list[Path]
) -> bool:
    """Publish files; False if that is to be tried again, as one of them has just gone."""
    try:
        publisher.publish_intermediate(spec, folder, files)
    except FileNotFoundError:
        return False
    except (OSError, ValueError, RuntimeError, ClientError) as error:
        log.info("not published while the job %s runs: %s", spec.name, error)
    return True


def _stamps(folder: Path) -> Stamps:
    return {
        path: (found.st_size, found.st_mtime_ns)
        for path, found in islice(walk(folder), MOST_FILES)
        if stat.S_ISREG(found.st_mode)
    }
