import json
import math
import sys
from base64 import b64decode
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from jupyter_train import TrainingJob
from jupyter_train.notebook.chart import draw, picture
from jupyter_train.notebook.curves import PLOTLY, Curve, Curves, figure_json
from jupyter_train.notebook.figure import figure
from jupyter_train.notebook.jobtable import JobTable


@pytest.fixture
def job(told):
    """A job with two metrics and one of the machine's."""
    names = ["system/CPUUtilization", "loss", "acc"]
    series = [{"SeriesId": n, "Name": name, "LastValue": 1} for n, name in enumerate(names)]
    window = {"Steps": [1, 2], "Times": [10, 11], "Values": [2.0, 1.0]}
    return TrainingJob("a", told(ListMetricSeries={"Series": series}, GetMetricWindow=window))


def curve(*values):
    steps = [float(n) for n in range(len(values))]
    return Curve({"steps": steps, "times": steps, "values": list(values)}, "loss")


def test_a_curve_has_its_highest_value_at_the_top():
    drawn = draw("loss", [0.0, 1.0, 2.0], [1.0, 3.0, 2.0])
    assert 'points="2.0,78.0 160.0,20.0 318.0,49.0"' in drawn
    assert "<title>loss: 1 to 2</title>" in drawn
    assert ">1 to 3</text>" in drawn


def test_a_step_that_is_left_out_is_a_gap_on_the_axis():
    assert 'points="2.0,78.0 33.6,49.0 318.0,20.0"' in draw("loss", [0, 1, 10], [1, 2, 3])


def test_values_that_are_no_numbers_are_not_drawn_and_the_last_is_said():
    drawn = draw("loss", [0.0, 1.0, 2.0, 3.0], [1.0, 2.0, math.inf, math.nan])
    assert drawn.count(",") == 2
    assert "loss nan" in drawn


def test_one_point_is_a_dot():
    assert "<circle" in draw("loss", [1.0], [1.0])


@pytest.mark.parametrize("values", [[], [math.nan, math.nan]])
def test_without_a_number_there_is_no_drawing(values):
    assert draw("loss", range(len(values)), values) == ""


def test_a_constant_curve_is_a_line():
    assert draw("loss", [0.0, 1.0], [5.0, 5.0]).count("78.0") == 2


def test_a_long_name_is_cut_where_it_is_drawn_and_whole_in_the_title():
    drawn = draw("x" * 200, [1.0], [1.0])
    assert f"<title>{'x' * 200}:" in drawn
    assert f">{'x' * 27}… 1</text>" in drawn


def test_a_picture_holds_its_drawing_and_says_it_in_words():
    shown = picture('"><script>', [0.0, 1.0], [1.0, 2.0])
    assert 'alt="&quot;&gt;&lt;script&gt;: 1 to 2"' in shown
    data = shown.partition("base64,")[2].removesuffix('">')
    assert b64decode(data).decode() == draw('"><script>', [0.0, 1.0], [1.0, 2.0])
    assert ET.fromstring(b64decode(data)).tag.endswith("svg")


def test_curves_show_as_plotly_as_a_drawing_and_as_text():
    data = Curves("a <b>", {"<i>": curve(1.0, math.nan, 2.0)})._repr_mimebundle_()
    assert data[PLOTLY]["data"][0]["y"] == [1.0, None, 2.0]
    assert data[PLOTLY]["data"][0]["name"] == "&lt;i>"
    assert data[PLOTLY]["layout"]["title"]["text"] == "a &lt;b>"
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert "<i>" not in data["text/html"]
    assert data["text/plain"] == "<i>: 3 points: 1 to 2"


def test_one_curve_shows_as_well():
    assert curve(1.0)._repr_mimebundle_()[PLOTLY]["data"][0]["name"] == "loss"


def test_without_points_the_text_says_so():
    assert Curves("a", {})._repr_mimebundle_()["text/plain"] == "no metrics so far"


def test_without_pandas_a_frame_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        _ = curve(1.0).frame


def test_a_frame_has_a_row_for_each_point_with_its_time_and_what_is_no_number():
    frame = Curves("a", {"loss": curve(3.0, math.inf), "acc": curve(math.nan)}).to_frame()
    assert frame["metric"].tolist() == ["loss", "loss", "acc"]
    assert frame["step"].tolist() == [0.0, 1.0, 0.0]
    assert frame["value"].tolist()[:2] == [3.0, math.inf]
    assert math.isnan(frame["value"][2])
    assert frame["time"][1] == pd.Timestamp(1, unit="s", tz="UTC")


def test_without_points_a_frame_has_its_columns():
    assert list(Curves("a", {}).frame.columns) == ["metric", "step", "time", "value"]


def test_a_list_of_jobs_is_a_frame_with_a_column_for_each_metric():
    summaries = [{"TrainingJobName": "a", "CreationTime": 1.0}, {"TrainingJobName": "b"}]
    frame = JobTable(summaries, [{"loss": 0.5}]).to_frame()
    assert frame["TrainingJobName"].tolist() == ["a", "b"]
    assert frame["loss"][0] == 0.5
    assert frame["loss"].isna().tolist() == [False, True]


def test_what_is_infinite_or_no_number_is_a_mark_at_the_edge_of_a_figure():
    (line, marks) = figure_json("a", {"loss": curve(1.0, math.inf, -math.inf, math.nan)})["data"]
    assert line["y"] == [1.0, None, None, None]
    assert (marks["x"], marks["y"], marks["yaxis"]) == ([1.0, 2.0, 3.0], [1, 0, 0], "y2")
    assert marks["marker"]["symbol"] == ["triangle-up", "triangle-down", "x"]
    assert marks["text"] == ["inf", "-inf", "nan"]


def test_plotly_takes_a_figure_with_marks():
    made = figure("a", {"loss": curve(1.0, math.inf, 2.0)})
    assert [each.yaxis for each in made.data] == [None, "y2"]


def test_curves_can_be_asked_for_by_name(job):
    assert list(job.curves("loss")) == ["loss"]
    assert list(job.curves()) == ["system/CPUUtilization", "loss", "acc"]
    with pytest.raises(KeyError, match="no metric 'los'; there is: 'system/"):
        job.curves("los")


def test_a_snapshot_shows_the_jobs_own_curves_first(job):
    job.session.told.answers["DescribeTrainingJob"] = {"TrainingJobStatus": "InProgress"}
    job.session.told.answers["DescribeLogStreams"] = {"logStreams": []}
    html = job._repr_mimebundle_()["text/html"]
    assert html.index('alt="loss') < html.index('alt="acc') < html.index('alt="system/')
