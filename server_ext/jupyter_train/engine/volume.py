"""What a job may fill of the disk: engines limit their own layers, and no folder that is mounted.

So the manager looks now and then.  What grows between two looks is not stopped, and whatever lies
on the disk when a job has ended is published all the same.
"""

import asyncio
import logging

from ..contract.spec import TrainingJob
from .folders import AttemptFolder
from .pace import Pace
from .removal import size_of

log = logging.getLogger(__name__)

GIB = 1 << 30

MOST_FILES = 200_000
"""Files that a look counts; those of a job that has more count as nothing."""


class VolumeFullError(Exception):
    """A job holds more than its volume; the message is for its owner."""


async def overflow(spec: TrainingJob, folder: AttemptFolder, every: float) -> VolumeFullError:
    """Wait until a job's folder is too full, and return what is said then."""
    pace = Pace(every)
    while True:
        size = 0
        try:
            with pace.look():
                size = await asyncio.to_thread(size_of, folder.ml, MOST_FILES)
        except RuntimeError as error:  # no thread to be had, which proves nothing against the job
            log.debug("%s could not be weighed: %s", folder.ml, error)
        if size > spec.volume_gib * GIB:
            return VolumeFullError(
                f"No space left on device: /opt/ml holds {size / GIB:.4g} GiB, and "
                f"ResourceConfig.VolumeSizeInGB is {spec.volume_gib}; leave less there, or raise it"
            )
        await pace.rest()
