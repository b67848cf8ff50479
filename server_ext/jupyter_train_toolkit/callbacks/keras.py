"""Keras: `model.fit(..., callbacks=[MetricsCallback()])`."""

from __future__ import annotations

from .base import Callback, keep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


class MetricsCallback(Callback):
    """Logs each epoch's loss and metrics; with `every`, those of each so-manieth batch too."""

    PARENTS = (("keras.callbacks", "Callback"), ("keras.src.callbacks.callback", "Callback"))

    def __init__(self, every: int = 0) -> None:
        super().__init__()
        self.every = every
        self.batches = 0

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log an epoch."""
        named = {"epoch_" + name: v for name, v in (logs or {}).items()} if self.every else logs
        keep(named, epoch)

    def on_train_batch_end(self, _batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log a batch, counted from the first epoch's first."""
        self.batches += 1
        if self.every and self.batches % self.every == 0:
            keep(logs, self.batches - 1)

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Take every other event, of any version."""
        if name.startswith(("on_", "set_")):
            return _nothing
        raise AttributeError(name)


def _nothing(*_arguments: Any, **_others: Any) -> None:
    pass
