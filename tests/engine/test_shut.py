"""What a job has shut is opened again to be read: it is the manager's own, and no fault of ours."""

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

from jupyter_train.engine import attempt


def reads_all():
    """Tell whether shut files are open to who runs the tests, as they are to root."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).chmod(0)
        return os.access(file.name, os.R_OK)


READS_ALL = reads_all()

JOB = """
import os, pathlib
from jupyter_train_toolkit import log
log({"loss": 1.0}, step=1)
print("last words", flush=True)
model = pathlib.Path(os.environ["SM_MODEL_DIR"])
metrics = pathlib.Path(os.environ["JUPYTER_TRAIN_METRICS"])
ml, attempt = model.parent, model.parent.parent
(model / "deep").mkdir()
(model / "deep" / "weights").write_text("w")
"""
SHUT = {
    "the folder of the metrics": "metrics.chmod(0)",
    "a file of metrics": "for each in metrics.iterdir(): each.chmod(0)",
    "the log": "(attempt / 'log').chmod(0)",
    "the model": "model.chmod(0)",
    "a folder in the model": "(model / 'deep').chmod(0)",
    "a file in the model": "(model / 'deep' / 'weights').chmod(0)",
    "the output": "(ml / 'output').chmod(0)",
}


@pytest.mark.parametrize("shut", SHUT.values(), ids=SHUT)
def test_what_a_job_has_shut_is_collected_and_published(play, workshop, shut):
    record, lines, series = play(JOB + shut)
    assert (record.status, record.failure_reason) == ("Completed", None)
    assert lines == ["last words"]
    assert series["loss"].last_value == 1.0
    with tarfile.open(workshop.object("job-1/output/model.tar.gz")) as model:
        assert model.extractfile("deep/weights").read() == b"w"


def of(who):
    """Collect a test for whom it can fail; the other run of this file collects the rest."""
    return lambda test: test if who == READS_ALL else None


@of(who=False)
@pytest.mark.parametrize("name", ["the folder of the metrics", "a file of metrics", "the log"])
def test_what_cannot_be_opened_again_is_left_out_and_that_is_said(play, monkeypatch, name):
    monkeypatch.setattr(attempt, "unlock", lambda _: None)
    record, _, _ = play(JOB + "import time; time.sleep(0.3)\n" + SHUT[name])
    said = next(each.message for each in record.transitions if each.status == "Uploading")
    assert (record.status, record.failure_reason) == ("Completed", None)
    assert name == "the log" or "may not be read by the manager and is left out" in said


@of(who=True)
@pytest.mark.timeout(120)
def test_a_manager_that_shut_files_keep_out_opens_them_too(tmp_path):
    without = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--")
    words = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__)
    done = subprocess.run(
        [*without, *words, f"--basetemp={tmp_path}/tests"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(SHUT) + 3} passed in" in done.stdout
