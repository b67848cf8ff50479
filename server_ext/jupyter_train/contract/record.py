"""How far a training job has come: the one row the store keeps of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from .spec import Document, TrainingJob, read_spec
from .status import TERMINAL, SecondaryStatus, Status, check_move, primary


class Desired(StrEnum):
    """What the user (or a limit) wants of a job; what is observed is kept beside it."""

    RUN = "run"
    STOP = "stop"


class StopReason(StrEnum):
    """Why a job was told to stop."""

    USER = "user"
    MAX_RUNTIME = "max-runtime"
    MAX_WAIT = "max-wait"
    MAX_PENDING = "max-pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One stay in a secondary status; epoch seconds, `end` is None while it lasts."""

    status: SecondaryStatus
    start: float
    end: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job's request and its state; a change is a new record (see `moved`, `said`, `changed`).

    `image` and `image_digest` say what the job ran in, `warm_pool` is AWS's WarmPoolStatus.
    """

    id: str
    name: str
    document: Document
    owner: str = ""
    created: float
    modified: float
    secondary: SecondaryStatus = SecondaryStatus.STARTING
    transitions: tuple[Transition, ...] = ()
    desired: Desired = Desired.RUN
    stop_reason: StopReason | None = None
    attempt: int = 0
    host: str = ""
    runtime: str = ""
    gpus: tuple[str, ...] = ()
    training_started: float | None = None
    training_ended: float | None = None
    stop_signalled: float | None = None
    exit_code: int | None = None
    failure_reason: str | None = None
    artifact_uri: str | None = None
    unreachable: bool = False
    image: str = ""
    image_digest: str = ""
    warm_pool: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0

    @property
    def spec(self) -> TrainingJob:
        """The request as typed data."""
        return read_spec(self.document)

    @property
    def status(self) -> Status:
        """AWS's primary status."""
        return primary(self.secondary, stopping=self.desired is Desired.STOP)

    @property
    def is_terminal(self) -> bool:
        """Whether the job has ended; a terminal state never changes."""
        return self.secondary in TERMINAL

    def moved(
        self, to: SecondaryStatus, now: float, message: str = "", **changes: Any
    ) -> "JobRecord":
        """Return the record after a move; IllegalMoveError if the table of moves lacks it."""
        check_move(self.secondary, to)
        past = self.transitions
        if past and past[-1].end is None:
            past = (*past[:-1], replace(past[-1], end=now))
        stay = Transition(
            status=to, start=now, end=now if to in TERMINAL else None, message=message
        )
        return replace(self, secondary=to, transitions=(*past, stay), modified=now, **changes)

    def said(self, now: float, message: str) -> "JobRecord":
        """Return the record with another message for the status it is in."""
        past = self.transitions
        told = (*past[:-1], replace(past[-1], message=message)) if past else past
        return replace(self, transitions=told, modified=now)

    def changed(self, now: float, **changes: Any) -> "JobRecord":
        """Return the record with other facts and the same status."""
        return replace(self, modified=now, **changes)


def new_record(
    job_id: str, document: Document, now: float, owner: str = "", message: str = ""
) -> JobRecord:
    """Return the record of a job that was just accepted."""
    start = Transition(status=SecondaryStatus.STARTING, start=now, message=message)
    return JobRecord(
        id=job_id,
        name=document["TrainingJobName"],
        document=document,
        owner=owner,
        created=now,
        modified=now,
        transitions=(start,),
    )


def print_record(record: JobRecord) -> dict[str, Any]:
    """Return a record as plain JSON data."""
    return asdict(record)


_READERS: dict[str, Any] = {
    "secondary": SecondaryStatus,
    "desired": Desired,
    "gpus": tuple,
    "stop_reason": lambda text: StopReason(text) if text else None,
    "transitions": lambda rows: tuple(
        Transition(**{**row, "status": SecondaryStatus(row["status"])}) for row in rows
    ),
}


def parse_record(data: Mapping[str, Any]) -> JobRecord:
    """Read a record back; members that a newer version added are ignored."""
    known = {each.name for each in fields(JobRecord)}
    return JobRecord(
        **{
            name: _READERS.get(name, lambda value: value)(value)
            for name, value in data.items()
            if name in known
        }
    )
