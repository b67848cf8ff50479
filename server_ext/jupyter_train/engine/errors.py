"""What the engine refuses and why jobs fail, in words for the person who asked."""


class RefusedError(Exception):
    """The request cannot be carried out as it is; nothing was changed."""


class LimitError(Exception):
    """The request asks for more than this manager has; nothing was changed."""


class ClientError(Exception):
    """The job cannot run for a reason its owner can mend: FailureReason `ClientError: …`."""


class AlgorithmError(Exception):
    """The user's code failed: FailureReason `AlgorithmError: …`."""


class InternalServerError(Exception):
    """The job was lost for a reason that is not its owner's: retried by RetryStrategy."""


# Read a row as: this exception, or one of its kind, is told with AWS's word.
_WORDS: dict[type[Exception], str] = {
    ClientError: "ClientError",
    LimitError: "ClientError",
    AlgorithmError: "AlgorithmError",
    InternalServerError: "InternalServerError",
    OSError: "ClientError",
}

REASON_LENGTH = 1024
"""FailureReason's limit in the service model."""


def is_foreseen(error: Exception) -> bool:
    """Whether this is one of the ways in which a job is known to fail."""
    return isinstance(error, tuple(_WORDS))


def failure_reason(error: Exception) -> str:
    """Return the FailureReason of a job that failed with this error."""
    kind = f"InternalServerError: {type(error).__name__}"
    for cause, word in _WORDS.items():
        if isinstance(error, cause):
            kind = word
    return f"{kind}: {error}"[:REASON_LENGTH]
