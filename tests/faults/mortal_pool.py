"""A manager with a warm pool that kills itself with SIGKILL at its n-th step of any kind.

usage: mortal_pool.py HOME MANAGER N REQUEST.json ...

A step is a write to the journal, a call of the container engine, the move of a folder, or the word
by which a container that waits goes on; N = 0 never dies by itself.  The requests follow each
other: each waits until something is kept warm of the one before, or nothing any more.  Prints "all
ended" when nothing is left of any job.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from jupyter_train.engine.book import Book
from jupyter_train.engine.idle import Idles
from jupyter_train.engine.settings import Settings
from jupyter_train.manager.build import open_manager
from jupyter_train.runtimes.docker import keeping
from jupyter_train.runtimes.docker.engine import Engine
from jupyter_train.store.base import UnknownJobError

HOME, MANAGER, DEATH, *REQUESTS = sys.argv[1:]
SETTLED = ("Available", "Terminated", "Reused")
left = 2 * int(DEATH)


def survive() -> None:
    """Count half a step: before it and after it one may die."""
    global left  # noqa: PLW0603 - the one counter of this process
    left -= 1
    if left in (0, -1) and int(DEATH):
        os.kill(os.getpid(), signal.SIGKILL)


def mortal(owner, name) -> None:
    """Let one die before or after each call of this function."""
    whole = getattr(owner, name)

    def step(*arguments, **options):
        survive()
        result = whole(*arguments, **options)
        survive()
        return result

    setattr(owner, name, step)


def mortal_writes() -> None:
    """The same for what is awaited."""
    whole = Book._change

    async def step(*arguments):
        survive()
        result = await whole(*arguments)
        survive()
        return result

    Book._change = step


async def submit(manager, document) -> None:
    """Take a job unless a manager before us did, and wait until it has settled."""
    name = document["TrainingJobName"]
    try:
        record = manager.jobs.find(name)
    except UnknownJobError:
        record = await manager.submit(document, {}, "me")
    while not record.is_terminal or record.warm_pool.get("Status") not in SETTLED:
        await asyncio.sleep(0.01)
        record = manager.jobs.find(name)


async def main() -> None:
    """Run until all jobs have ended, or die on the way."""
    settings = Settings(home=Path(HOME), cpus=2, stop_grace=1.0, observe_every=0.01)
    manager = open_manager(MANAGER, settings)
    await manager.start()
    for path in REQUESTS:
        await submit(manager, json.loads(Path(path).read_text()))  # noqa: ASYNC240 - nothing else goes on
    while manager.jobs.active() or any(settings.attempts.iterdir()):  # noqa: ASYNC110 - nothing announces that folders are gone
        await asyncio.sleep(0.01)
    await manager.close()
    sys.stdout.write("all ended\n")


mortal_writes()
mortal(Engine, "call")
mortal(Idles, "give")
mortal(keeping, "wake")
mortal(keeping, "write_command")
mortal(keeping, "write_id")
asyncio.run(main())
