"""What a notebook is told when waiting did not end well: sentences, not tracebacks."""

from collections.abc import Sequence


class TrainingJobFailed(Exception):  # noqa: N818 - a sentence in `except`, and the name people know
    """A job that was waited for has failed; carries its name, FailureReason and last lines."""

    def __init__(self, name: str, reason: str, lines: Sequence[str] = ()) -> None:
        self.name = name
        self.reason = reason
        self.lines = tuple(lines)
        said = f"training job {name} failed: {reason or 'no reason was given'}"
        log = "\n".join(["", "last lines of its log:", *self.lines]) if lines else ""
        super().__init__(said + log)

    def _render_traceback_(self) -> list[str]:
        """Show the job's end, not the waiting notebook's stack (a hook of IPython)."""
        return [f"TrainingJobFailed: {self}"]


class WaitInterrupted(KeyboardInterrupt):
    """Waiting was interrupted; the job goes on."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"no longer waiting; training job {name} goes on. "
            f"job.wait() waits again, job.stop() ends it (here: _job, or %stop {name})"
        )

    def _render_traceback_(self) -> list[str]:
        """Show the sentence only (a hook of IPython)."""
        return [f"Interrupted: {self}"]
