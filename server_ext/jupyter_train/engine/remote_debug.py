"""RemoteDebugConfig: whether a shell may be opened in a job now, and when that may be changed."""

from collections.abc import Mapping
from typing import Any

from ..contract.record import JobRecord
from ..contract.spec import Document
from ..contract.status import SecondaryStatus as S
from .errors import RefusedError

MEMBER = "RemoteDebugConfig"

CHANGEABLE = frozenset({S.DOWNLOADING, S.TRAINING})
"""When AWS lets RemoteDebugConfig be changed."""

RUNNING = frozenset({S.TRAINING, S.STOPPING})
"""When there are processes of the job to be in."""


def updated(record: JobRecord, changes: Mapping[str, Any]) -> Document:
    """Return the job's document with these changes; RefusedError if it is not the time for them."""
    if MEMBER in changes and record.secondary not in CHANGEABLE:
        raise RefusedError(
            f"{MEMBER} can be changed while a job is Downloading or Training; "
            f"{record.name!r} is {record.secondary}"
        )
    return {**record.document, **changes}


def check_shell(record: JobRecord) -> None:
    """Raise RefusedError unless a shell may be opened; network isolation forbids none."""
    if record.secondary not in RUNNING:
        raise RefusedError(
            f"there is nothing running in the training job {record.name!r} to open a shell in: "
            f"it is {record.status} ({record.secondary})"
        )
    if not is_open(record):
        raise RefusedError(
            f"the training job {record.name!r} admits no shell: its {MEMBER} has no "
            f"EnableRemoteDebug=true. Switch it on: jupyter train shell --enable {record.name}, or "
            f"aws sagemaker update-training-job --training-job-name {record.name} "
            "--remote-debug-config EnableRemoteDebug=true"
        )


def is_open(record: JobRecord) -> bool:
    """Whether the job's owner has said that shells may be opened in it."""
    return record.document.get(MEMBER, {}).get("EnableRemoteDebug") is True
