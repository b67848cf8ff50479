"""A launch form: widgets for a job's hyperparameters, whose button submits it."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from .estimator import Estimator
from .inputs import Inputs
from .job import TrainingJob


class LaunchForm:
    """A form around an estimator; show it as the last value of a cell."""

    def __init__(self, estimator: Estimator, inputs: Inputs = None) -> None:
        widgets = _widgets()
        self.estimator = estimator
        self.inputs = inputs
        self.job: TrainingJob | None = None
        self.name = widgets.Text(description="name", placeholder="made from the script's")
        self.fields = {
            name: _field(widgets, name, value)
            for name, value in estimator.hyperparameters().items()
        }
        self.button = widgets.Button(description="Train", button_style="primary", icon="play")
        self.button.on_click(self.submit)
        self.output = widgets.Output()
        parts = [self.name, *self.fields.values(), self.button, self.output]
        self.box = widgets.VBox(parts)

    def submit(self, _: object = None) -> None:
        """Submit a job with what the form says; its live view, or the error, appears below."""
        self.output.clear_output()
        with self.output:
            values = {name: field.value for name, field in self.fields.items()}
            self.estimator.set_hyperparameters(**values)
            name = self.name.value.strip() or None
            self.job = self.estimator.submit(self.inputs, job_name=name)
            self.job.show()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)


def form(
    entry_point: str,
    inputs: Inputs = None,
    hyperparameters: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> LaunchForm:
    """Return a launch form for a script; the rest is what Estimator takes."""
    estimator = Estimator(
        entry_point=entry_point, hyperparameters=dict(hyperparameters or {}), **parameters
    )
    return LaunchForm(estimator, inputs)


def _widgets() -> ModuleType:
    try:
        import ipywidgets  # noqa: PLC0415 - optional
    except ImportError as error:
        raise ImportError(
            "the form needs ipywidgets: pip install ipywidgets; "
            "Estimator and %train submit the same job without it"
        ) from error
    return ipywidgets  # type: ignore[no-any-return]  # it ships no types


# The first type that a value is of decides; bool comes before int, which it also is.
_FIELDS = {bool: "Checkbox", int: "IntText", float: "FloatText", object: "Text"}


def _field(widgets: ModuleType, name: str, value: Any) -> Any:
    kind = next(kind for type_, kind in _FIELDS.items() if isinstance(value, type_))
    return getattr(widgets, kind)(value=value if kind != "Text" else str(value), description=name)
