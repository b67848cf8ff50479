"""Metric definitions applied to log lines."""

import pytest

from jupyter_train.contract.spec import MetricDefinition
from jupyter_train.engine import collect
from jupyter_train.engine.errors import RefusedError
from jupyter_train.engine.metrics import MetricScan, check_definitions
from jupyter_train.store.base import LogLine


def definition(name, regex):
    return MetricDefinition(name=name, regex=regex)


def lines(*texts, start=1000):
    return [LogLine(start + n, text, n, n + 1) for n, text in enumerate(texts)]


LOSS = definition("loss", r"loss=([0-9.eE+-]+|nan|inf)")


def test_each_match_keeps_its_own_time_and_number():
    found = MetricScan([LOSS], {}).scan(lines("loss=0.5", "nothing", "loss=0.25"))
    assert found["loss"].steps.tolist() == [0, 1]
    assert found["loss"].times.tolist() == [1.0, 1.002]
    assert found["loss"].values.tolist() == [0.5, 0.25]


def test_numbering_goes_on_where_the_stored_series_ends():
    assert MetricScan([LOSS], {"loss": 7}).scan(lines("loss=1"))["loss"].steps.tolist() == [7]


@pytest.mark.parametrize("name", ["step", "epoch", "global_step"])
def test_a_step_matched_on_the_same_line_is_the_step(name):
    scan = MetricScan([LOSS, definition(name, rf"{name} (\d+)")], {})
    assert scan.scan(lines(f"{name} 40 loss=2"))["loss"].steps.tolist() == [40]


# Read a row as: a definition of SageMaker's tables of built-in algorithms, a line of its log, and
# the value; CloudWatch writes a tab as #011 where it went through syslog.
@pytest.mark.parametrize("tab", ["\t", "#011"])
@pytest.mark.parametrize(
    ("regex", "line", "value"),
    [
        (r".*\[[0-9]+\].*#011train-rmse:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*",
         "[3]{tab}train-rmse:1.25e-3{tab}validation-rmse:2", 0.00125),
        (r".*\[[0-9]+\].*#011validation-rmse:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*",
         "[3]{tab}train-rmse:1{tab}validation-rmse:2.5", 2.5),
        (r".*\[[0-9]+\]#011validation-auc:(\S+)", "[12]{tab}validation-auc:0.75", 0.75),
        (r".*\[[0-9]+\]\tvalidation-auc:(\S+)", "[12]{tab}validation-auc:0.75", 0.75),
        (r".*\[[0-9]+\]\s+validation-auc:(\S+)", "[12]{tab}validation-auc:0.75", 0.75),
    ],
)  # fmt: skip
def test_a_tab_is_a_tab_however_the_definition_or_the_line_writes_it(tab, regex, line, value):
    scan = MetricScan([definition("metric", regex)], {})
    assert scan.scan(lines(line.format(tab=tab)))["metric"].values.tolist() == [value]


@pytest.mark.parametrize(
    "regex",
    [
        r"loss=([0-9\.]+)",
        r"loss=([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)",
        r"loss=([-+]?[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?)",
        r"loss=(-?\d+\.?\d*)",
        r"loss=([0-9]+\.[0-9]+)",
        r"loss=(.*?);",
    ],
)
@pytest.mark.parametrize("word", ["nan", "NaN", "inf", "-inf", "Infinity"])
def test_the_usual_patterns_of_numbers_find_what_is_none(regex, word):
    values = MetricScan([definition("loss", regex)], {}).scan(lines(f"loss={word};"))
    assert str(values["loss"].values[0]) == str(float(word))


def test_the_first_match_counts_though_only_the_second_looks_like_a_number():
    definitions = [definition("loss", r"loss=([0-9.]+)"), definition("b", r"val_loss=([0-9.]+)")]
    found = MetricScan(definitions, {}).scan(lines("loss=nan, val_loss=0.5", "loss=2 val_loss=inf"))
    assert str(found["loss"].values.tolist()) == "[nan, 2.0]"
    assert found["b"].values.tolist() == [0.5, float("inf")]


def test_a_word_that_only_begins_so_is_no_number():
    definitions = [definition("loss", r"loss=([0-9.]+)")]
    texts = "loss=nano", "loss=info", "loss=none", "loss=1.5nan"
    assert MetricScan(definitions, {}).scan(lines(*texts))["loss"].values.tolist() == [1.5]


def test_nan_and_infinity_are_values():
    values = MetricScan([LOSS], {}).scan(lines("loss=nan", "loss=inf"))["loss"].values
    assert str(values.tolist()) == "[nan, inf]"


def test_what_is_no_number_is_no_sample():
    assert MetricScan([LOSS], {}).scan(lines("loss=.", "loss=e")) == {}


def test_a_catastrophic_pattern_is_switched_off_and_the_others_go_on():
    scan = MetricScan([definition("bad", r"((a|a)+)+$"), LOSS], {})
    found = scan.scan(lines("a" * 60 + "! loss=1", "loss=2"))
    assert found["loss"].values.tolist() == [1, 2]
    assert scan.switched_off == ["bad"]


@pytest.mark.parametrize("regex", ["(", "[0-9", "loss=[0-9.]+"])
def test_a_definition_that_cannot_work_is_refused_by_name(regex):
    with pytest.raises(RefusedError, match="'m'"):
        check_definitions([definition("m", regex)])


@pytest.mark.parametrize("huge", ["1e300", "inf"])
def test_a_number_that_can_be_no_step_leaves_the_count_as_step(huge):
    definitions = [LOSS, definition("step", r"step=(\S+)")]
    found = MetricScan(definitions, {}).scan(lines(f"step={huge} loss=0.5"))
    assert found["loss"].steps.tolist() == [0]


def test_what_is_printed_and_logged_counts_once_before_any_metrics_file_was_read(play, monkeypatch):
    """On a busy machine the log may be read long before the file that is found later."""
    monkeypatch.setattr(collect, "LOOK_FOR_FILES", 60)
    monkeypatch.setattr(collect, "TOOLKIT_FIRST", 3)
    script = """
        import time
        time.sleep(0.5)  # as an import of torch takes
        from jupyter_train_toolkit import log
        for step in range(50):
            print(f"loss={step} accuracy={step}")
            time.sleep(0 if step else 0.1)
            log({"loss": step}, step * 10)
        time.sleep(5)
        print("accuracy=50")
    """
    definitions = [{"Name": name, "Regex": f"{name}=([0-9]+)"} for name in ("loss", "accuracy")]
    _, _, series = play(script, AlgorithmSpecification={"MetricDefinitions": definitions})
    assert (series["loss"].count, series["loss"].last_step) == (50, 490)
    assert (series["accuracy"].count, series["accuracy"].last_step) == (51, 50)
