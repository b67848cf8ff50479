import math
from datetime import UTC, datetime

import pytest

from jupyter_train import TrainingJob, TrainingJobFailed
from jupyter_train.client.logs import Line
from jupyter_train.notebook import job as job_module
from jupyter_train.notebook.display import MIME_TYPE
from jupyter_train.notebook.errors import WaitInterrupted
from jupyter_train.notebook.loglines import LogLines, visible

NO_LOG = {"logStreams": []}


def test_a_description_has_times_that_can_be_reckoned_with(told):
    answer = {"CreationTime": 0.0, "TrainingTimeInSeconds": 5, "Transitions": [{"EndTime": 60}]}
    assert TrainingJob("a", told(DescribeTrainingJob=answer)).describe() == {
        "CreationTime": datetime(1970, 1, 1, tzinfo=UTC),
        "TrainingTimeInSeconds": 5,
        "Transitions": [{"EndTime": datetime(1970, 1, 1, 0, 1, tzinfo=UTC)}],
    }


def test_curves_hold_nan_and_infinity_as_numbers(told):
    window = {"Steps": [1, 2], "Times": [10, 11], "Values": [1.5, "-Infinity"]}
    session = told(
        ListMetricSeries={"Series": [{"SeriesId": 1, "Name": "loss"}]}, GetMetricWindow=window
    )
    assert TrainingJob("a", session).metrics() == {
        "loss": {"steps": [1.0, 2.0], "times": [10.0, 11.0], "values": [1.5, -math.inf]}
    }


def test_waiting_for_a_failed_job_raises_its_reason_and_last_lines(told):
    end = {"TrainingJobStatus": "Failed", "FailureReason": "AlgorithmError: exit code 1"}
    session = told(
        DescribeTrainingJob=end,
        DescribeLogStreams={"logStreams": [{"logStreamName": "a/algo-1-1"}]},
        GetLogEvents={"events": [{"timestamp": 1, "message": "boom\x1b[31m"}]},
    )
    with pytest.raises(TrainingJobFailed, match="exit code 1") as told_error:
        TrainingJob("a", session).wait()
    assert told_error.value.lines == ("boom␛[31m",)
    assert "Traceback" not in "".join(told_error.value._render_traceback_())


def test_waiting_goes_on_until_the_job_has_ended(told):
    session = told(DescribeTrainingJob={"TrainingJobStatus": "InProgress"})
    naps = []

    def sleep(seconds):
        naps.append(seconds)
        session.told.answers["DescribeTrainingJob"] = {"TrainingJobStatus": "Completed"}

    TrainingJob("a", session, sleep=sleep).wait()
    assert len(naps) == 1


def test_a_stopped_job_is_no_failure(told):
    TrainingJob("a", told(DescribeTrainingJob={"TrainingJobStatus": "Stopped"})).wait()


def test_an_interrupt_ends_the_waiting_and_not_the_job(told):
    session = told(DescribeTrainingJob={"TrainingJobStatus": "InProgress"})

    def interrupted(_):
        raise KeyboardInterrupt

    with pytest.raises(WaitInterrupted, match="training job a goes on"):
        TrainingJob("a", session, sleep=interrupted).wait()
    assert "StopTrainingJob" not in [name for name, _ in session.told.calls]


def test_a_refused_description_leaves_a_view_that_names_the_job(told, refusal):
    data = TrainingJob("a", told(DescribeTrainingJob=refusal))._repr_mimebundle_()
    assert data[MIME_TYPE]["job"] == "a"
    assert data["text/plain"] == "training job a · manager not reachable"


def test_the_view_shows_the_first_curve_and_every_last_value(told):
    session = told(
        DescribeTrainingJob={
            "TrainingJobStatus": "Completed",
            "TrainingStartTime": 5.0,
            "TrainingEndTime": 14.0,
        },
        ListMetricSeries={"Series": [{"SeriesId": 1, "Name": "loss", "LastValue": 0.5}]},
        GetMetricWindow={"Steps": [1, 2], "Times": [1, 2], "Values": [1.0, 0.5]},
        DescribeLogStreams=NO_LOG,
    )
    data = TrainingJob("a", session)._repr_mimebundle_()
    assert data["text/plain"] == "training job a · Completed · loss=0.5"
    assert "data:image/svg+xml" in data["text/html"]
    assert "9 s" in data["text/html"]


def test_a_job_without_a_model_says_so(told):
    with pytest.raises(FileNotFoundError, match=r"a \(InProgress\) has made no model"):
        TrainingJob("a", told(DescribeTrainingJob={"TrainingJobStatus": "InProgress"})).download()


def test_control_characters_show_and_do_nothing():
    assert visible("\x1b[2J\r\x07\x7f\x9b1m\ttab") == "␛[2J␍␇␡\ufffd1m\ttab"
    assert repr(LogLines(["a\x1b", "b"])) == "a␛\nb"


def test_a_figure_shows_names_as_text(told):
    window = {"Steps": [1], "Times": [1], "Values": [2]}
    session = told(
        ListMetricSeries={"Series": [{"SeriesId": 1, "Name": "<b>loss"}]}, GetMetricWindow=window
    )
    drawn = TrainingJob("a", session).figure()
    assert drawn.data[0].name == "&lt;b>loss"
    assert list(drawn.data[0].y) == [2.0]


PULLING = {
    "TrainingJobStatus": "InProgress",
    "SecondaryStatus": "Downloading",
    "SecondaryStatusTransitions": [{"StatusMessage": "Downloading the image: 45 % of 1.2 GB"}],
    "AlgorithmSpecification": {"TrainingImage": "team/net:1"},
    "ImageDigest": "sha256:" + "0" * 64,
}


def test_a_job_says_what_it_waits_for_and_what_it_runs_in(told):
    session = told(DescribeTrainingJob=PULLING, ListMetricSeries={"Series": []})
    session.told.answers["DescribeLogStreams"] = NO_LOG
    data = TrainingJob("a", session)._repr_mimebundle_()
    assert data["text/plain"] == (
        "training job a · InProgress · Downloading: Downloading the image: 45 % of 1.2 GB "
        "· in team/net:1 sha256:000000000000"
    )
    assert "<code>team/net:1 sha256:000000000000</code>" in data["text/html"]


def test_a_program_without_a_view_prints_what_comes_before_the_log(told, monkeypatch, capsys):
    def follow_log(_, name, tail, look):
        look(PULLING)
        look(PULLING)
        yield Line(stream=f"{name}/algo-1-1", time=1, text="epoch 1", position=0)

    monkeypatch.setattr(job_module, "follow_log", follow_log)
    TrainingJob("a", told()).print_log()
    assert capsys.readouterr().out.splitlines() == [
        "Downloading: Downloading the image: 45 % of 1.2 GB",
        "epoch 1",
    ]


class View:
    """Stands for a display handle; counts how often the output is drawn again."""

    drawn = 0

    def update(self, _):
        self.drawn += 1


def test_an_output_without_a_live_view_is_drawn_again_while_an_image_is_pulled(told, monkeypatch):
    session, view = told(DescribeTrainingJob=PULLING), View()
    monkeypatch.setattr(job_module, "show", lambda _: view)
    monkeypatch.setattr(job_module, "_QUIET", 0.0)

    def sleep(_):
        session.told.answers["DescribeTrainingJob"] = {"TrainingJobStatus": "Completed"}

    TrainingJob("a", session, sleep=sleep).show(wait=True)
    assert view.drawn == 2  # once for the pull, once for the end


def test_a_quick_job_is_drawn_at_its_end_only(told, monkeypatch):
    session, view = told(DescribeTrainingJob=PULLING), View()
    monkeypatch.setattr(job_module, "show", lambda _: view)

    def sleep(_):
        session.told.answers["DescribeTrainingJob"] = {"TrainingJobStatus": "Completed"}

    TrainingJob("a", session, sleep=sleep).show(wait=True)
    assert view.drawn == 1
