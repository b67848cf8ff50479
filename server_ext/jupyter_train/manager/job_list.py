"""The list of jobs as one client follows it: pages, then facts and last values."""

from typing import Any

from ..api.translate import last_values, print_progress, summary
from ..contract.events import Fact
from ..contract.record import JobRecord
from ..contract.status import SecondaryStatus
from ..engine.feed import JOBS, METRICS, Topic
from ..engine.progress import Progress
from ..store.base import JobQuery, UnknownJobError
from .subscriptions import Message, Sources, Subscription

_FACTS = 1000
_PAGE = 500


class JobsSubscription(Subscription):
    """All jobs: a snapshot of the newest, or the facts after a number; then facts and last values.

    A snapshot of many comes in pages, newest first, with `more` in all but the last: `jobs`, then
    `older`.  Facts come between them.  Last values of metrics and how far jobs are is no fact;
    both are sent as they are, about once a second.
    """

    def __init__(self, number: int, sources: Sources, *, after: int, limit: int) -> None:
        super().__init__(number, sources)
        # A number from another state folder's journal says nothing here.
        self._seq = after if after <= sources.jobs.last_seq() else 0
        self._left = limit if self._seq == 0 else 0
        self._needs_snapshot = self._seq == 0
        self._page_end: tuple[float, str] | None = None
        self._training: dict[str, str] = {}
        self._told: dict[str, float] = {}
        self._told_progress: dict[str, Progress | None] = {}
        if not self._needs_snapshot:
            self._remember(*sources.jobs.active())

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The list itself, and the last values in it."""
        return (JOBS, METRICS)

    def read(self) -> list[Message]:
        """Return the next page and the next facts, or the last values when there are neither."""
        if self._needs_snapshot:
            return [self._snapshot()]
        facts = self._sources.jobs.after(self._seq, limit=_FACTS)
        messages = [self._facts(facts)] if facts else []
        messages += [self._message("older", **self._page())] if self._left else []
        self.is_behind = len(facts) == _FACTS or self._left > 0
        return messages or self._last_values()

    def _snapshot(self) -> Message:
        # The number is read first: a fact that comes in between is told twice rather than never.
        self._seq = self._sources.jobs.last_seq()
        self._needs_snapshot = False
        page = self._page()
        self.is_behind = self._left > 0
        return self._message("jobs", seq=self._seq, **page)

    def _page(self) -> dict[str, Any]:
        query = JobQuery(limit=min(self._left, _PAGE), after=self._page_end)
        records = self._sources.jobs.select(query)
        self._left -= len(records)
        if len(records) < query.limit:
            self._left = 0
        if records:
            self._page_end = (records[-1].created, records[-1].id)
        self._remember(*records)
        return {"jobs": [self._row(each) for each in records], "more": self._left > 0}

    def _facts(self, facts: list[Fact]) -> Message:
        self._seq = facts[-1].seq
        summaries = {job_id: self._summary(job_id) for job_id in {each.job_id for each in facts}}
        rows = [_fact(each, summaries[each.job_id]) for each in facts]
        return self._message("facts", seq=self._seq, facts=rows)

    def _summary(self, job_id: str) -> dict[str, Any] | None:
        try:
            record = self._sources.jobs.get(job_id)
        except UnknownJobError:
            self._training.pop(job_id, None)
            return None
        self._remember(record)
        return self._row(record)

    def _remember(self, *records: JobRecord) -> None:
        for record in records:
            self._training.pop(record.id, None)
            self._told_progress.pop(record.id, None)
            if record.secondary is SecondaryStatus.TRAINING:
                self._training[record.id] = record.name

    def _last_values(self) -> list[Message]:
        rows = {}
        for job_id, name in self._training.items():
            series = self._sources.curves.series(job_id)
            newest = max((each.last_time for each in series), default=0.0)
            if newest > self._told.get(job_id, 0.0):
                self._told[job_id] = newest
                rows[name] = last_values(series)
        progress = self._progress()
        if not rows and not progress:
            return []
        return [self._message("metrics", jobs=rows, progress=progress)]

    def _progress(self) -> dict[str, Any]:
        rows = {}
        for job_id, name in self._training.items():
            now = self._sources.progress.get(job_id)
            if now != self._told_progress.get(job_id):
                self._told_progress[job_id] = now
                rows[name] = print_progress(now)
        return rows

    def _row(self, record: JobRecord) -> dict[str, Any]:
        series = self._sources.curves.series(record.id)
        tags = self._sources.jobs.tags(record.id)
        progress = self._sources.progress.get(record.id)
        return {
            **summary(record, series, self._sources.region, progress),
            **({"Tags": [{"Key": k, "Value": v} for k, v in tags.items()]} if tags else {}),
        }


def _fact(fact: Fact, summary: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "seq": fact.seq,
        "time": fact.time,
        "job": fact.job_name,
        "kind": fact.kind,
        "summary": summary,
    }
