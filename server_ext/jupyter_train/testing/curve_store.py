"""What every CurveStore must do: inherit the class and give it a `curves` fixture."""

import math
from collections.abc import Sequence

import numpy as np

from ..contract.samples import Samples, samples
from ..store.base import Batch, CurveStore, Series


def points(values: Sequence[float], first: int = 0) -> Samples:
    """Return samples of consecutive steps, a second apart."""
    steps = np.arange(first, first + len(values))
    return samples(steps, steps.astype(float), values)


def put(curves: CurveStore, part: Samples, name: str = "loss", offset: int = 1) -> int:
    """Append samples to a metric of the job "a" and return its series' id."""
    batch = Batch(job_id="a", source="metrics", offset=offset, samples={name: part})
    curves.append([batch])
    return next(each.id for each in curves.series("a") if each.name == name)


def rows(part: Samples) -> list[tuple[float, ...]]:
    """Return samples as (step, time, value), comparable."""
    columns = (part.steps.tolist(), part.times.tolist(), part.values.tolist())
    return list(zip(*columns, strict=True))


class CurveStoreSuite:
    """The fixture `curves` is an empty store."""

    def test_samples_come_back_in_order_of_arrival(self, curves: CurveStore) -> None:
        """Also when a step goes back, as after a restart."""
        parts = [points([1.0, 2.0, 3.0]), points([9.0], first=1), points([8.0], first=2)]
        *_, series = [put(curves, part) for part in parts]
        wanted = [row for part in parts for row in rows(part)]
        assert rows(curves.after("a", series, 0)) == wanted
        assert rows(curves.after("a", series, 4)) == wanted[4:]
        assert rows(curves.after("a", series, 5)) == rows(curves.after("a", series, 99)) == []

    def test_samples_and_cursor_are_stored_together(self, curves: CurveStore) -> None:
        """A source that is new starts at 0."""
        assert curves.cursor("a", "metrics") == 0
        put(curves, points([1.0]), offset=32)
        assert (curves.cursor("a", "metrics"), curves.cursor("a", "log")) == (32, 0)

    def test_a_cursor_moves_without_samples(self, curves: CurveStore) -> None:
        """As when a log has lines in which no metric is found."""
        curves.append([Batch(job_id="a", source="log", offset=7)])
        assert (curves.cursor("a", "log"), curves.series("a")) == (7, [])

    def test_series_are_listed_in_the_order_they_came(self, curves: CurveStore) -> None:
        """Each with how it stands."""
        put(curves, points([3.0, 1.0, 2.0]), "b")
        put(curves, points([5.0]), "a")
        first, second = curves.series("a")
        assert (first.name, second.name) == ("b", "a")
        assert (first.count, first.least, first.greatest) == (3, 1.0, 3.0)
        assert (first.last_step, first.last_time, first.last_value) == (2, 2.0, 2.0)

    def test_what_is_not_finite_is_counted_and_not_compared(self, curves: CurveStore) -> None:
        """It stays among the samples."""
        series = put(curves, points([math.nan, 4.0, math.inf, -math.inf]))
        (found,) = curves.series("a")
        assert (found.count, found.nan_count, found.least, found.greatest) == (4, 3, 4.0, 4.0)
        assert math.isnan(curves.after("a", series, 0).values[0])
        put(curves, points([math.nan]), "odd")
        odd = curves.series("a")[1]
        assert (odd.least, odd.greatest, math.isnan(odd.last_value)) == (None, None, True)

    def test_a_window_that_fits_is_exact(self, curves: CurveStore) -> None:
        """Its bounds belong to it."""
        series = put(curves, points(list(range(1000))))
        found = curves.window("a", series, 10, 19.5, 100)
        assert found.steps.tolist() == list(range(10, 20))
        assert len(curves.window("a", series, None, None, 1000)) == 1000

    def test_a_thinned_window_keeps_the_extremes_and_the_ends(self, curves: CurveStore) -> None:
        """Over folded and unfolded samples."""
        values = np.random.default_rng(1).random(200_000)
        values[[77_777, 150_001]] = (-5.0, 7.0)
        for part in np.split(values, 10):
            first = curves.series("a")[0].count if curves.series("a") else 0
            series = put(curves, points(part.tolist(), first=first))
        for low, high in ((None, None), (50_000, 160_000), (77_000, 150_500)):
            found = curves.window("a", series, low, high, 200)
            assert len(found) <= 200
            assert (found.values.min(), found.values.max()) == (-5.0, 7.0)
            assert found.steps[0] == (low or 0)
            assert found.steps[-1] == (199_999 if high is None else high)

    def test_a_thinned_window_keeps_a_mark_of_each_value_that_is_no_number(
        self, curves: CurveStore
    ) -> None:
        """Beside the extremes, over folded and unfolded samples; however many there are."""
        values = np.random.default_rng(1).random(200_000)
        values[50_000:60_000] = math.nan
        values[[55_000, 120_000, 199_998]] = (math.inf, math.nan, -math.inf)
        values[[77_777, 150_001]] = (-5.0, 7.0)
        for first in range(0, 200_000, 20_000):
            series = put(curves, points(values[first : first + 20_000].tolist(), first=first))
        found = curves.window("a", series, None, None, 200)
        finite = found.values[np.isfinite(found.values)]
        assert (len(found) <= 200, finite.min(), finite.max()) == (True, -5.0, 7.0)
        assert {55_000, 120_000, 199_998} < set(found.steps[~np.isfinite(found.values)].tolist())

    def test_a_folded_job_reads_as_before(self, curves: CurveStore) -> None:
        """And can go on."""
        series = put(curves, points([1.0, 2.0]))
        before = curves.series("a"), rows(curves.after("a", series, 0))
        curves.fold("a")
        assert (curves.series("a"), rows(curves.after("a", series, 0))) == before
        put(curves, points([3.0], first=2))
        assert curves.after("a", series, 1).values.tolist() == [2.0, 3.0]
        curves.fold("a")
        curves.fold("unknown")
        assert curves.after("a", series, 0).values.tolist() == [1.0, 2.0, 3.0]

    def test_jobs_do_not_mix(self, curves: CurveStore) -> None:
        """One series is asked for by its own job."""
        series = put(curves, points([1.0]))
        other = Batch(job_id="b", source="metrics", offset=5, samples={"loss": points([2.0])})
        curves.append([other])
        (found,) = curves.series("b")
        assert (found.id != series, len(curves.after("b", series, 0))) == (True, 0)
        assert len(curves.window("b", series, None, None, 10)) == 0

    def test_a_deleted_job_is_forgotten(self, curves: CurveStore) -> None:
        """Its cursors too, and the others stay."""
        series = put(curves, points([1.0]))
        curves.append([Batch(job_id="b", source="m", offset=5, samples={"x": points([2.0])})])
        curves.delete("a")
        assert (curves.series("a"), curves.cursor("a", "metrics")) == ([], 0)
        assert len(curves.after("a", series, 0)) == 0
        assert [each.count for each in curves.series("b")] == [1]

    def test_a_batch_may_name_a_series_without_samples(self, curves: CurveStore) -> None:
        """It is there from then on."""
        number = put(curves, points([]))
        assert curves.series("a") == [Series(id=number, name="loss", count=0)]
