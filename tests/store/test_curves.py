import threading

import numpy as np
import pytest

from jupyter_train.contract.samples import samples
from jupyter_train.store import curves as module
from jupyter_train.store.base import Batch
from jupyter_train.store.curves import SqlCurves
from jupyter_train.store.memory_curves import MemoryCurves
from jupyter_train.store.migrate import NewerSchemaError
from jupyter_train.store.packing import pack_steps, unpack_steps
from jupyter_train.testing.curve_store import CurveStoreSuite, points, put, rows


class TestSqlCurves(CurveStoreSuite):
    @pytest.fixture
    def curves(self, sql_curves):
        return sql_curves


class TestFoldedCurves(CurveStoreSuite):
    """Every append folds, and nothing but the last two samples stays in memory."""

    @pytest.fixture
    def curves(self, sql_curves, monkeypatch):
        monkeypatch.setattr(module, "_FOLD_ROWS", 1)
        monkeypatch.setattr("jupyter_train.store.live.KEPT", 2)
        return sql_curves


class TestMemoryCurves(CurveStoreSuite):
    @pytest.fixture
    def curves(self):
        return MemoryCurves()


def statements(curves):
    seen = []

    def connect(*pragmas):
        connection = open_file(*pragmas)
        connection.set_trace_callback(seen.append)
        return connection

    open_file = curves._file._connect
    curves._file._connect = connect
    curves._file._idle.clear()
    return seen


def test_the_end_of_a_running_job_is_read_without_a_statement(sql_curves):
    series = put(sql_curves, points(list(range(100))))
    seen = statements(sql_curves)
    put(sql_curves, points([5.0], first=100))
    assert len(sql_curves.after("a", series, 90)) == 11
    assert sql_curves.series("a")[0].count == 101
    assert seen == []


def test_samples_and_cursors_are_there_after_opening_again(tmp_path):
    first = SqlCurves(tmp_path / "c")
    series = put(first, points([1.0, float("nan")]), offset=64)
    before = repr(first.series("a"))
    first.close()
    again = SqlCurves(tmp_path / "c")
    assert (repr(again.series("a")), again.cursor("a", "metrics")) == (before, 64)
    assert put(again, points([3.0], first=2)) == series
    assert again.after("a", series, 2).values.tolist() == [3.0]
    again.close()


@pytest.mark.parametrize("each", [1, 300, 70_000])
def test_folding_keeps_every_sample(tmp_path, each):
    store = SqlCurves(tmp_path / "c")
    for number in range(1100 if each == 1 else 4):
        series = put(store, points([0.5] * each, first=number * each))
    wanted = store.series("a")[0].count
    store.fold("a")
    store.close()
    again = SqlCurves(tmp_path / "c")
    assert again.after("a", series, 0).steps.tolist() == list(range(wanted))
    assert again.after("a", series, wanted - 5).steps.tolist() == list(range(wanted - 5, wanted))
    again.close()


def test_a_step_that_goes_back_is_found_by_its_own_number(sql_curves):
    for first in (0, 100_000, 40_000):
        series = put(sql_curves, points([float(first)] * 70_000, first=first))
    sql_curves.fold("a")
    found = sql_curves.window("a", series, 45_000, 45_010, 1000)
    assert sorted(found.values.tolist()) == [0.0] * 11 + [40_000.0] * 11


def test_a_full_disk_keeps_samples_and_cursor_as_they_were(sql_curves):
    series = put(sql_curves, points([1.0]), offset=1)
    limit(sql_curves, 1)
    with pytest.raises(OSError, match="full"):
        put(sql_curves, points([2.0] * 5000, first=1), offset=2)
    assert (sql_curves.cursor("a", "metrics"), sql_curves.series("a")[0].count) == (1, 1)
    limit(sql_curves, 1 << 30)
    put(sql_curves, points([2.0], first=1), offset=2)
    assert sql_curves.after("a", series, 0).values.tolist() == [1.0, 2.0]


def test_a_fold_that_finds_no_room_loses_nothing(sql_curves, monkeypatch, caplog):
    monkeypatch.setattr(module, "_FOLD_ROWS", 1)
    monkeypatch.setattr(SqlCurves, "fold", refuse)
    series = put(sql_curves, points([1.0]))
    assert "could not be folded yet" in caplog.text
    monkeypatch.undo()
    sql_curves.fold("a")
    assert sql_curves.after("a", series, 0).values.tolist() == [1.0]


def refuse(*_):
    raise OSError(28, "No space left on device")


def limit(curves, pages):
    curves._file._writer.execute(f"PRAGMA max_page_count={pages}")


def test_a_reader_beside_the_writer_never_sees_a_gap(sql_curves, monkeypatch):
    monkeypatch.setattr(module, "_FOLD_ROWS", 3)
    monkeypatch.setattr("jupyter_train.store.live.KEPT", 5)
    series = put(sql_curves, points([0.0]))
    found, done = [], threading.Event()

    def read():
        while not done.is_set():
            steps = sql_curves.after("a", series, 0).steps
            window = sql_curves.window("a", series, None, None, 10_000).steps
            found.append(
                np.array_equal(steps, np.arange(len(steps))) and bool((np.diff(window) == 1).all())
            )

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 400):
        put(sql_curves, points([0.0], first=number))
    done.set()
    reader.join()
    assert (all(found), len(found) > 0) == (True, True)


def test_a_newer_schema_is_refused(tmp_path):
    store = SqlCurves(tmp_path / "c")
    store._file._writer.execute("PRAGMA user_version=99")
    store.close()
    with pytest.raises(NewerSchemaError, match="schema 99"):
        SqlCurves(tmp_path / "c")


@pytest.mark.parametrize("steps", [[], [5], [5, 7], [5, 7, 9], [5, 7, 8], [9, 6, 3], [4, 4, 4]])
def test_steps_come_back_from_their_short_form(steps):
    columns = samples(steps, steps, steps).steps
    assert unpack_steps(pack_steps(columns), len(steps)).tolist() == steps


def test_the_least_and_greatest_steps_there_are_are_kept(sql_curves):
    ends = np.iinfo(np.int64)
    part = samples([ends.min, ends.max, 0], [0, 1, 2], [1, 2, 3])
    series = put(sql_curves, part)
    sql_curves.fold("a")
    assert rows(sql_curves.window("a", series, None, None, 10)) == rows(part)


def test_many_finished_jobs_do_not_stay_in_memory(sql_curves, monkeypatch):
    monkeypatch.setattr(module, "_JOBS_KEPT", 2)
    for number in range(5):
        name = f"job-{number}"
        sql_curves.append([Batch(job_id=name, source="m", offset=1, samples={"x": points([1.0])})])
        sql_curves.fold(name)
    assert len(sql_curves._jobs) == 2
    assert [sql_curves.series(f"job-{number}")[0].count for number in range(5)] == [1] * 5
