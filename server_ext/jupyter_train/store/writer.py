"""One thread for all writes to the job store; calls that wait together are committed together."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

from .base import JobStore

T = TypeVar("T")

_GROUP = 256


class Writer:
    """Runs writes off the event loop: an fsync takes 0.1 to 10 ms, or more on a busy disk."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._queue: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    async def do(self, change: Callable[[JobStore], T]) -> T:
        """Run `change` on the writer thread; returns, or raises its error, after the commit."""
        if self._closed:
            raise RuntimeError("the writer was closed; nothing is written any more")
        call = _Call(change)
        self._queue.put(call)
        outcome: T = await asyncio.wrap_future(call.future)
        return outcome

    async def close(self) -> None:
        """Finish what was asked for and end the thread; the store stays open."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while group := self._next_group():
            self._commit([call for call in group if call.future.set_running_or_notify_cancel()])

    def _next_group(self) -> "list[_Call]":
        """Wait for a call and take what has queued up behind it; nothing after the end."""
        group: list[_Call] = []
        call = self._queue.get()
        while call is not None:
            group.append(call)
            if len(group) == _GROUP or self._queue.empty():
                return group
            call = self._queue.get()
        # The mark of the end goes back, so that a group in front of it is committed first.
        self._queue.put(None)
        return group

    def _commit(self, group: "list[_Call]") -> None:
        whole = _Caught()
        with whole, self._store.transaction():
            for call in group:
                with call.caught, self._store.transaction():
                    call.outcome = call.change(self._store)
                # A full disk may have undone the whole transaction, not only this savepoint.
                if isinstance(call.caught.error, OSError):
                    raise call.caught.error
        for call in group:
            call.resolve(whole.error)


class _Caught:
    """Keeps an error that is another thread's to handle."""

    error: BaseException | None = None

    def __enter__(self) -> None:
        self.error = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.error = error
        return True


class _Call:
    """One change that was asked for."""

    def __init__(self, change: Callable[[JobStore], Any]) -> None:
        self.change = change
        self.future: Future[Any] = Future()
        self.caught = _Caught()
        self.outcome: Any = None

    def resolve(self, group_error: BaseException | None) -> None:
        """Tell the caller how it went; called after the commit."""
        error = self.caught.error or group_error
        if error is None:
            self.future.set_result(self.outcome)
        else:
            self.future.set_exception(error)
