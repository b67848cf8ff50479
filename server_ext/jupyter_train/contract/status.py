"""Where a training job stands: AWS's statuses, secondary statuses, and the table of moves."""

from enum import StrEnum


class Status(StrEnum):
    """TrainingJobStatus: what a caller branches on."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    DELETING = "Deleting"


class SecondaryStatus(StrEnum):
    """SecondaryStatus: what a person reads."""

    STARTING = "Starting"
    PENDING = "Pending"
    DOWNLOADING = "Downloading"
    TRAINING = "Training"
    UPLOADING = "Uploading"
    STOPPING = "Stopping"
    INTERRUPTED = "Interrupted"
    RESTARTING = "Restarting"
    UPDATING = "Updating"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"
    MAX_RUNTIME_EXCEEDED = "MaxRuntimeExceeded"
    MAX_WAIT_TIME_EXCEEDED = "MaxWaitTimeExceeded"


S = SecondaryStatus

TERMINAL = frozenset(
    {S.COMPLETED, S.FAILED, S.STOPPED, S.MAX_RUNTIME_EXCEEDED, S.MAX_WAIT_TIME_EXCEEDED}
)

# A job that lost its attempt goes on as one that was just accepted.
_AGAIN = frozenset({S.STARTING, S.PENDING, S.DOWNLOADING, S.STOPPING, S.FAILED})

# Read a row as: from this status, a job may go to these.
MOVES: dict[SecondaryStatus, frozenset[SecondaryStatus]] = {
    S.STARTING: frozenset({S.PENDING, S.DOWNLOADING, S.STOPPING, S.FAILED}),
    S.PENDING: frozenset({S.STARTING, S.DOWNLOADING, S.STOPPING, S.FAILED}),
    S.DOWNLOADING: frozenset({S.TRAINING, S.STOPPING, S.FAILED, S.INTERRUPTED, S.RESTARTING}),
    S.TRAINING: frozenset({S.UPLOADING, S.STOPPING, S.FAILED, S.INTERRUPTED, S.RESTARTING}),
    S.INTERRUPTED: _AGAIN,
    S.RESTARTING: _AGAIN,
    S.UPDATING: frozenset({S.TRAINING, S.STOPPING, S.FAILED}),
    S.STOPPING: frozenset(
        {S.UPLOADING, S.STOPPED, S.FAILED, S.MAX_RUNTIME_EXCEEDED, S.MAX_WAIT_TIME_EXCEEDED}
    ),
    S.UPLOADING: frozenset(
        {S.COMPLETED, S.FAILED, S.STOPPED, S.MAX_RUNTIME_EXCEEDED, S.MAX_WAIT_TIME_EXCEEDED}
    ),
    **{ended: frozenset() for ended in TERMINAL},
}

_ENDED = {
    S.COMPLETED: Status.COMPLETED,
    S.FAILED: Status.FAILED,
    S.STOPPED: Status.STOPPED,
    S.MAX_RUNTIME_EXCEEDED: Status.STOPPED,
    S.MAX_WAIT_TIME_EXCEEDED: Status.STOPPED,
}


class IllegalMoveError(Exception):
    """A change of status that the table of moves does not hold."""

    def __init__(self, old: SecondaryStatus, new: SecondaryStatus) -> None:
        allowed = ", ".join(sorted(MOVES[old])) or "nothing: it has ended"
        super().__init__(f"a job cannot go from {old} to {new}; from {old} it may go to {allowed}")


def primary(secondary: SecondaryStatus, *, stopping: bool) -> Status:
    """Return the status a secondary status belongs to; `stopping` once a stop was asked for."""
    if secondary in _ENDED:
        return _ENDED[secondary]
    return Status.STOPPING if stopping or secondary is S.STOPPING else Status.IN_PROGRESS


def check_move(old: SecondaryStatus, new: SecondaryStatus) -> None:
    """Raise IllegalMoveError unless the table of moves holds old -> new."""
    if new not in MOVES[old]:
        raise IllegalMoveError(old, new)
