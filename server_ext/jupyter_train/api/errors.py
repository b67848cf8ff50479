"""From exception to AWS error: the only place that knows both."""

import logging
from dataclasses import dataclass

from ..engine.errors import ClientError, LimitError, RefusedError
from ..engine.patience import is_full
from ..store.base import (
    BadBucketError,
    BadKeyError,
    NameTakenError,
    NoSuchBucketError,
    NoSuchKeyError,
    StaleRecordError,
    UnknownJobError,
)

_log = logging.getLogger(__name__)

_FULL = "the disk of the manager's state folder is full and nothing was kept; make room, try again"

NOT_FOUND = "Requested resource not found."
"""What SageMaker says of an unknown job, with the code ValidationException."""


class ApiError(Exception):
    """An answer that is an error: AWS's code, a sentence, the HTTP status."""

    code = "ValidationException"
    status = 400

    def __init__(self, message: str, *, code: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code or self.code
        self.status = status or self.status


class ValidationError(ApiError):
    """The request breaks a rule."""


class SerializationError(ApiError):
    """The request's body cannot be read."""

    code = "SerializationException"


class UnknownOperationError(ApiError):
    """There is no such operation, or none here."""

    code = "UnknownOperationException"


class IdentityError(ApiError):
    """The caller is not who may call."""

    code = "AccessDeniedException"
    status = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error on its way out."""

    code: str
    message: str
    status: int = 400


# Read a row as: this exception is answered with this code and status; the message is its own.
_CODES: dict[type[Exception], tuple[str, int]] = {
    RefusedError: ("ValidationException", 400),
    ClientError: ("ValidationException", 400),
    LimitError: ("ResourceLimitExceeded", 400),
    StaleRecordError: ("ConflictException", 409),
    NoSuchBucketError: ("NoSuchBucket", 404),
    NoSuchKeyError: ("NoSuchKey", 404),
    BadKeyError: ("InvalidArgument", 400),
    BadBucketError: ("InvalidBucketName", 400),
}


def failure_of(error: Exception) -> Failure:
    """Return what a caller is told of an exception; what nobody foresaw is logged in full."""
    if isinstance(error, ApiError):
        return Failure(code=error.code, message=str(error), status=error.status)
    if isinstance(error, UnknownJobError):
        return Failure(code="ValidationException", message=NOT_FOUND)
    if isinstance(error, NameTakenError):
        return Failure(code="ResourceInUse", message=_taken(error))
    for kind, (code, status) in _CODES.items():
        if isinstance(error, kind):
            return Failure(code=code, message=str(error) or code, status=status)
    if is_full(error):
        return Failure(code="ResourceLimitExceeded", message=f"{_FULL}: {error}")
    _log.error("a request failed", exc_info=error)
    message = f"the manager failed ({type(error).__name__}); its log says more"
    return Failure(code="InternalFailure", message=message, status=500)


def _taken(error: NameTakenError) -> str:
    name = str(error)
    return (
        f"Training job names must be unique within an AWS account and region, and a training job "
        f"with this name already exists ({name})"
    )
