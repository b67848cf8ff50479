import json

import pytest

from jupyter_train_toolkit import metrics
from jupyter_train_toolkit.layout import Layout


@pytest.fixture
def job(tmp_path, monkeypatch):
    """The folders of a job this process seems to belong to."""
    layout = Layout(str(tmp_path / "ml"))
    for folder in ("input/config", "input/data", "code", "model", "output"):
        (tmp_path / "ml" / folder).mkdir(parents=True)
    monkeypatch.setenv("SM_MODEL_DIR", layout.model)
    monkeypatch.setenv("TRAINING_JOB_NAME", "digits")
    return layout


@pytest.fixture
def configure(tmp_path, job):
    """Writes one of the files in input/config."""

    def configure(name, document):
        (tmp_path / "ml" / "input" / "config" / name).write_text(json.dumps(document))

    return configure


@pytest.fixture
def metrics_folder(tmp_path, monkeypatch):
    """Where this process logs, as if it had logged nothing before."""
    monkeypatch.setenv("JUPYTER_TRAIN_METRICS", str(tmp_path / "metrics"))
    monkeypatch.setattr(metrics, "_writer", None)
    monkeypatch.setattr(metrics, "_told", set())
    yield tmp_path / "metrics"
    metrics.close()
