"""Figures of jobs beside the Jupyter server's own at /metrics, asked for when jobs change."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client import REGISTRY
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import CollectorRegistry

from ..client.connection import ApiError, ManagerGoneError
from .link import Link, UnreachableError

EVERY = 5.0
"""Seconds between two questions while jobs change; while none does, nothing is asked."""

_AWAY = (ApiError, ManagerGoneError, UnreachableError)
_PENDING = "Pending"


class JobMetrics:
    """What Prometheus is told; of jobs nothing while the manager is away."""

    def __init__(
        self, link: Link, *, clock: Callable[[], float] = time.time, every: float = EVERY
    ) -> None:
        self._link = link
        self._clock = clock
        self._every = every
        self._jobs: Mapping[str, int] | None = None
        self._oldest: float | None = None
        self._asking: asyncio.Task[None] | None = None
        self._is_stale = False
        self.stream_clients = 0

    def register(self, registry: CollectorRegistry = REGISTRY) -> None:
        """Begin to be told at /metrics."""
        registry.register(self)

    def close(self, registry: CollectorRegistry = REGISTRY) -> None:
        """End that, and ask no more."""
        registry.unregister(self)
        if self._asking is not None:
            self._asking.cancel()

    def heard(self, is_there: bool) -> None:
        """Take that jobs have changed, or that the manager is away."""
        if not is_there:
            self._jobs, self._oldest = None, None
            return
        self._is_stale = True
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._ask())

    def describe(self) -> Iterator[Any]:
        """Name nothing beforehand: several servers may live in one process."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures of now."""
        clients = "Browsers that follow the manager's stream through this server."
        yield GaugeMetricFamily("jupyter_train_stream_clients", clients, self.stream_clients)
        if self._jobs is None:
            return
        jobs = GaugeMetricFamily("jupyter_train_jobs", "Training jobs.", labels=["status"])
        for status, count in self._jobs.items():
            jobs.add_metric([status], count)
        yield jobs
        waits = 0.0 if self._oldest is None else max(0.0, self._clock() - self._oldest)
        words = "Seconds since the oldest job was made that waits for capacity; 0 if none does."
        yield GaugeMetricFamily("jupyter_train_oldest_pending_seconds", words, waits)

    async def _ask(self) -> None:
        """Ask until nothing has changed since."""
        while self._is_stale:
            self._is_stale = False
            try:
                about = await self._link.ask("DescribeManager", {})
                self._jobs, self._oldest = about["Jobs"], await self._oldest_pending()
            except _AWAY:
                return
            await asyncio.sleep(self._every)

    async def _oldest_pending(self) -> float | None:
        ask: dict[str, Any] = {"StatusEquals": "InProgress", "MaxResults": 100}
        while True:
            page = await self._link.ask("ListTrainingJobs", ask, "sagemaker")
            for each in page["TrainingJobSummaries"]:
                if each["SecondaryStatus"] == _PENDING:
                    return float(each["CreationTime"])
            if "NextToken" not in page:
                return None
            ask["NextToken"] = page["NextToken"]
