"""Whoever waits for the end of an attempt hears of it."""

import asyncio
import errno

from jupyter_train.contract.names import AttemptKey
from jupyter_train.engine.reach import Reach
from jupyter_train.engine.tower import Tower
from jupyter_train.runtimes.base import Observation, Phase


class Sees:
    """A runtime that is asked for nothing but what it sees: errors are raised."""

    def __init__(self, *looks):
        self._looks = iter(looks)

    async def observe(self, host, keys):
        look = next(self._looks)
        if isinstance(look, Exception):
            raise look
        return {key: Observation(phase=look) for key in keys}


def phase_at_the_end(*looks):
    async def scene():
        tower = Tower(None, Sees(*looks), 0, Reach(15))
        async with asyncio.timeout(5):
            seen = await tower.ended(AttemptKey(job_id="j", attempt=1))
        await tower.close()
        return seen.phase

    return asyncio.run(scene())


def test_an_attempt_is_waited_for_until_it_is_gone():
    assert phase_at_the_end(Phase.CREATED, Phase.RUNNING, Phase.EXITED) is Phase.EXITED


class HidesOne(Sees):
    """A runtime that cannot look at an attempt of job "shut"."""

    async def observe(self, host, keys):
        if any(key.job_id == "shut" for key in keys):
            raise PermissionError("the folder is shut")
        return await super().observe(host, keys)


def test_an_attempt_that_cannot_be_looked_at_hides_no_other():
    async def scene():
        tower = Tower(None, HidesOne(*[Phase.EXITED] * 3), 0, Reach(15))
        keys = [AttemptKey(job_id=name, attempt=1) for name in ("shut", "a", "b", "c")]
        shut, *others = [asyncio.create_task(tower.ended(key)) for key in keys]
        async with asyncio.timeout(5):
            await asyncio.gather(*others)
        await tower.close()
        return shut.cancel()

    assert asyncio.run(scene())


def test_a_look_that_fails_is_not_the_last_one():
    no_file = OSError(errno.EMFILE, "Too many open files")
    no_thread = RuntimeError("can't start new thread")
    assert phase_at_the_end(no_file, no_thread, Phase.LOST) is Phase.LOST
