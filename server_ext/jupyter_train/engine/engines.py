"""What starts jobs here: which engines there are, and why one cannot be used."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from ..hosts.base import HostUnreachableError
from ..runtimes.base import Runtime

PATIENCE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One runtime as people see it; `reason` says why it cannot be used, "" if it can."""

    kind: str
    reason: str = ""
    version: str = ""


async def look(runtimes: Mapping[str, Runtime]) -> list[Engine]:
    """Ask all of them at once; one that hangs holds nobody up for long."""
    return list(await asyncio.gather(*(_ask(*each) for each in runtimes.items())))


async def _ask(kind: str, runtime: Runtime) -> Engine:
    try:
        async with asyncio.timeout(PATIENCE):
            reason = await runtime.unavailable()
            version = "" if reason else await runtime.version()
    except TimeoutError:
        reason, version = f"it does not answer within {PATIENCE:.0f} s", ""
    except HostUnreachableError as error:
        reason, version = str(error), ""
    return Engine(kind=kind, reason=reason or "", version=version)
