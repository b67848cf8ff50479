"""Stores in any order of calls, held against the memory ones."""

import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jupyter_train.contract.events import Kind
from jupyter_train.contract.samples import samples
from jupyter_train.contract.status import MOVES, Status
from jupyter_train.store import curves as curves_module
from jupyter_train.store import live
from jupyter_train.store.base import (
    Batch,
    JobQuery,
    NameTakenError,
    StaleRecordError,
    UnknownJobError,
)
from jupyter_train.store.curves import SqlCurves
from jupyter_train.store.jobs import SqlJobs
from jupyter_train.store.memory import MemoryJobs
from jupyter_train.store.memory_curves import MemoryCurves
from jupyter_train.testing.job_store import job

NAMES = st.sampled_from(["a", "b", "C-1", "c-2"])
TAGS = st.dictionaries(st.sampled_from("xyz"), st.text(max_size=3), max_size=3)
TIMES = st.integers(0, 3).map(float)


class Machine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.real, self.model = self.open(), self.begin()

    def teardown(self):
        self.real.close()
        shutil.rmtree(self.folder)

    @rule()
    def open_again(self):
        self.real.close()
        self.real = self.open()

    def both(self, call):
        """Do it to both stores; the outcomes, errors included, are equal."""
        outcomes = []
        for store in (self.real, self.model):
            try:
                outcomes.append(call(store))
            except (NameTakenError, StaleRecordError, UnknownJobError) as error:
                outcomes.append(type(error))
        assert repr(outcomes[0]) == repr(outcomes[1])
        return outcomes[0]


class JobMachine(Machine):
    def open(self):
        return SqlJobs(self.folder / "journal.sqlite", clock=lambda: 500.0)

    def begin(self):
        self.seen = []
        return MemoryJobs(clock=lambda: 500.0)

    @rule(name=NAMES, created=TIMES, tags=TAGS)
    def submit(self, name, created, tags):
        kept = self.both(lambda store: store.submit(job(name, created), tags))
        self.seen += [kept] if not isinstance(kept, type) else []

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), time=TIMES)
    def move(self, data, time):
        record = data.draw(st.sampled_from(self.seen))
        to = data.draw(st.sampled_from(sorted(MOVES[record.secondary]) or [None]))
        after = record.moved(to, time) if to else record.changed(time, attempt=9)
        kept = self.both(lambda store: store.change(after, Kind.JOB_MOVED, {"to": to}))
        self.seen += [kept] if not isinstance(kept, type) else []

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def delete(self, data):
        record = data.draw(st.sampled_from(self.seen))
        self.both(lambda store: store.delete(record))

    @rule(name=NAMES, tags=TAGS, gone=st.lists(st.sampled_from("xyz"), max_size=2))
    def tag(self, name, tags, gone):
        self.both(lambda store: store.set_tags(f"id-{name}", tags))
        self.both(lambda store: store.remove_tags(f"id-{name}", gone))
        self.both(lambda store: list(store.tags(f"id-{name}").items()))

    @rule(names=st.lists(NAMES, max_size=3), fails=st.booleans())
    def submit_together(self, names, fails):
        def submit(store):
            try:
                with store.transaction():
                    for name in names:
                        store.submit(job(name, 2.0), {})
                    if fails:
                        raise UnknownJobError
            finally:
                assert store.last_seq() == len(store.after(0))

        self.both(submit)

    @rule(
        status=st.sampled_from([None, *Status]),
        low=st.none() | TIMES,
        high=st.none() | TIMES,
        sort_by=st.sampled_from(["CreationTime", "Name", "Status"]),
        descending=st.booleans(),
        limit=st.integers(1, 3),
    )
    def select(self, status, low, high, sort_by, descending, limit):
        query = JobQuery(
            status=status,
            name_contains="c-" if limit == 3 else "",
            created_after=low,
            modified_before=high,
            sort_by=sort_by,
            descending=descending,
            limit=limit,
        )
        self.both(lambda store: store.select(query))

    @invariant()
    def the_same_is_known(self):
        self.both(lambda store: store.after(0))
        self.both(lambda store: store.active())
        self.both(lambda store: sorted(store.counts().items()))


class CurveMachine(Machine):
    def open(self):
        return SqlCurves(self.folder / "curves.sqlite")

    def begin(self):
        return MemoryCurves()

    @rule(
        job_id=st.sampled_from("ab"),
        offset=st.integers(0, 99),
        names=st.sets(st.sampled_from("xyz"), min_size=1),
        first=st.integers(-5, 200),
        # SQLite keeps the last value -0.0 as 0; the samples themselves keep their sign.
        values=st.lists(st.floats(width=16).map(lambda value: value + 0.0), max_size=200),
    )
    def append(self, job_id, offset, names, first, values):
        steps = np.arange(first, first + len(values))
        part = samples(steps, steps, values)
        some = dict.fromkeys(sorted(names), part)
        batch = Batch(job_id=job_id, source="m", offset=offset, samples=some)
        self.both(lambda store: store.append([batch]))

    @rule(job_id=st.sampled_from("ab"))
    def fold(self, job_id):
        self.both(lambda store: store.fold(job_id))

    @rule(job_id=st.sampled_from("ab"))
    def delete(self, job_id):
        self.both(lambda store: store.delete(job_id))

    @rule(
        job_id=st.sampled_from("ab"),
        name=st.sampled_from("xyz"),
        number=st.integers(0, 300),
        low=st.none() | st.integers(-5, 400),
        high=st.none() | st.integers(-5, 400),
    )
    def read(self, job_id, name, number, low, high):
        def ids(store):
            return [each.id for each in store.series(job_id) if each.name == name]

        self.both(lambda store: [store.after(job_id, each, number) for each in ids(store)])
        self.both(
            lambda store: [store.window(job_id, each, low, high, 1 << 20) for each in ids(store)]
        )

    @invariant()
    def the_same_is_known(self):
        for job_id in "ab":
            self.both(lambda store, job_id=job_id: store.cursor(job_id, "m"))
            self.both(
                lambda store, job_id=job_id: [
                    repr(each).partition("name")[2] for each in store.series(job_id)
                ]
            )


LIMITS = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestJobMachine = JobMachine.TestCase
TestJobMachine.settings = LIMITS


class TestCurveMachine(CurveMachine.TestCase):
    """Every third append folds, and little stays in memory."""

    settings = LIMITS

    def runTest(self):  # noqa: N802 - unittest's name
        rows, kept = curves_module._FOLD_ROWS, live.KEPT
        curves_module._FOLD_ROWS, live.KEPT = 3, 4
        try:
            super().runTest()
        finally:
            curves_module._FOLD_ROWS, live.KEPT = rows, kept
