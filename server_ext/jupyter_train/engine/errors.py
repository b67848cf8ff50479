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


REASON_LENGTH = 1024
"""FailureReason's limit in the service model."""


def failure_reason(error: Exception) -> str:
    """Return the FailureReason of a job that failed with this error."""
    if isinstance(error, ClientError | AlgorithmError | InternalServerError):
        kind = type(error).__name__
    elif isinstance(error, OSError):
        kind = "ClientError"
    else:
        kind = f"InternalServerError: {type(error).__name__}"
    return f"{kind}: {error}"[:REASON_LENGTH]
