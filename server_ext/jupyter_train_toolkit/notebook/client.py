"""A notebook's cells, one after the other: their output to the log, and all of it into a file."""

from __future__ import annotations

import os
import re
import sys
import time

import nbformat
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from ..failure import CannotRunError
from .parameters import language_of

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than this package
    from typing import Any

# A cell that prints is written this often, in seconds.
EVERY = 2.0

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST = 500


def execute(notebook: Any, places: tuple[str, ...]) -> str:
    """Run all cells, keeping the notebook in these files; returns why it failed, or nothing."""
    runner = Runner(notebook, places)
    say("the notebook, as far as it is: %s" % places[0])
    try:
        runner.execute()
    except CellExecutionError as error:
        for line in _COLOURS.sub("", error.traceback).splitlines():
            say(line)
        said = "%s: %s" % (error.ename, _COLOURS.sub("", str(error.evalue)))
        return "%s: %s" % (runner.where, said[:_LONGEST])
    except DeadKernelError:
        return "%s: its kernel died" % runner.where
    except NoSuchKernel as error:
        raise CannotRunError("there is no kernel %r where the job runs" % error.name) from error
    finally:
        runner.keep()
    return ""


class Runner(NotebookClient):  # type: ignore[misc, unused-ignore]  # it is typed where installed
    """Runs the cells of one notebook in their order."""

    def __init__(self, notebook: Any, places: tuple[str, ...]) -> None:
        options: dict[str, Any] = {"timeout": None, "resources": {"metadata": {"path": "."}}}
        if "coalesce_streams" in NotebookClient.class_trait_names():
            options["coalesce_streams"] = True
        super().__init__(notebook, km=_kernel_manager(notebook), **options)
        self.places = places
        self.where = "before its first cell"
        self._kept = 0.0
        self._number = 0
        self._count = sum(_runs(cell) for cell in notebook.cells)

    async def async_execute_cell(self, cell: Any, cell_index: int, *rest: Any, **named: Any) -> Any:
        """Run a cell, and keep what it has made of the notebook."""
        if not _runs(cell):
            return cell
        self._number += 1
        self.where = "cell %d of %d" % (self._number, self._count)
        say("[notebook] " + self.where)
        try:
            return await super().async_execute_cell(cell, cell_index, *rest, **named)
        finally:
            self.keep()

    def output(self, outs: Any, msg: Any, display_id: Any, cell_index: int) -> Any:
        """Take an output into the notebook, and its text into the log."""
        made = super().output(outs, msg, display_id, cell_index)
        _print(msg)
        if time.monotonic() - self._kept > EVERY:
            self.keep()
        return made

    def keep(self) -> None:
        """Write the notebook as it is now: whole, or as it was."""
        text = nbformat.writes(self.nb)  # type: ignore[no-untyped-call]  # typed in part
        for place in self.places:
            part = "%s.%d.part" % (place, os.getpid())
            with open(part, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(part, place)
        self._kept = time.monotonic()


def say(line: str) -> None:
    """Write a line into the log."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _kernel_manager(notebook: Any) -> Any:
    """Return a manager of a kernel in this interpreter; a notebook not in Python has its own."""
    if language_of(notebook) != "python":
        return AsyncKernelManager(kernel_name=notebook.metadata.kernelspec.name)
    specs = KernelSpecManager()
    # What a person has installed as "python3" may be another interpreter than the job's.
    specs.kernel_dirs = []
    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)


def _runs(cell: Any) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def _print(msg: Any) -> None:
    content = msg["content"]
    if msg["msg_type"] == "stream":
        stream = sys.stderr if content["name"] == "stderr" else sys.stdout
        stream.write(content["text"])
        stream.flush()
    elif msg["msg_type"] in ("execute_result", "display_data"):
        text = content["data"].get("text/plain")
        if text:
            say(text)
