"""Hugging Face's Trainer: `Trainer(..., callbacks=[MetricsCallback()])`."""

from __future__ import annotations

from .base import Callback, keep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# The Trainer calls whatever it knows; what is not ours to do is done by nothing.
_EVENTS = "on_"


class MetricsCallback(Callback):
    """Logs what the Trainer logs, under the names of its event files: train/loss, eval/loss."""

    PARENTS = (("transformers.trainer_callback", "TrainerCallback"),)

    def on_log(
        self, _arguments: Any, state: Any, _control: Any, logs: Any = None, **_others: Any
    ) -> None:
        """Log these at the Trainer's own step."""
        if state.is_world_process_zero:
            named = {_board_name(name): value for name, value in (logs or {}).items()}
            keep(named, int(state.global_step))

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Take every other event, of any version."""
        if name.startswith(_EVENTS):
            return _nothing
        raise AttributeError(name)


def _nothing(*_arguments: Any, **_others: Any) -> None:
    pass


def _board_name(name: str) -> str:
    for split in ("eval", "test"):
        if name.startswith(split + "_"):
            return split + "/" + name[len(split) + 1 :]
    return "train/" + name
