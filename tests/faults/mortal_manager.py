"""A manager that kills itself with SIGKILL at its n-th write to the journal, before or after it.

usage: mortal_manager.py HOME N before|after [REQUEST.json ...]
N = 0 never dies by itself.  Prints "all ended" when no job is active any more.  MANAGER is its id;
with ENGINE=1 it dies at its n-th call of the container engine instead; STOP names jobs to stop.
"""

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from jupyter_train.contract.record import JobRecord
from jupyter_train.engine.book import Book
from jupyter_train.engine.errors import RefusedError
from jupyter_train.engine.settings import Settings
from jupyter_train.manager.build import open_manager
from jupyter_train.runtimes.docker.engine import Engine
from jupyter_train.store.base import NameTakenError


class MortalBook(Book):
    """A book whose writer dies while writing."""

    left = 0
    when = "before"

    async def submit(self, record, tags) -> JobRecord:
        return await self._survive(super().submit(record, tags))

    async def _change(self, record, kind, data) -> JobRecord:
        return await self._survive(super()._change(record, kind, data))

    async def _survive(self, write) -> JobRecord:
        mine = is_last()
        if mine and MortalBook.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        kept = await write
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return kept


class MortalEngine(Engine):
    """A container engine whose caller dies while calling; looking at it changes nothing."""

    def call(self, method, *arguments, **options):
        mine = method not in ("events", "containers") and is_last()
        if mine and MortalBook.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = super().call(method, *arguments, **options)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


def is_last() -> bool:
    """Count a step; the last one is not survived."""
    MortalBook.left -= 1
    return MortalBook.left == 0


async def main(home: str, deaths: str, when: str, *requests: str) -> None:
    """Run until all jobs have ended, or die on the way."""
    MortalBook.left, MortalBook.when = int(deaths) or -1, when
    settings = Settings(home=Path(home), cpus=2, stop_grace=1.0, observe_every=0.01)
    manager = open_manager(os.environ.get("MANAGER", "mortal"), settings)
    await manager.start()
    for path in requests:
        with open(path) as file:  # noqa: ASYNC230, PTH123 - nothing else goes on here
            document = json.load(file)
        with suppress(NameTakenError):  # a manager before this one took it
            await manager.submit(document, {}, "me")
    for name in os.environ.get("STOP", "").split():
        await asyncio.sleep(0.2)
        with suppress(RefusedError):  # a manager before this one saw its end
            await manager.stop(name)
    while manager.jobs.active() or any(settings.attempts.iterdir()):  # noqa: ASYNC110 - nothing announces that folders are gone
        await asyncio.sleep(0.01)
    await manager.close()
    sys.stdout.write("all ended\n")


# The book is made by the engine's wiring, the connection by the runtime: the seams through which
# they can be made mortal.
from jupyter_train.engine import wiring  # noqa: E402 - after the classes that replace a part of it
from jupyter_train.runtimes.docker import runtime  # noqa: E402 - see above

if os.environ.get("ENGINE"):
    runtime.Engine = MortalEngine
else:
    wiring.Book = MortalBook
asyncio.run(main(*sys.argv[1:]))
