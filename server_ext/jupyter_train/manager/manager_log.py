"""The manager's log file: rotated, and without secrets."""

import logging
import os
from collections.abc import Sequence
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from ..contract.manager_file import LOG_FILE

_SIZE, _KEPT = 2 << 20, 3


class DiscreetFormatter(logging.Formatter):
    """Blots out secrets wherever they stand, tracebacks included."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


class PrivateFileHandler(RotatingFileHandler):
    """A log file that is its owner's alone, each one that it begins."""

    def _open(self) -> TextIOWrapper:
        file = super()._open()
        os.fchmod(file.fileno(), 0o600)
        return file


def open_log(home: Path, secrets: Sequence[str], *, foreground: bool) -> None:
    """Send what the process logs to the state folder's log; in the foreground to stderr too."""
    handlers: list[logging.Handler] = [
        PrivateFileHandler(home / LOG_FILE, maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8")
    ]
    if foreground:
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.setFormatter(DiscreetFormatter(secrets))
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)
    logging.captureWarnings(capture=True)
