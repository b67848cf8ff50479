"""Whose turn it is: strictly first come, first served, so that a large job is never starved."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from ..runtimes.base import Resources
from .placement import Capacity, Demand, Ledger


class Queue:
    """Jobs that wait for a share of one host.

    `spare` names somebody who gives up what he holds as soon as anybody waits, "" if there is none.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.spare: Callable[[], str] = str
        self._waiting: OrderedDict[str, tuple[Demand, asyncio.Future[Resources]]] = OrderedDict()

    def enter(self, job_id: str, demand: Demand) -> "asyncio.Future[Resources]":
        """Queue up; the future resolves at this job's turn, at once if it is free now.

        Raises LimitError, and does not queue, what this host can never lend.
        """
        demand = self._ledger.clamp(demand)
        turn: asyncio.Future[Resources] = asyncio.get_running_loop().create_future()
        self._waiting[job_id] = (demand, turn)
        self._serve()
        return turn

    def reclaim(self, job_id: str, demand: Demand, gpus: tuple[str, ...]) -> Resources:
        """Book what an adopted attempt holds already."""
        return self._ledger.reclaim(job_id, demand, gpus)

    def leave(self, job_id: str) -> None:
        """Stop waiting and give back what was lent."""
        self._waiting.pop(job_id, None)
        self._ledger.release(job_id)
        self._serve()

    def hand(self, giver: str, taker: str) -> Resources | None:
        """Let somebody hold what another held, without a moment between; None if that is nothing.

        Whoever waits comes first: nothing is handed on then.
        """
        return None if self._waiting else self._ledger.hand(giver, taker)

    def capacity(self) -> Capacity:
        """Return what there is, what is free, and how many wait."""
        return self._ledger.capacity(pending=len(self._waiting))

    def forecast(self, demand: Demand) -> str:
        """Return what a job would wait for if it came now, in words; empty if it would start."""
        if self._waiting:
            ahead = len(self._waiting)
            return "1 job that came before it" if ahead == 1 else f"{ahead} jobs before it"
        return self._ledger.lacks(demand)

    def _serve(self) -> None:
        while self._waiting:
            job_id, (demand, turn) = next(iter(self._waiting.items()))
            lent = self._ledger.take(job_id, demand)
            if lent is not None:
                del self._waiting[job_id]
                turn.set_result(lent)
            elif spare := self.spare():
                self._ledger.release(spare)
            else:
                return
