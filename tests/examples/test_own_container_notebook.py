"""The notebook of the example with an image of one's own, run as its reader runs it."""

import os
import shutil
import signal
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_train.client.find import find_manager
from jupyter_train.client.runtime_file import is_running

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "own-container"


@pytest.fixture
def home(docker_engine, tmp_path):  # its manager is started after the engine is known
    """The state folder of a manager that the notebook starts and this ends."""
    folder = tmp_path / "home"
    yield folder
    facts = find_manager(folder)
    if facts is not None:
        os.kill(facts.pid, signal.SIGTERM)
        give_up = time.monotonic() + 20
        while is_running(facts.pid) and time.monotonic() < give_up:
            time.sleep(0.05)


@pytest.fixture
def executed(docker_engine, home, tmp_path, monkeypatch):
    """A copy of the notebook with its outputs, its base image being the one of the tests."""
    if shutil.which("docker") is None:
        pytest.skip("the notebook builds its image with the docker command, which is not here")
    folder = tmp_path / "own-container"
    shutil.copytree(EXAMPLE, folder)
    monkeypatch.setenv("JUPYTER_TRAIN_HOME", str(home))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(folder / "own-container.ipynb", as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = f"base = {docker_engine.image!r}"
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=110, kernel_name="python3", resources=where).execute()
    return {cell["id"]: cell.get("outputs", ()) for cell in notebook.cells}


def test_the_notebook_builds_an_image_trains_in_it_and_reads_its_model(executed):
    (shown,) = executed["train"]
    assert "Completed" in shown["data"]["text/plain"]
    assert "in own-container" in shown["data"]["text/plain"]
    said = "".join(output["text"] for output in executed["result"])
    assert said.startswith("read    y = ")
    (job,) = executed["which"]
    assert "sha256:" in job["data"]["text/plain"]
    (cell,) = executed["cell"]
    assert "read 100 points with Python 3" in cell["data"]["text/html"]
