"""What the stores promise: each has a memory member, a durable member and a shipped suite.

A write is durable when its call returns (jobs: power loss included; logs and curves: what a crash
takes back is read again from the attempt's own files, whose cursor went back with it).  Reads may
come from any thread; writes come from one thread per store.  A write that finds the disk full
raises OSError and changes nothing; the store goes on when there is room again.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from ..contract.events import Fact, Kind
from ..contract.record import JobRecord
from ..contract.samples import Samples
from ..contract.status import Status


class NameTakenError(Exception):
    """A job of this name exists."""


def name_taken(name: str) -> NameTakenError:
    """Return the error, in words."""
    return NameTakenError(f"a training job named {name!r} exists, in upper or lower case")


class UnknownJobError(Exception):
    """No job of this name or id."""


class StaleRecordError(Exception):
    """The record was changed by somebody else since it was read; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """Which jobs, in which order, from where; a page is found by key, never by offset.

    Times are exclusive bounds; `name_contains` ignores case; `warm_pool` is the Status of what was
    kept warm after the job.
    """

    status: Status | None = None
    warm_pool: str = ""
    name_contains: str = ""
    created_after: float | None = None
    created_before: float | None = None
    modified_after: float | None = None
    modified_before: float | None = None
    sort_by: str = "CreationTime"  # or Name, Status
    descending: bool = True
    limit: int = 10
    after: tuple[Any, str] | None = None  # (sort value, job id) of the last row seen


class JobStore(ABC):
    """Jobs, their tags and the journal of facts about them."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[object]:
        """Keep all writes made inside, or none when it is left by an exception.

        The outermost one commits; one inside another undoes only its own writes.  Reads by the
        same thread see what was written so far, other threads what was committed.
        """

    @abstractmethod
    def submit(self, record: JobRecord, tags: Mapping[str, str]) -> JobRecord:
        """Keep a new job, its tags and its JobSubmitted fact, or raise NameTakenError.

        Names that differ only in upper and lower case are the same name.
        Returns the record with `seq` set to the fact's number.
        """

    @abstractmethod
    def change(self, record: JobRecord, kind: Kind, data: Mapping[str, Any]) -> JobRecord:
        """Replace the job's record and append a fact, if the stored `seq` is still `record.seq`.

        Raises StaleRecordError otherwise.  Returns the record with its new `seq`.
        """

    @abstractmethod
    def delete(self, record: JobRecord) -> Fact:
        """Forget a job and its tags; the JobDeleted fact stays. Compare-and-set like `change`."""

    @abstractmethod
    def find(self, name: str) -> JobRecord:
        """Return the job of this name or raise UnknownJobError."""

    @abstractmethod
    def find_in_any_case(self, name: str) -> JobRecord:
        """Return the job that takes this name: the one of this name but for its case."""

    @abstractmethod
    def get(self, job_id: str) -> JobRecord:
        """Return the job of this id or raise UnknownJobError."""

    @abstractmethod
    def select(self, query: JobQuery) -> list[JobRecord]:
        """Return one page."""

    @abstractmethod
    def active(self) -> list[JobRecord]:
        """Return every job that has not ended, oldest first."""

    @abstractmethod
    def counts(self) -> dict[Status, int]:
        """Return the number of jobs by status; a status that no job has is left out."""

    @abstractmethod
    def tags(self, job_id: str) -> dict[str, str]:
        """Return a job's tags in the order in which they were added."""

    @abstractmethod
    def set_tags(self, job_id: str, tags: Mapping[str, str]) -> Fact:
        """Add or replace tags; the job's `seq` stays."""

    @abstractmethod
    def remove_tags(self, job_id: str, keys: Sequence[str]) -> Fact:
        """Remove tags; unknown keys are no error."""

    @abstractmethod
    def after(self, seq: int, *, job_id: str | None = None, limit: int = 1000) -> list[Fact]:
        """Return facts numbered above `seq`, in order."""

    @abstractmethod
    def last_seq(self) -> int:
        """Return the number of the newest fact, 0 when there is none."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and threads."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One stored line: `time` ms since the epoch, where it starts and where the next one does."""

    time: int
    text: str
    position: int
    next: int


class LogStream(ABC):
    """One stream's lines.  A position is a number to hand back: ordered, and it stays valid."""

    @property
    @abstractmethod
    def source_offset(self) -> int:
        """How many bytes of the source are stored: the collector's cursor, exact after a crash."""

    @property
    @abstractmethod
    def end(self) -> int:
        """The position after the last line."""

    @abstractmethod
    def append(self, lines: Sequence[tuple[int, int, bytes]]) -> int:
        """Store (time ms, source offset after the line, text without its end); return the `end`.

        Times must not go back; a smaller one is stored as the last one.
        """

    def append_block(self, time: int, start: int, data: bytes) -> int:
        """Store whole lines of one time: source bytes from `start` on, each line with its LF."""
        texts = data.split(b"\n")[:-1]
        ends = accumulate((len(text) + 1 for text in texts), initial=start)
        next(ends)
        return self.append([(time, end, text) for end, text in zip(ends, texts, strict=True)])

    @abstractmethod
    def sync(self) -> None:
        """Make what was appended survive a loss of power: its source is about to be deleted."""

    @abstractmethod
    def read(self, position: int, limit: int, max_bytes: int = 1 << 20) -> list[LogLine]:
        """Return up to `limit` lines from `position` on (at least one, whatever its size)."""

    @abstractmethod
    def read_before(self, position: int, limit: int, max_bytes: int = 1 << 20) -> list[LogLine]:
        """Return up to `limit` lines that end at or before `position`, oldest first."""

    @abstractmethod
    def seek_time(self, time: int) -> int:
        """Return the position of the first line at or after `time` (ms), or `end`."""

    @abstractmethod
    def seek_line(self, number: int) -> int:
        """Return the position of line `number` (from 0), or `end`."""

    @abstractmethod
    def search(
        self, literal: str, position: int = 0, limit: int = 100, *, ignore_case: bool = False
    ) -> list[LogLine]:
        """Return up to `limit` lines from `position` on that contain `literal`.

        `ignore_case` is about the letters of ASCII.
        """

    @property
    @abstractmethod
    def first_time(self) -> int | None:
        """Time of the first line, ms."""

    @property
    @abstractmethod
    def last_time(self) -> int | None:
        """Time of the last line, ms."""


class LogStore(ABC):
    """All streams, by (job id, stream name)."""

    @abstractmethod
    def create(self, job_id: str, stream: str, created: float) -> LogStream:
        """Return the stream, made on first use (also empty: it is listed before its first line)."""

    @abstractmethod
    def open(self, job_id: str, stream: str) -> LogStream:
        """Return the stream or raise KeyError."""

    @abstractmethod
    def streams(self, job_id: str) -> list[str]:
        """Return the names of a job's streams, in the order they were created."""

    @abstractmethod
    def delete(self, job_id: str) -> None:
        """Forget a job's streams."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One metric of one job: how much there is of it and where it stands.

    NaN and the infinities are counted (`nan_count`), not compared.
    """

    id: int
    name: str
    count: int
    nan_count: int = 0
    last_step: int = 0
    last_time: float = 0.0
    last_value: float = 0.0
    least: float | None = None
    greatest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one source brought: samples by series name, and the source's cursor after them."""

    job_id: str
    source: str
    offset: int
    samples: Mapping[str, Samples] = field(default_factory=dict)


class CurveStore(ABC):
    """Metric series by job, in order of arrival (a step may go back after a restart)."""

    @abstractmethod
    def append(self, batches: Sequence[Batch]) -> None:
        """Store batches and their cursors in one commit: both, or neither."""

    @abstractmethod
    def cursor(self, job_id: str, source: str) -> int:
        """Return how far this source was read, 0 for a new one."""

    @abstractmethod
    def series(self, job_id: str) -> list[Series]:
        """Return a job's series in the order they first came."""

    @abstractmethod
    def after(self, job_id: str, series: int, number: int) -> Samples:
        """Return the samples from the `number`-th (from 0, in order of arrival) on, all of them."""

    @abstractmethod
    def window(
        self, job_id: str, series: int, low: float | None, high: float | None, points: int
    ) -> Samples:
        """Return samples with low <= step <= high: all if at most `points`, else thinned.

        Thinning keeps the least and the greatest of every bucket, and the first and last sample.
        """

    @abstractmethod
    def fold(self, job_id: str) -> None:
        """Pack a job that has ended."""

    @abstractmethod
    def sync(self) -> None:
        """Make every commit survive a loss of power: the sources are about to be deleted."""

    @abstractmethod
    def delete(self, job_id: str) -> None:
        """Forget a job's series and cursors."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files."""


BINARY = "binary/octet-stream"
"""The content type of an object that came without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """One object: size in bytes, `modified` epoch seconds, `etag` without quotes.

    The ETag is the MD5 in hex, or `<hex>-1` for a large file that did not come through `put`.
    """

    bucket: str
    key: str
    size: int
    modified: float
    etag: str
    content_type: str = BINARY
    metadata: Mapping[str, str] = field(default_factory=dict)


class NoSuchBucketError(Exception):
    """No bucket of this name."""


class NoSuchKeyError(Exception):
    """No object of this key."""


class BadKeyError(ValueError):
    """A key that cannot be a file: '..', '.', an empty part, NUL, a part over 255 bytes."""


class BadBucketError(ValueError):
    """A name that S3's naming rules do not allow for a bucket."""


class ObjectStore(ABC):
    """Buckets are folders and objects plain files, so a channel can use them in place.

    `within` is a prefix, "" for all of the bucket: a key whose file is elsewhere, by links that a
    job may have made, is a BadKeyError.
    """

    @abstractmethod
    def buckets(self) -> list[str]:
        """Return the names of all buckets."""

    @abstractmethod
    def create_bucket(self, bucket: str) -> None:
        """Make a bucket; existing is no error, a name against S3's rules is a BadBucketError."""

    @abstractmethod
    def put(  # noqa: PLR0913 - S3's own words for an object
        self,
        bucket: str,
        key: str,
        body: Iterable[bytes],
        *,
        content_type: str = BINARY,
        metadata: Mapping[str, str] | None = None,
        within: str = "",
    ) -> ObjectInfo:
        """Store an object atomically: all of it, durably, or what was there before."""

    @abstractmethod
    def info(self, bucket: str, key: str, *, within: str = "") -> ObjectInfo:
        """Describe an object or raise NoSuchKeyError; files that jobs wrote are objects too."""

    @abstractmethod
    def path(self, bucket: str, key: str, *, within: str = "") -> str:
        """Return the real path for a key or a prefix, inside the bucket's folder or BadKeyError."""

    @abstractmethod
    def keys(self, bucket: str, prefix: str = "", after: str = "") -> Iterator[ObjectInfo]:
        """Yield objects in the order of their keys' UTF-8 bytes, after key `after`."""

    @abstractmethod
    def delete(self, bucket: str, key: str, *, within: str = "") -> None:
        """Delete an object; an absent one is no error."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files."""
