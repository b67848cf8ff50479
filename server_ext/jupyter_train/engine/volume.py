"""What a job may fill of the disk: engines limit their own layers, and no folder that is mounted.

So the manager looks now and then.  What grows between two looks is not stopped, and whatever lies
on the disk when a job has ended is published all the same.
"""

import asyncio
import time

from ..contract.spec import TrainingJob
from .folders import AttemptFolder
from .removal import size_of

GIB = 1 << 30

MOST_FILES = 200_000
"""Files that a look counts; those of a job that has more count as nothing."""

_SHARE = 20  # a look takes a twentieth of the time at most


class VolumeFullError(Exception):
    """A job holds more than its volume; the message is for its owner."""


async def overflow(spec: TrainingJob, folder: AttemptFolder, every: float) -> VolumeFullError:
    """Wait until a job's folder is too full, and return what is said then."""
    while True:
        began = time.monotonic()
        size = await asyncio.to_thread(size_of, folder.ml, MOST_FILES)
        if size > spec.volume_gib * GIB:
            return VolumeFullError(
                f"No space left on device: /opt/ml holds {size / GIB:.4g} GiB, and "
                f"ResourceConfig.VolumeSizeInGB is {spec.volume_gib}; leave less there, or raise it"
            )
        await asyncio.sleep(max(every, _SHARE * (time.monotonic() - began)))
