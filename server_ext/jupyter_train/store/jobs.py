"""Jobs in SQLite (WAL, synchronous=FULL): an acknowledged write survives a loss of power."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, tuple_, update
from sqlalchemy import delete as delete_from
from sqlalchemy.exc import IntegrityError

from ..contract.events import Fact, Kind
from ..contract.record import JobRecord, parse_record, print_record
from ..contract.status import Status
from .base import (
    JobQuery,
    JobStore,
    StaleRecordError,
    UnknownJobError,
    name_taken,
)
from .journal import Journal
from .tables import JOB, TAG

_SORT_COLUMNS: dict[str, ColumnElement[Any]] = {
    "CreationTime": JOB.c.created,
    "Name": JOB.c.name,
    "Status": JOB.c.status,
}
_ACTIVE = (Status.IN_PROGRESS, Status.STOPPING, Status.DELETING)


class SqlJobs(JobStore):
    """Jobs, tags and facts in one database file."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._journal = Journal(path, clock)

    def transaction(self) -> AbstractContextManager[object]:
        """Group writes."""
        return self._journal.writing()

    def submit(self, record: JobRecord, tags: Mapping[str, str]) -> JobRecord:
        """Keep a new job."""
        job = (record.id, record.name)
        data = {"record": print_record(record), "tags": dict(tags)}
        try:
            with self._journal.writing() as connection:
                fact = self._journal.append(job, Kind.JOB_SUBMITTED, data, record.created)
                kept = replace(record, seq=fact.seq)
                connection.execute(insert(JOB).values(_row(kept)))
                _add_tags(connection, record.id, tags)
        except IntegrityError as error:
            raise name_taken(record.name) from error
        return kept

    def change(self, record: JobRecord, kind: Kind, data: Mapping[str, Any]) -> JobRecord:
        """Replace the record if nobody else did."""
        job = (record.id, record.name)
        with self._journal.writing() as connection:
            fact = self._journal.append(job, kind, data, record.modified)
            kept = replace(record, seq=fact.seq)
            seen = (JOB.c.id == record.id) & (JOB.c.seq == record.seq)
            if connection.execute(update(JOB).where(seen).values(_row(kept))).rowcount != 1:
                raise self._refusal(record)
        return kept

    def delete(self, record: JobRecord) -> Fact:
        """Forget the job if nobody changed it."""
        job = (record.id, record.name)
        with self._journal.writing() as connection:
            connection.execute(delete_from(TAG).where(TAG.c.job_id == record.id))
            seen = (JOB.c.id == record.id) & (JOB.c.seq == record.seq)
            if connection.execute(delete_from(JOB).where(seen)).rowcount != 1:
                raise self._refusal(record)
            return self._journal.append(job, Kind.JOB_DELETED, {}, self._journal.clock())

    def _refusal(self, record: JobRecord) -> Exception:
        try:
            stored = self.get(record.id)
        except UnknownJobError as error:
            return error
        return StaleRecordError(
            f"{record.name!r} was read at fact {record.seq} and has changed since, "
            f"at fact {stored.seq}; read it again"
        )

    def find(self, name: str) -> JobRecord:
        """Return the job of this name."""
        return self._one(JOB.c.name == name, f"no training job named {name!r}")

    def find_in_any_case(self, name: str) -> JobRecord:
        """Return the job that takes this name."""
        same = func.lower(JOB.c.name) == name.lower()
        return self._one(same, f"no training job named {name!r} in any case")

    def get(self, job_id: str) -> JobRecord:
        """Return the job of this id."""
        return self._one(JOB.c.id == job_id, f"no training job with id {job_id!r}")

    def _one(self, wanted: ColumnElement[bool], otherwise: str) -> JobRecord:
        found = self._records(select(JOB.c.record).where(wanted))
        if not found:
            raise UnknownJobError(otherwise)
        return found[0]

    def select(self, query: JobQuery) -> list[JobRecord]:
        """Return one page."""
        return self._records(_page(query))

    def active(self) -> list[JobRecord]:
        """Return what has not ended."""
        wanted = select(JOB.c.record).where(JOB.c.status.in_(_ACTIVE))
        return self._records(wanted.order_by(JOB.c.created, JOB.c.id))

    def _records(self, wanted: Select[Any]) -> list[JobRecord]:
        with self._journal.reading() as connection:
            return [parse_record(document) for document in connection.scalars(wanted)]

    def counts(self) -> dict[Status, int]:
        """Count by status."""
        wanted = select(JOB.c.status, func.count()).group_by(JOB.c.status)
        with self._journal.reading() as connection:
            return {Status(status): number for status, number in connection.execute(wanted)}

    def tags(self, job_id: str) -> dict[str, str]:
        """Return a job's tags."""
        wanted = select(TAG.c.key, TAG.c.value).where(TAG.c.job_id == job_id).order_by(TAG.c.place)
        with self._journal.reading() as connection:
            return {row.key: row.value for row in connection.execute(wanted)}

    def set_tags(self, job_id: str, tags: Mapping[str, str]) -> Fact:
        """Add or replace tags."""
        with self._journal.writing() as connection:
            old = self.tags(job_id)
            for key in old.keys() & tags.keys():
                place = (TAG.c.job_id == job_id) & (TAG.c.key == key)
                connection.execute(update(TAG).where(place).values(value=tags[key]))
            fact = self._tags_changed(job_id, {"set": dict(tags)})
            _add_tags(connection, job_id, {k: v for k, v in tags.items() if k not in old})
            return fact

    def remove_tags(self, job_id: str, keys: Sequence[str]) -> Fact:
        """Remove tags."""
        with self._journal.writing() as connection:
            gone = (TAG.c.job_id == job_id) & TAG.c.key.in_(list(keys))
            connection.execute(delete_from(TAG).where(gone))
            return self._tags_changed(job_id, {"removed": list(keys)})

    def _tags_changed(self, job_id: str, data: Mapping[str, Any]) -> Fact:
        job = (job_id, self.get(job_id).name)
        return self._journal.append(job, Kind.TAGS_CHANGED, data, self._journal.clock())

    def after(self, seq: int, *, job_id: str | None = None, limit: int = 1000) -> list[Fact]:
        """Return newer facts."""
        return self._journal.after(seq, job_id, limit)

    def last_seq(self) -> int:
        """Return the newest fact's number."""
        return self._journal.last_seq()

    def close(self) -> None:
        """Let go of the file."""
        self._journal.close()


def _row(record: JobRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "status": record.status,
        "created": record.created,
        "modified": record.modified,
        "seq": record.seq,
        "record": print_record(record),
    }


def _add_tags(connection: Connection, job_id: str, tags: Mapping[str, str]) -> None:
    rows = [{"job_id": job_id, "key": key, "value": value} for key, value in tags.items()]
    if rows:
        connection.execute(insert(TAG), rows)


def _page(query: JobQuery) -> Select[Any]:
    column = _SORT_COLUMNS[query.sort_by]
    wanted = select(JOB.c.record).limit(query.limit)
    for bound in _bounds(query):
        wanted = wanted.where(bound)
    if query.after is not None:
        here, last = tuple_(column, JOB.c.id), tuple_(*query.after)
        wanted = wanted.where(here < last if query.descending else here > last)
    if query.descending:
        return wanted.order_by(column.desc(), JOB.c.id.desc())
    return wanted.order_by(column, JOB.c.id)


def _bounds(query: JobQuery) -> list[ColumnElement[bool]]:
    bounds: list[ColumnElement[bool]] = []
    if query.status is not None:
        bounds.append(JOB.c.status == query.status)
    if query.warm_pool:
        bounds.append(JOB.c.record["warm_pool"]["Status"].as_string() == query.warm_pool)
    if query.name_contains:
        bounds.append(JOB.c.name.icontains(query.name_contains, autoescape=True))
    for column, low, high in (
        (JOB.c.created, query.created_after, query.created_before),
        (JOB.c.modified, query.modified_after, query.modified_before),
    ):
        if low is not None:
            bounds.append(column > low)
        if high is not None:
            bounds.append(column < high)
    return bounds
