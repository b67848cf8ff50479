"""What a saved notebook shows of a job to those who run nothing: nbconvert, GitHub."""

import re
from base64 import b64decode

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

TRAIN = """%%train --wait --name saved -m 'loss=loss=([0-9.a-z]+)'
for step in range(20):
    print(f'step={step} loss={1 / (step + 1)}', flush=True)
"""
CELLS = ("%load_ext jupyter_train", TRAIN, "%curve saved loss")


@pytest.fixture
def page(home, tmp_path, monkeypatch):
    """The page that nbconvert makes of a notebook that was run, saved and read again."""
    monkeypatch.setenv("JUPYTER_TRAIN_HOME", str(home))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in CELLS])
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources=where).execute()
    nbformat.write(notebook, tmp_path / "saved.ipynb")
    html, _ = HTMLExporter().from_filename(str(tmp_path / "saved.ipynb"))
    return html


def test_the_exported_page_has_the_last_state_the_curve_and_the_last_lines(page):
    (snapshot, *_) = re.findall(r'<div class="jt-Snapshot">.*?</div>\s*</div>', page, re.DOTALL)
    assert "<b>Completed</b>" in snapshot
    assert "step=19 loss=0.05" in page
    drawings = re.findall(r'<img [^>]*alt="loss: 1 to 0.05"[^>]*base64,([^"]+)"', page)
    assert drawings
    assert all(b"<polyline" in b64decode(each) for each in drawings)
