"""A launch form: drawn by our front end, which submits while the kernel is busy; else widgets."""

import importlib
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from ..client.inputs import Inputs
from ..client.submit import is_process
from .estimator import Estimator
from .form_bundle import form_bundle
from .job import NOT_REACHABLE, TrainingJob
from .session import Session

# What AWS allows as KeepAlivePeriodInSeconds.
_LONGEST_KEEP_ALIVE = 21600
# Seconds: an engine that hangs must not keep the form from being shown.
_PATIENCE = 3.0
_CONTAINER_ONLY = ("keep_alive_period_in_seconds", "enable_network_isolation")


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
        self.container = ContainerFields(widgets, estimator)
        self.button = widgets.Button(description="Train", button_style="primary", icon="play")
        self.button.on_click(self.submit)
        self.output = widgets.Output()
        parts = [self.name, *self.fields.values(), self.container.box, self.button, self.output]
        self.box = widgets.VBox(parts)

    def submit(self, _: object = None) -> None:
        """Submit a job with what the form says; its live view, or the error, appears below."""
        self.output.clear_output()
        with self.output:
            values = {name: field.value for name, field in self.fields.items()}
            self.estimator.set_hyperparameters(**values)
            vars(self.estimator).update(self.container.parameters())
            name = self.name.value.strip() or None
            self.job = self.estimator.submit(self.inputs, job_name=name)
            self.job.show()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        # What our front end draws comes before widgets there, and is nothing to all others.
        return {**self.box._repr_mimebundle_(**options), **form_bundle(self.estimator, self.inputs)}


class PlainForm:
    """A form where there are no widgets: drawn by our front end alone, told in words elsewhere."""

    def __init__(self, estimator: Estimator, inputs: Inputs = None) -> None:
        self.estimator = estimator
        self.inputs = inputs

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return form_bundle(self.estimator, self.inputs)


class ContainerFields:
    """What a job runs in: the image, those that are here as choices, and what it may do."""

    def __init__(self, widgets: ModuleType, estimator: Estimator) -> None:
        said = vars(estimator)
        self.image = widgets.Combobox(
            description="image",
            value=said["image_uri"] or "",
            options=_local_images(estimator.session),
            placeholder="none: this notebook's Python",
        )
        self.keep_alive = widgets.BoundedIntText(
            description="keep warm, s",
            value=said["keep_alive_period_in_seconds"] or 0,
            max=_LONGEST_KEEP_ALIVE,
        )
        self.network = widgets.Checkbox(
            description="network", value=not said["enable_network_isolation"]
        )
        self.shell = widgets.Checkbox(
            description="terminals", value=bool(said["enable_remote_debug"])
        )
        self.image.observe(self._show, "value")
        self.box = widgets.VBox([self.image, self.keep_alive, self.network, self.shell])
        self._show()

    def parameters(self) -> dict[str, Any]:
        """Return what the fields say, as parameters of Estimator."""
        image = self.image.value.strip() or None
        said = {"image_uri": image, "enable_remote_debug": self.shell.value or None}
        if is_process(image):
            return {**said, **dict.fromkeys(_CONTAINER_ONLY)}
        return {
            **said,
            "keep_alive_period_in_seconds": self.keep_alive.value or None,
            "enable_network_isolation": not self.network.value or None,
        }

    def _show(self, _: object = None) -> None:
        shown = None if not is_process(self.image.value.strip()) else "none"
        for field in (self.keep_alive, self.network):
            field.layout.display = shown


def form(
    entry_point: str | None = None,
    inputs: Inputs = None,
    hyperparameters: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> "LaunchForm | PlainForm":
    """Return a launch form for a script, or an image; the rest is what Estimator takes."""
    estimator = Estimator(
        entry_point=entry_point, hyperparameters=dict(hyperparameters or {}), **parameters
    )
    try:
        return LaunchForm(estimator, inputs)
    except ModuleNotFoundError as error:
        if error.name != "ipywidgets":  # which is optional
            raise
        return PlainForm(estimator, inputs)


def _local_images(session: Session) -> list[str]:
    """Return the images that are here; none where nobody can say, and any may be typed."""
    try:
        answer = session.connect().call("ListImages", service="jupytertrain", timeout=_PATIENCE)
    except NOT_REACHABLE:
        return []
    return sorted({each["Name"] for each in answer.get("Images", ())})


def _widgets() -> ModuleType:
    return importlib.import_module("ipywidgets")


# The first type that a value is of decides; bool comes before int, which it also is.
_FIELDS = {bool: "Checkbox", int: "IntText", float: "FloatText", object: "Text"}


def _field(widgets: ModuleType, name: str, value: Any) -> Any:
    kind = next(kind for type_, kind in _FIELDS.items() if isinstance(value, type_))
    return getattr(widgets, kind)(value=value if kind != "Text" else str(value), description=name)
