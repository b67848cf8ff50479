"""What happened: facts, in the past tense, numbered in one order for the whole manager."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The closed list of facts."""

    JOB_SUBMITTED = "JobSubmitted"
    JOB_MOVED = "JobMoved"
    JOB_UPDATED = "JobUpdated"
    JOB_NOTED = "JobNoted"
    JOB_DELETED = "JobDeleted"
    STOP_REQUESTED = "StopRequested"
    ATTEMPT_CLAIMED = "AttemptClaimed"
    ATTEMPT_ENDED = "AttemptEnded"
    TAGS_CHANGED = "TagsChanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of the journal; `seq` is what a reader's cursor remembers, `time` epoch seconds."""

    seq: int
    time: float
    job_id: str
    job_name: str
    kind: Kind
    data: Mapping[str, Any] = field(default_factory=dict)
