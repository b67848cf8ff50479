"""Run a notebook as a job: `python -m jupyter_train_toolkit.notebook analysis.ipynb`.

Needs nbclient and ipykernel, in the interpreter of the job; nothing else of the toolkit does.
"""

from __future__ import annotations

import os
import sys
import tempfile

from ..environment import is_own, read_config
from ..failure import CannotRunError, report
from ..layout import here
from .parameters import insert_parameters

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than this package
    from typing import Any


def main(path: str) -> int:
    """Run the notebook; a cell that fails, or all that prevents a start, is said in the failure."""
    try:
        return run(path, read_config("hyperparameters.json", {}))
    except CannotRunError as error:
        report(str(error))
    except OSError as error:
        report("the notebook cannot be run: %s" % error)
    return 1


def run(path: str, hyperparameters: dict[str, Any]) -> int:
    """Run a notebook with these hyperparameters; returns the exit code."""
    notebook = read_notebook(path)
    given = {key: hyperparameters[key] for key in hyperparameters if is_own(key)}
    insert_parameters(notebook, given)
    with tempfile.TemporaryDirectory(prefix="notebook-") as own:
        # Neither a home that can be written to nor somebody's start-up files have a part in a job.
        os.environ["JUPYTER_RUNTIME_DIR"] = os.environ["IPYTHONDIR"] = own
        from .client import execute  # noqa: PLC0415  what it needs may be missing

        failure = execute(notebook, places(os.path.basename(path)))
    if failure:
        report(failure)
    return 1 if failure else 0


def places(name: str) -> tuple[str, ...]:
    """Return where the executed notebook goes: into the output archive, and beside it as itself."""
    intermediate = os.path.join(here().output, "intermediate")
    folders = (os.environ.get("SM_OUTPUT_DATA_DIR") or here().output_data, intermediate)
    for folder in folders:
        os.makedirs(folder, exist_ok=True)
    return tuple(os.path.join(folder, name) for folder in folders)


def read_notebook(path: str) -> Any:
    """Return the notebook in a file; CannotRunError if it is none, or cannot be run here."""
    try:
        import ipykernel  # noqa: F401, PLC0415  the kernel, which is a process of its own
        import nbclient  # noqa: F401, PLC0415  the user's, as all that a job imports
        import nbformat  # noqa: PLC0415  the same
    except ImportError as error:
        raise CannotRunError(
            "a notebook runs with nbclient and ipykernel, and %s has not both: %s; install them "
            "there, or name them in a requirements.txt beside the notebook"
            % (sys.executable, error)
        ) from error
    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # typed in part
    except (ValueError, AttributeError, KeyError) as error:
        # nbformat's NotJSONError is a ValueError.
        text = str(error).splitlines() or [type(error).__name__]
        raise CannotRunError("%s is no notebook: %s" % (path, text[0][:200])) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
