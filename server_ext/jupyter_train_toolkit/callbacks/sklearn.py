"""scikit-learn: a loop over `partial_fit` that logs.

>>> for _ in partial_fit(model, batches, validation=(x, y), classes=[0, 1]):
...     pass
"""

from __future__ import annotations

from .base import keep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any


def partial_fit(
    model: Any, batches: Iterable[Any], validation: Any = None, every: int = 1, **options: Any
) -> Iterator[dict[str, float]]:
    """Fit the model to each batch, log how it stands, and yield that.

    A batch is what `model.partial_fit` takes, such as (x, y); `options` go with each.  Logged are
    the model's `loss_`, where it has one, and at each `every`-th batch its score on `validation`.
    """
    for number, batch in enumerate(batches):
        model.partial_fit(*(batch if isinstance(batch, tuple) else (batch,)), **options)
        values = {}
        if hasattr(model, "loss_"):
            values["loss"] = float(model.loss_)
        if validation is not None and number % every == 0:
            values["validation_score"] = float(model.score(*validation))
        keep(values, number)
        yield values
