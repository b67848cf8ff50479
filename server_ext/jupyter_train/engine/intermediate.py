"""Brings files of output/intermediate to their place while a job runs, each once it is still.

What goes wrong is left to the end of the job, when all of them are published and trouble is told.
"""

import asyncio
import logging
import stat
import time
from functools import partial
from pathlib import Path

from ..contract.spec import TrainingJob
from .errors import ClientError
from .folders import AttemptFolder
from .patience import whole
from .publish import Publisher
from .removal import walk

log = logging.getLogger(__name__)

_SHARE = 20  # a look takes a twentieth of the time at most

Stamps = dict[Path, tuple[int, int]]
"""Sizes and times of files: who has the same as before has not been written to."""


async def follow(
    publisher: Publisher, spec: TrainingJob, folder: AttemptFolder, every: float
) -> None:
    """Look again and again; what is being copied is copied to its end before this ends."""
    seen: Stamps = {}
    there: Stamps = {}
    while True:
        began = time.monotonic()
        found = await asyncio.to_thread(_stamps, folder.intermediate)
        still = {path: stamp for path, stamp in found.items() if seen.get(path) == stamp}
        fresh = [path for path, stamp in still.items() if there.get(path) != stamp]
        if fresh:
            await whole(partial(asyncio.to_thread, _publish, publisher, spec, folder, fresh))
            there |= {path: still[path] for path in fresh}
        seen = found
        await asyncio.sleep(max(every, _SHARE * (time.monotonic() - began)))


def _publish(
    publisher: Publisher, spec: TrainingJob, folder: AttemptFolder, files: list[Path]
) -> None:
    try:
        publisher.publish_intermediate(spec, folder, files)
    except (OSError, ValueError, RuntimeError, ClientError) as error:
        log.info("not published while the job %s runs: %s", spec.name, error)


def _stamps(folder: Path) -> Stamps:
    return {
        path: (found.st_size, found.st_mtime_ns)
        for path, found in walk(folder)
        if stat.S_ISREG(found.st_mode)
    }
