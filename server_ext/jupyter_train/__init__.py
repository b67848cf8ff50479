"""Managed training jobs for JupyterLab, on hardware you own."""

from importlib import import_module
from typing import Any

# What a notebook imports from here; each is loaded when it is first asked for.
_EXPORTS = {
    "Estimator": "notebook.estimator",
    "Session": "notebook.session",
    "TrainingInput": "client.inputs",
    "TrainingJob": "notebook.job",
    "TrainingJobFailed": "notebook.errors",
    "connect": "client.find",
    "form": "notebook.form",
    "get_execution_role": "notebook.estimator",
}


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab where the prebuilt front end is."""
    return [{"src": "labextension", "dest": "jupyter-train"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell the Jupyter server what to load."""
    from .server.extension import JupyterTrain  # noqa: PLC0415  # only the server needs tornado

    return [{"module": "jupyter_train", "app": JupyterTrain}]


def load_ipython_extension(shell: Any) -> None:
    """Give a notebook %%train, %jobs, %logs and their like (`%load_ext jupyter_train`)."""
    import_module(".notebook.magics", __name__).load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take the magics away and close what they opened."""
    import_module(".notebook.magics", __name__).unload(shell)


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_EXPORTS[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})
