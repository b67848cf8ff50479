"""What runs inside a training job; needs nothing but Python.

>>> from jupyter_train_toolkit import channel, hyperparameters, log, model_dir
"""

TYPE_CHECKING = False
if TYPE_CHECKING:  # for editors; at run time each name is fetched when it is first used
    from .checkpoint import checkpoint_dir, latest, saving
    from .environment import (
        channel,
        channels,
        current_host,
        hosts,
        hyperparameters,
        in_job,
        job_name,
        model_dir,
        num_gpus,
        output_data_dir,
        rank,
    )
    from .media import log_histogram, log_image, log_table, log_text
    from .metrics import log

__all__ = [
    "channel",
    "channels",
    "checkpoint_dir",
    "current_host",
    "hosts",
    "hyperparameters",
    "in_job",
    "job_name",
    "latest",
    "log",
    "log_histogram",
    "log_image",
    "log_table",
    "log_text",
    "model_dir",
    "num_gpus",
    "output_data_dir",
    "rank",
    "saving",
]

_HOMES = {
    "log": "metrics",
    **dict.fromkeys(("checkpoint_dir", "latest", "saving"), "checkpoint"),
    **dict.fromkeys(("log_histogram", "log_image", "log_table", "log_text"), "media"),
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        message = "module 'jupyter_train_toolkit' has no attribute {!r}; there is: {}"
        raise AttributeError(message.format(name, ", ".join(__all__)))
    from importlib import import_module  # noqa: PLC0415  costs nothing here: Python has it loaded

    home = _HOMES.get(name, "environment")
    value: object = getattr(import_module("." + home, __name__), name)
    globals()[name] = value
    return value
