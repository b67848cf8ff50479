"""Each example runs as its reader runs it: a notebook from top to bottom, a script by itself."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_train.client.find import find_manager
from jupyter_train.client.runtime_file import is_running

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*/*[!o].ipynb"))
# Its image must be made first: test_own_container.py runs it.
IN_PROCESSES = [path for path in NOTEBOOKS if path.stem != "own-container"]
MIME_TYPE = "application/vnd.jupyter-train.job+json"
EPOCHS = 3
# What each has read of its jobs at its end.
READ = {
    "tensorboard": [f"read {name}: {EPOCHS} points" for name in ("loss/train", "accuracy/test")],
    "callbacks": [
        f"{name}: "
        for name in ("loss", "validation_score", "train:mlogloss", "test:mlogloss", "multi_logloss")
    ],
}


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """The state folder of a manager that the notebooks start and this ends."""
    folder = tmp_path_factory.mktemp("home")
    yield folder
    facts = find_manager(folder)
    os.kill(facts.pid, signal.SIGTERM)
    give_up = time.monotonic() + 20
    while is_running(facts.pid) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not is_running(facts.pid)


@pytest.fixture
def run(home, tmp_path, monkeypatch):
    """Run a copy of a notebook to its end, with few epochs."""
    monkeypatch.setenv("JUPYTER_TRAIN_HOME", str(home))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))

    def executed(path):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if "parameters" in cell.metadata.get("tags", []):
                cell.source = f"epochs = {EPOCHS}"
        for script in path.parent.glob("*.py"):
            (tmp_path / script.name).write_text(script.read_text())
        where = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, timeout=110, kernel_name="python3", resources=where).execute()
        return notebook

    return executed


def bundles(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [output["data"] for output in outputs if MIME_TYPE in output.get("data", {})]


def printed(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "".join(output.get("text", "") for output in outputs)


@pytest.mark.parametrize("path", IN_PROCESSES, ids=lambda path: path.stem)
def test_a_notebook_runs_to_its_end_and_shows_its_jobs(run, path):
    notebook = run(path)
    shown = bundles(notebook)
    assert shown
    assert all(set(data) == {MIME_TYPE, "text/html", "text/plain"} for data in shown)
    assert "Completed" in shown[-1]["text/plain"]
    text = printed(notebook)
    assert [each for each in READ.get(path.stem, ["read "]) if each not in text] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path):
    cells = nbformat.read(path, as_version=4).cells
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@pytest.mark.parametrize("name", ["digits", "pytorch", "tensorboard"])
def test_a_script_runs_without_jupyter_train(name, tmp_path):
    (tmp_path / "data").mkdir()
    write = "from sklearn.datasets import load_digits as l; import numpy; d = l(); "
    write += "numpy.savez('data/digits.npz', images=d.data, labels=d.target)"
    script = [sys.executable, str(EXAMPLES / name / "train.py"), "--epochs", "2"]
    for argv in ([sys.executable, "-c", write], script):
        done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["epoch 1", "epoch 2"]
    assert len(list((tmp_path / "model").iterdir())) == 1
