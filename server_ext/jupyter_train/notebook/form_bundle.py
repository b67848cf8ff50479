"""What a notebook's output says of a launch form: the form for our front end, words for others."""

import re
from html import escape
from pathlib import Path
from typing import Any

from ..client.form_document import form_of
from ..client.inputs import Inputs
from .display import MIME_VERSION
from .estimator import Estimator

MIME_TYPE = "application/vnd.jupyter-train.form+json"

_ELSEWHERE = (
    "The form is drawn where JupyterLab has the jupyter-train extension, and elsewhere with "
    "ipywidgets (pip install ipywidgets); Estimator and %train submit the same job without it."
)

# What variables are called that hold what nobody else should read.
_SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|API[_-]?KEY|[_-]KEY$", re.IGNORECASE)


def form_bundle(estimator: Estimator, inputs: Inputs = None) -> dict[str, Any]:
    """Return the MIME bundle; the widgets alone where a form cannot say what the estimator does."""
    form = form_document(estimator, inputs)
    text = _words(estimator)
    words = {"text/plain": text, "text/html": f"<p>{escape(text)}</p><p>{escape(_ELSEWHERE)}</p>"}
    return words if form is None else {MIME_TYPE: {"form": form, "version": MIME_VERSION}, **words}


def form_document(estimator: Estimator, inputs: Inputs = None) -> dict[str, Any] | None:
    """Return the form that asks for the estimator's next job; None if no form can.

    It is filled again from the file browser's folder, so paths are whole.
    """
    said = vars(estimator)
    script = _script(said)
    # A notebook is saved, and sent to others, with all that its outputs say.
    if script is None or any(map(_SECRET.search, said["environment"] or ())):
        return None
    request = estimator.request(inputs)
    tags = {each["Key"]: each["Value"] for each in request.get("Tags", ())}
    return {**form_of(request, tags), **script}


def _script(said: dict[str, Any]) -> dict[str, Any] | None:
    """Return what names the script; None if more goes with it than a form can say."""
    program, folder = said["entry_point"], said["source_dir"]
    if program is None or str(folder).startswith(("s3://", "file://")):
        return {}
    if said["dependencies"]:
        return None
    if folder is None:
        return {"path": str(Path(program).expanduser().absolute())}
    script = Path(folder).expanduser().absolute() / program
    # A form sends the folder that the script is in.
    is_in_front = script.parent == Path(folder).expanduser().absolute()
    return {"path": str(script), "whole_folder": True} if is_in_front else None


def _words(estimator: Estimator) -> str:
    said = vars(estimator)
    what = said["entry_point"] or said["image_uri"] or "a script"
    values = ", ".join(f"{name}={value}" for name, value in estimator.hyperparameters().items())
    return f"launch form of {what}: {values}" if values else f"launch form of {what}"
