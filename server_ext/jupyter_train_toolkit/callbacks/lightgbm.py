"""LightGBM: `lightgbm.train(..., valid_sets=[valid], callbacks=[MetricsCallback()])`."""

from __future__ import annotations

from .base import Callback, keep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class MetricsCallback(Callback):
    """Logs each round's evaluation: valid_0:l2, training:auc."""

    before_iteration = False
    order = 10
    """Before early stopping, which ends the round by an exception."""

    def __call__(self, env: Any) -> None:
        """Log a round."""
        results = env.evaluation_result_list or ()
        keep({"%s:%s" % (each[0], each[1]): each[2] for each in results}, env.iteration)
