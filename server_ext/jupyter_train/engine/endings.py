"""How jobs end, and what is said of it and before."""

from collections.abc import Mapping

from ..contract.names import CONTAINER_RUNTIME
from ..contract.record import StopReason
from ..contract.status import SecondaryStatus as S

TRAINING = "Training is under way"
WAITING = "Waiting: "

# How a job that was told to stop ends, and what is said meanwhile.
ENDS: Mapping[StopReason | None, tuple[S, str]] = {
    None: (S.COMPLETED, "Training job completed"),
    StopReason.USER: (S.STOPPED, "Stopping the training job, as was asked"),
    StopReason.MAX_RUNTIME: (S.MAX_RUNTIME_EXCEEDED, "Stopping: MaxRuntimeInSeconds is over"),
    StopReason.MAX_WAIT: (S.MAX_WAIT_TIME_EXCEEDED, "Stopping: MaxWaitTimeInSeconds is over"),
    StopReason.MAX_PENDING: (S.STOPPED, "Stopping: MaxPendingTimeInSeconds is over"),
}
ENDED_WORDS = {
    S.COMPLETED: "Training job completed",
    S.STOPPED: "Training job stopped",
    S.MAX_RUNTIME_EXCEEDED: "Training job stopped: it ran longer than MaxRuntimeInSeconds",
    S.MAX_WAIT_TIME_EXCEEDED: "Training job stopped: MaxWaitTimeInSeconds is over",
}

_LOST_WORDS = {
    "": "the training process is gone and left no exit code (killed, or the host restarted)",
    CONTAINER_RUNTIME: "the container is gone and left no exit code (removed, or killed with the "
    "engine or the host)",
}


def lost_words(runtime: str) -> str:
    """Return what is said of an attempt that left no exit code."""
    return _LOST_WORDS.get(runtime, _LOST_WORDS[""])
