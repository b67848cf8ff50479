"""What the engine refuses and why jobs fail, in words for the person who asked."""

import errno


class RefusedError(Exception):
    """The request cannot be carried out as it is; nothing was changed."""


class LimitError(Exception):
    """The request asks for more than this manager has; nothing was changed."""


class ClientError(Exception):
    """The job cannot run for a reason its owner can mend: FailureReason `ClientError: …`."""


class AlgorithmError(Exception):
    """The user's code failed: FailureReason `AlgorithmError: …`."""


class InternalServerError(Exception):
    """The job was lost for a reason that is not its owner's: repeated by RetryStrategy."""


_OURS = "InternalServerError"

# Read a row as: this exception, or one of its kind, is told with AWS's word.
_WORDS: dict[type[Exception], str] = {
    ClientError: "ClientError",
    LimitError: "ClientError",
    AlgorithmError: "AlgorithmError",
    InternalServerError: _OURS,
}

# What the system says of names that a job gave, and of its right to them.  All else is the
# machine's: no room, no memory, no descriptors, a disk that is broken.
_OF_NAMES = (
    None,  # an error of ours, which says what is no plain file
    *(errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ELOOP),
    *(errno.ENAMETOOLONG, errno.EINVAL, errno.EACCES, errno.EPERM, errno.EXDEV, errno.EMLINK),
)

REASON_LENGTH = 1024
"""FailureReason's limit in the service model."""


def is_foreseen(error: Exception) -> bool:
    """Whether this is one of the ways in which a job is known to fail."""
    return bool(_word(error))


def is_ours(error: Exception) -> bool:
    """Whether the fault is no owner's: AWS's InternalServerError, which RetryStrategy repeats."""
    return _word(error) in ("", _OURS)


def failure_reason(error: Exception) -> str:
    """Return the FailureReason of a job that failed with this error."""
    kind = _word(error) or f"{_OURS}: {type(error).__name__}"
    return f"{kind}: {error}"[:REASON_LENGTH]


def _word(error: Exception) -> str:
    if isinstance(error, OSError):
        return "ClientError" if error.errno in _OF_NAMES else ""
    return next((word for kind, word in _WORDS.items() if isinstance(error, kind)), "")
