"""A manager that kills itself with SIGKILL: `python -m jupyter_train.testing.mortal --help`.

Its moments are before and after each call of the functions that are named as
`module:Class.function`.  At the `--death`-th of them it dies; 0 is never.  It prints "all ended"
when nothing is left of any job.
"""

import argparse
import asyncio
import inspect
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from ..contract.record import JobRecord
from ..engine.errors import RefusedError
from ..engine.manager import Manager
from ..engine.settings import Settings
from ..manager.build import open_manager
from ..store.base import NameTakenError, UnknownJobError

ALL_ENDED = "all ended"
LOOKS = (("events",), ("containers",))
"""First arguments of calls that change nothing, and that come at no moment of anything."""
SETTLED = ("Available", "Terminated", "Reused")
"""What becomes of a place in the warm pool."""


class Fate:
    """Counts moments, and ends the process at one of them."""

    def __init__(self, death: int) -> None:
        self._death = death
        self._moments = itertools.count(1)

    def meet(self) -> None:
        """Be at a moment."""
        if next(self._moments) == self._death:
            os.kill(os.getpid(), signal.SIGKILL)

    def threaten(self, name: str) -> None:
        """Let the manager die before or after each call of this function."""
        module, _, path = name.partition(":")
        owner_name, _, function = path.rpartition(".")
        owner = import_module(module)
        if owner_name:
            owner = getattr(owner, owner_name)
        whole = getattr(owner, function)
        is_awaited = inspect.iscoroutinefunction(whole)
        setattr(owner, function, self._awaited(whole) if is_awaited else self._called(whole))

    def _called(self, whole: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            if arguments[1:2] in LOOKS:
                return whole(*arguments, **options)
            self.meet()
            result = whole(*arguments, **options)
            self.meet()
            return result

        return step

    def _awaited(self, whole: Callable[..., Any]) -> Callable[..., Any]:
        async def step(*arguments: Any, **options: Any) -> Any:
            self.meet()
            result = await whole(*arguments, **options)
            self.meet()
            return result

        return step


async def submit(manager: Manager, path: Path) -> str:
    """Take a job, unless a manager before this one took it; returns its name."""
    document = json.loads(path.read_text(encoding="utf-8"))  # noqa: ASYNC240 - nothing else goes on here
    with suppress(NameTakenError):
        await manager.submit(document, {}, "me")
    return str(document["TrainingJobName"])


async def stop(manager: Manager, names: Sequence[str]) -> None:
    """Stop jobs, a while after they were taken."""
    for name in names:
        await asyncio.sleep(0.2)
        with suppress(RefusedError, UnknownJobError):  # a manager before this one saw its end
            await manager.stop(name)


async def settle(manager: Manager, name: str) -> None:
    """Wait until something is kept warm of a job, or nothing any more."""
    while not is_settled(manager.jobs.find(name)):  # noqa: ASYNC110 - the pool is not announced
        await asyncio.sleep(0.01)


def is_settled(record: JobRecord) -> bool:
    """Tell whether a job has ended and its place in the warm pool is known."""
    return record.is_terminal and record.warm_pool.get("Status") in SETTLED


async def run(chosen: argparse.Namespace) -> None:
    """Run until all jobs have ended, or die on the way."""
    settings = Settings(home=chosen.home, cpus=4, stop_grace=1.0, observe_every=0.01)
    manager = open_manager(chosen.manager, settings)
    await manager.start()
    for path in chosen.requests:
        name = await submit(manager, path)
        if chosen.settle:
            await settle(manager, name)
    await stop(manager, chosen.stop)
    while manager.jobs.active() or any(settings.attempts.iterdir()):  # noqa: ASYNC110 - nothing announces that folders are gone
        await asyncio.sleep(0.01)
    await manager.close()
    sys.stdout.write(f"{ALL_ENDED}\n")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("manager", help="its id")
    parser.add_argument("requests", type=Path, nargs="*")
    parser.add_argument("--death", type=int, default=0)
    parser.add_argument("--step", action="append", default=[], help="module:Class.function")
    parser.add_argument("--stop", action="append", default=[], help="the name of a job")
    parser.add_argument("--settle", action="store_true", help="each job waits for the one before")
    return parser.parse_args(words)


def main() -> None:
    """Do what the command line says."""
    chosen = parse(sys.argv[1:])
    fate = Fate(chosen.death)
    for name in chosen.step:
        fate.threaten(name)
    asyncio.run(run(chosen))


if __name__ == "__main__":
    main()
