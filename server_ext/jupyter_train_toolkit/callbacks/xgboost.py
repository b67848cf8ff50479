"""XGBoost: `xgboost.train(..., evals=[(valid, "validation")], callbacks=[MetricsCallback()])`."""

from __future__ import annotations

from .base import Callback, keep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class MetricsCallback(Callback):
    """Logs each round's evaluation under SageMaker's names: validation:rmse, train:auc."""

    PARENTS = (("xgboost.callback", "TrainingCallback"),)

    def before_training(self, model: Any) -> Any:
        """Leave the model as it is."""
        return model

    def after_training(self, model: Any) -> Any:
        """Leave the model as it is."""
        return model

    def before_iteration(self, _model: Any, _epoch: int, _log: Any) -> bool:
        """Go on."""
        return False

    def after_iteration(self, _model: Any, epoch: int, evals_log: Any) -> bool:
        """Log a round, and go on."""
        values = {
            "%s:%s" % (data, metric): _mean(history[-1])
            for data, metrics in evals_log.items()
            for metric, history in metrics.items()
        }
        keep(values, epoch)
        return False


def _mean(value: Any) -> Any:
    """Return the mean of what cross-validation gives as (mean, deviation)."""
    return value[0] if isinstance(value, (tuple, list)) else value
