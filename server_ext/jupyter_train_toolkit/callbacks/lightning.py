"""Lightning: `Trainer(..., logger=MetricsLogger())`, alone or in a list of loggers."""

from __future__ import annotations

from .base import Callback, keep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class MetricsLogger(Callback):
    """Logs what `self.log` and `self.log_dict` bring, as often as the Trainer hands it on."""

    PARENTS = (
        ("lightning.pytorch.loggers.logger", "Logger"),
        ("pytorch_lightning.loggers.logger", "Logger"),
    )

    # What a logger is asked for; there is nothing of it to be had here.
    name = version = save_dir = root_dir = log_dir = experiment = None
    group_separator = "/"

    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Log these."""
        keep(metrics, step)

    def log_hyperparams(self, *_arguments: Any, **_others: Any) -> None:
        """Keep nothing: the job's hyperparameters are in its record."""

    def log_graph(self, *_arguments: Any, **_others: Any) -> None:
        """Keep nothing."""

    def after_save_checkpoint(self, *_arguments: Any, **_others: Any) -> None:
        """Keep nothing."""

    def save(self) -> None:
        """Do nothing: what was logged is kept."""

    def finalize(self, status: str) -> None:
        """Do nothing: what was logged is kept."""
