"""The live view where our front end is not: what the kernel tells a page of a job."""

import json
import math
import subprocess
import sys
import threading

import pytest

from jupyter_train import Estimator, TrainingJob
from jupyter_train.notebook.display import MIME_TYPE, Snapshot
from jupyter_train.notebook.widget import state_of

WIDGET = "application/vnd.jupyter.widget-view+json"
SCRIPT = """
import time
for step in range(50):
    print(f"step={step} loss={1 / (step + 1)}", flush=True)
    time.sleep(0.05)
"""


class Changes:
    """What a page hears of a widget, one state after another."""

    def __init__(self, view):
        self.heard = []
        self._news = threading.Condition()
        view.observe(self._hear, ["state", "notice"])

    def _hear(self, change):
        with self._news:
            self.heard.append(change["new"])
            self._news.notify_all()

    def until(self, condition, patience=30):
        with self._news:
            assert self._news.wait_for(lambda: any(map(condition, self.heard)), patience)


@pytest.fixture
def viewed():
    """Make views, which are closed at the end with their threads."""
    views = []

    def view(job):
        views.append(job.widget())
        return views[-1]

    yield view
    for each in views:
        each.close()
        each._follower.join(10)
        assert not each._follower.is_alive()


@pytest.fixture
def job(session, tmp_path):
    (tmp_path / "train.py").write_text(SCRIPT)
    estimator = Estimator(
        entry_point=str(tmp_path / "train.py"),
        metric_definitions=[{"Name": "loss", "Regex": "loss=([0-9.e-]+)"}],
        sagemaker_session=session,
    )
    return estimator.submit()


def test_a_view_hears_of_lines_and_points_while_the_job_runs_and_of_its_end(viewed, job):
    changes = Changes(viewed(job))
    changes.until(lambda state: state["secondary"] == "Training" and state["curves"])
    changes.until(lambda state: state["status"] == "Completed")
    last = changes.heard[-1]
    assert last["hasEnded"]
    assert last["lines"][-1].startswith("step=49 ")
    assert (last["curves"][0]["name"], len(last["curves"][0]["values"])) == ("loss", 50)
    assert len(changes.heard) < 20


def test_its_button_stops_the_job(viewed, session, patient_job):
    view = viewed(patient_job)
    changes = Changes(view)
    view._handle_custom_msg({"do": "dance"}, [])
    view._handle_custom_msg({"do": "stop"}, [])
    changes.until(lambda state: state["status"] == "Stopped")
    assert view.state["hasEnded"]


@pytest.fixture
def patient_job(session, tmp_path):
    (tmp_path / "train.py").write_text("import time\ntime.sleep(60)\n")
    job = Estimator(entry_point=str(tmp_path / "train.py"), sagemaker_session=session).submit()
    yield job
    if not job.has_ended():
        job.stop()


def test_a_closed_view_follows_no_longer_and_the_job_goes_on(viewed, patient_job):
    view = viewed(patient_job)
    view.close()
    view._follower.join(10)
    assert not view._follower.is_alive()
    assert patient_job.status == "InProgress"


def test_a_job_that_nobody_knows_is_said_not_to_be_heard(viewed, session):
    view = viewed(TrainingJob("nobody", session))
    assert "cannot be heard" in view.notice
    view._follower.join(10)
    assert not view._follower.is_alive()


def test_what_a_page_is_told_is_json_with_gaps_where_no_number_is():
    curve = {"steps": [0.0, 1.0, 2.0], "values": [1.0, math.inf, math.nan]}
    snapshot = Snapshot(
        name="a", status="InProgress", started=10.0, curves={"loss": curve, "system/x": curve}
    )
    told = json.loads(json.dumps(state_of(snapshot, 25.0), allow_nan=False))
    assert told["curves"] == [
        {"name": "loss", "last": "nan", "steps": [0, 1, 2], "values": [1, None, None]}
    ]
    assert (told["seconds"], told["hasEnded"]) == (15.0, False)


class Shown:
    """A widget as far as an output knows it."""

    def _repr_mimebundle_(self):
        return {WIDGET: {"model_id": "1"}, "text/plain": "a widget"}, {}


def test_jobs_show_themselves_as_widgets_where_that_is_asked_for(told, refusal, monkeypatch):
    job = TrainingJob("a", told(DescribeTrainingJob=refusal))
    assert MIME_TYPE in job._repr_mimebundle_()
    monkeypatch.setenv("JUPYTER_TRAIN_VIEW", "widget")
    job._view = Shown()
    assert set(job._repr_mimebundle_()) == {WIDGET, "text/html", "text/plain"}


def test_without_anywidget_a_view_says_what_to_do(told, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyter_train.notebook.widget", None)
    with pytest.raises(ImportError, match="pip install anywidget"):
        TrainingJob("a", told()).widget()


def test_nobody_pays_for_widgets_who_has_none():
    program = "import sys, jupyter_train.notebook.magics; print('anywidget' in sys.modules)"
    argv = [sys.executable, "-c", program]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_view_in_a_kernel_is_a_widget_that_moves_while_a_cell_runs(start_kernel, home):
    kernel = start_kernel(home)
    kernel.run(f"%%train --name in-a-kernel -m 'loss=loss=([0-9.e-]+)'\n{SCRIPT}")
    heard = kernel.run("import time; view = _job.widget(); display(view); time.sleep(6)")
    (shown,) = [each["data"] for kind, each in heard if kind == "display_data"]
    told = [each["data"]["state"] for kind, each in heard if kind == "comm_msg"]
    assert WIDGET in shown
    assert any("state" in each for each in told)
    kernel.run("view.close()")
