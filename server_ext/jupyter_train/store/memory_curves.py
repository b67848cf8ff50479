"""Metric series without a file: what the durable store is held against."""

from collections.abc import Sequence

from ..contract.samples import Samples
from .base import Batch, CurveStore, Series
from .live import summed
from .thinning import EMPTY, join, take, thin, within


class MemoryCurves(CurveStore):
    """Every sample in one array for each series."""

    def __init__(self) -> None:
        self._series: dict[str, dict[str, Series]] = {}
        self._samples: dict[int, Samples] = {}
        self._cursors: dict[tuple[str, str], int] = {}
        self._made = 0

    def append(self, batches: Sequence[Batch]) -> None:
        """Store samples and cursors."""
        for batch in batches:
            self._cursors[batch.job_id, batch.source] = batch.offset
            series = self._series.setdefault(batch.job_id, {})
            for name, part in batch.samples.items():
                before = series.get(name) or self._make(name)
                series[name] = summed(before, part)
                self._samples[before.id] = join([self._samples[before.id], part])

    def _make(self, name: str) -> Series:
        self._made += 1
        self._samples[self._made] = EMPTY
        return Series(id=self._made, name=name, count=0)

    def cursor(self, job_id: str, source: str) -> int:
        """Return how far a source was read."""
        return self._cursors.get((job_id, source), 0)

    def series(self, job_id: str) -> list[Series]:
        """Return a job's series."""
        return list(self._series.get(job_id, {}).values())

    def _of(self, job_id: str, series: int) -> Samples:
        ids = [each.id for each in self.series(job_id)]
        return self._samples[series] if series in ids else EMPTY

    def after(self, job_id: str, series: int, number: int) -> Samples:
        """Return the samples from the `number`-th on."""
        return take(self._of(job_id, series), slice(max(number, 0), None))

    def window(
        self, job_id: str, series: int, low: float | None, high: float | None, points: int
    ) -> Samples:
        """Return what a chart of these steps shows."""
        return thin(within(self._of(job_id, series), low, high), points)

    def sync(self) -> None:
        """Do nothing: memory has no disk."""

    def fold(self, job_id: str) -> None:
        """Pack nothing."""

    def delete(self, job_id: str) -> None:
        """Forget a job."""
        for series in self._series.pop(job_id, {}).values():
            del self._samples[series.id]
        self._cursors = {key: at for key, at in self._cursors.items() if key[0] != job_id}

    def close(self) -> None:
        """Let go of nothing."""
