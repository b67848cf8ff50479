import json

import pytest

from jupyter_train.notebook.display import MIME_TYPE, Snapshot, bundle, print_seconds

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>&\"'"


def test_the_bundle_names_the_job_in_about_a_hundred_bytes():
    data = bundle(Snapshot(name="digits-1"))
    assert data[MIME_TYPE] == {"job": "digits-1", "version": 1}
    assert len(json.dumps(data[MIME_TYPE])) < 150
    assert set(data) == {MIME_TYPE, "text/html", "text/plain"}


def test_no_name_line_metric_or_reason_is_markup():
    snapshot = Snapshot(
        name=HOSTILE,
        status=HOSTILE,
        secondary=HOSTILE + "2",
        doing=HOSTILE,
        image=HOSTILE,
        reason=HOSTILE,
        metrics={HOSTILE: 1.0},
        curves={HOSTILE: {"steps": [1.0, 2.0], "values": [1.0, 2.0]}},
        lines=[HOSTILE],
    )
    html = bundle(snapshot)["text/html"]
    assert "<script" not in html
    assert "<img src=x" not in html
    assert html.count("&lt;script&gt;") == 9


def test_the_text_says_status_last_values_and_why_it_failed():
    snapshot = Snapshot(name="a", status="Failed", metrics={"loss": 0.123456}, reason="exit code 1")
    assert bundle(snapshot)["text/plain"] == "training job a · Failed · loss=0.1235 · exit code 1"


def test_a_job_whose_manager_is_away_still_has_a_view():
    data = bundle(Snapshot(name="a"))
    assert data["text/plain"] == "training job a · manager not reachable"


@pytest.mark.parametrize(
    ("seconds", "text"), [(9.7, "9 s"), (250, "4 min 10 s"), (11100, "3 h 5 min")]
)
def test_a_duration_is_said_as_people_say_it(seconds, text):
    assert print_seconds(seconds) == text
