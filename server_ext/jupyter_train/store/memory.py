"""The stores without files: for tests, and the models that the durable ones are held against."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ..contract.events import Fact, Kind
from ..contract.record import JobRecord, print_record
from ..contract.status import Status
from .base import JobQuery, JobStore, StaleRecordError, UnknownJobError, name_taken

_SORT_VALUES: dict[str, Callable[[JobRecord], Any]] = {
    "CreationTime": lambda record: record.created,
    "Name": lambda record: record.name,
    "Status": lambda record: record.status,
}


class MemoryJobs(JobStore):
    """Jobs in a dictionary."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._jobs: dict[str, JobRecord] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self._facts: list[Fact] = []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group writes."""
        jobs, facts = dict(self._jobs), list(self._facts)
        tags = {job_id: dict(each) for job_id, each in self._tags.items()}
        try:
            yield
        except BaseException:
            self._jobs, self._tags, self._facts = jobs, tags, facts
            raise

    def submit(self, record: JobRecord, tags: Mapping[str, str]) -> JobRecord:
        """Keep a new job."""
        names = {job.name.lower() for job in self._jobs.values()}
        if record.id in self._jobs or record.name.lower() in names:
            raise name_taken(record.name)
        data = {"record": print_record(record), "tags": dict(tags)}
        fact = self._append(record, Kind.JOB_SUBMITTED, data, record.created)
        self._tags[record.id] = dict(tags)
        return self._keep(record, fact)

    def change(self, record: JobRecord, kind: Kind, data: Mapping[str, Any]) -> JobRecord:
        """Replace the record if nobody else did."""
        self._check(record)
        return self._keep(record, self._append(record, kind, data, record.modified))

    def delete(self, record: JobRecord) -> Fact:
        """Forget the job if nobody changed it."""
        self._check(record)
        del self._jobs[record.id], self._tags[record.id]
        return self._append(record, Kind.JOB_DELETED, {}, self._clock())

    def _keep(self, record: JobRecord, fact: Fact) -> JobRecord:
        self._jobs[record.id] = kept = replace(record, seq=fact.seq)
        return kept

    def _check(self, record: JobRecord) -> None:
        if self.get(record.id).seq != record.seq:
            raise StaleRecordError(f"{record.name!r} has changed since fact {record.seq}")

    def _append(self, job: JobRecord, kind: Kind, data: Mapping[str, Any], now: float) -> Fact:
        fact = Fact(
            seq=len(self._facts) + 1,
            time=now,
            job_id=job.id,
            job_name=job.name,
            kind=kind,
            data=json.loads(json.dumps(data)),  # as it comes back from a file
        )
        self._facts.append(fact)
        return fact

    def find(self, name: str) -> JobRecord:
        """Return the job of this name."""
        for record in self._jobs.values():
            if record.name == name:
                return record
        raise UnknownJobError(f"no training job named {name!r}")

    def find_in_any_case(self, name: str) -> JobRecord:
        """Return the job that takes this name."""
        for record in self._jobs.values():
            if record.name.lower() == name.lower():
                return record
        raise UnknownJobError(f"no training job named {name!r} in any case")

    def get(self, job_id: str) -> JobRecord:
        """Return the job of this id."""
        if job_id not in self._jobs:
            raise UnknownJobError(f"no training job with id {job_id!r}")
        return self._jobs[job_id]

    def select(self, query: JobQuery) -> list[JobRecord]:
        """Return one page."""
        value = _SORT_VALUES[query.sort_by]

        def place(record: JobRecord) -> tuple[Any, str]:
            return value(record), record.id

        found = [record for record in self._jobs.values() if _matches(record, query)]
        found.sort(key=place, reverse=query.descending)
        if query.after is not None:
            last = query.after
            found = [
                record
                for record in found
                if (place(record) < last if query.descending else place(record) > last)
            ]
        return found[: query.limit]

    def active(self) -> list[JobRecord]:
        """Return what has not ended."""
        found = [record for record in self._jobs.values() if not record.is_terminal]
        return sorted(found, key=lambda record: (record.created, record.id))

    def counts(self) -> dict[Status, int]:
        """Count by status."""
        found: dict[Status, int] = {}
        for record in self._jobs.values():
            found[record.status] = found.get(record.status, 0) + 1
        return found

    def tags(self, job_id: str) -> dict[str, str]:
        """Return a job's tags."""
        return dict(self._tags.get(job_id, {}))

    def set_tags(self, job_id: str, tags: Mapping[str, str]) -> Fact:
        """Add or replace tags."""
        job = self.get(job_id)
        self._tags[job_id].update(tags)
        return self._append(job, Kind.TAGS_CHANGED, {"set": dict(tags)}, self._clock())

    def remove_tags(self, job_id: str, keys: Sequence[str]) -> Fact:
        """Remove tags."""
        job = self.get(job_id)
        for key in keys:
            self._tags[job_id].pop(key, None)
        return self._append(job, Kind.TAGS_CHANGED, {"removed": list(keys)}, self._clock())

    def after(self, seq: int, *, job_id: str | None = None, limit: int = 1000) -> list[Fact]:
        """Return newer facts."""
        found = (fact for fact in self._facts[max(seq, 0) :] if job_id in (None, fact.job_id))
        return [fact for fact, _ in zip(found, range(limit), strict=False)]

    def last_seq(self) -> int:
        """Return the newest fact's number."""
        return len(self._facts)

    def close(self) -> None:
        """Let go of nothing."""


def _matches(record: JobRecord, query: JobQuery) -> bool:
    return (
        query.status in (None, record.status)
        and query.warm_pool in ("", record.warm_pool.get("Status"))
        and query.name_contains.lower() in record.name.lower()
        and _within(record.created, query.created_after, query.created_before)
        and _within(record.modified, query.modified_after, query.modified_before)
    )


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value > low) and (high is None or value < high)
