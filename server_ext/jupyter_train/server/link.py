"""The manager this server speaks to: found or started in a thread, forgotten when it is gone."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ..client.connection import Connection, ManagerGoneError
from ..client.find import NoManagerError, StartFailedError

Connect = Callable[[], Connection]


class UnreachableError(Exception):
    """There is no manager, and none could be started."""


class Link:
    """At most one search at a time, however many requests wait for its end."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jupyter-train")
        self._found: Future[Connection] | None = None
        self._sought = asyncio.Event()

    def search(self) -> Future[Connection]:
        """Begin to look for the manager, unless it is known or being looked for."""
        if self._found is None or (self._found.done() and self._found.exception() is not None):
            self._found = self._thread.submit(self._connect)
            self._sought.set()
        return self._found

    async def sought(self) -> None:
        """Wait until somebody has looked for the manager; looks for none."""
        await self._sought.wait()

    async def find(self) -> Connection:
        """Return a connection to the manager, started if need be."""
        try:
            return await asyncio.shield(asyncio.wrap_future(self.search()))
        except (NoManagerError, StartFailedError, OSError) as error:
            raise UnreachableError(str(error)) from error

    async def ask(
        self, operation: str, request: Mapping[str, Any], service: str = "jupytertrain"
    ) -> dict[str, Any]:
        """Do an operation that may be done twice; ApiError carries the refusal."""
        manager = await self.find()
        try:
            return await asyncio.to_thread(manager.call, operation, request, service=service)
        except ManagerGoneError:
            self.forget(manager)
        manager = await self.find()
        return await asyncio.to_thread(manager.call, operation, request, service=service)

    def forget(self, connection: Connection) -> None:
        """Look anew next time: this manager did not answer."""
        if self._known() is connection:
            self._found = None
            self._sought.clear()
        connection.close()

    def close(self) -> None:
        """Wait for nothing; the manager stays."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        known = self._known()
        if known is not None:
            known.close()

    def _known(self) -> Connection | None:
        found = self._found
        if found is None or not found.done() or found.cancelled() or found.exception():
            return None
        return found.result()
