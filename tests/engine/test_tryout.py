"""Metric definitions tried on a piece of a log find what a job would find, and end in time."""

import pytest

from jupyter_train.contract.spec import MetricDefinition
from jupyter_train.engine.errors import RefusedError
from jupyter_train.engine.metrics import MetricScan, check_definitions
from jupyter_train.engine.patterns import PatternError, compiled
from jupyter_train.engine.tryout import MOST, try_definitions
from jupyter_train.store.base import LogLine


def definition(name, regex):
    return MetricDefinition(name=name, regex=regex)


LOSS = definition("loss", r"loss[=:\t]([0-9.]+)")


def written(log, *definitions):
    """What each value is written as, where it is said to be."""
    lines, found = log.split("\n"), try_definitions(definitions, log)
    return [(each.name, lines[line][each.start : each.end]) for line, each in found.sightings]


def test_a_value_is_found_where_it_is_written():
    log = "start\nloss=0.5 and loss=0.25\nloss=nan é loss=1\nloss: inf"
    assert written(log, LOSS) == [("loss", "0.5"), ("loss", "nan")]


@pytest.mark.parametrize("tab", ["\t", "#011"])
def test_both_ways_to_write_a_tab_are_found_in_their_place(tab):
    log = f"[3]{tab}train-rmse:1.25{tab}é{tab}val:-Infinity{tab}#011\tx"
    rmse = definition("rmse", r"#011train-rmse:([0-9.]+)")
    value = definition("val", r"\tval:([-+0-9.]+)")
    assert written(log, rmse, value) == [("rmse", "1.25"), ("val", "-Infinity")]


def test_it_finds_what_a_job_finds():
    log = "epoch 2\tloss=0.5\nloss=NaN\nepoch 3 loss=-inf;\nloss=.;"
    definitions = [LOSS, definition("epoch", r"epoch (\d+)"), definition("all", r"loss=(.*?);")]
    texts = log.split("\n")
    job = MetricScan(definitions, {}).scan([LogLine(0, each, 0, 0) for each in texts])
    found = try_definitions(definitions, log)
    for name, columns in job.items():
        mine = [each for _, each in found.sightings if each.name == name]
        assert [each.step for each in mine] == columns.steps.tolist()
        assert str([each.value for each in mine]) == str(columns.values.tolist())
        assert found.counts[name] == len(mine)


def test_what_cannot_work_is_told_and_the_others_go_on():
    definitions = [definition("open", "("), definition("bad", r"((a|a)+)+$"), LOSS]
    found = try_definitions(definitions, f"{'a' * 60}! loss=1\nloss=2")
    assert [each.value for _, each in found.sightings] == [1.0, 2.0]
    assert [name for name, _ in found.problems] == ["open", "bad"]
    assert found.counts == {"bad": 0, "loss": 2}


def test_it_ends_when_its_time_is_up():
    times = iter([0.0, 1.0, 2.5])
    found = try_definitions([LOSS], "loss=1\nloss=2\nloss=3", lambda: next(times))
    assert (found.lines, found.is_whole, found.counts) == (2, False, {"loss": 2})


def test_many_are_counted_and_the_first_are_told():
    found = try_definitions([LOSS], "loss=1\n" * (MOST + 5))
    assert (len(found.sightings), found.counts["loss"]) == (MOST, MOST + 5)
    assert found.is_whole


@pytest.mark.parametrize(
    "regex",
    ["((a{1000}){1000}){1000}", "(([ab]{300,}){300}){3,9}", "(?:(?:x|y){999}){999}(a)"],
)
def test_an_expression_that_would_take_all_memory_is_refused_before_it_is_compiled(regex):
    with pytest.raises(RefusedError, match="repeat less"):
        check_definitions([definition("m", regex)])


@pytest.mark.parametrize(
    "regex",
    [
        r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3} loss=([0-9]{1,30})",
        r"((a{0,1000}){0,1000})",
        r"[](){9999}{9999}]{2}(a)\{999999\}",
        r"(a{0}){1000}(b{1000})",
        "(" * 200 + "a" + ")" * 200,
    ],
)
def test_what_repeats_as_people_do_is_compiled(regex):
    assert compiled(regex).groups > 0


def test_what_is_no_expression_says_why():
    with pytest.raises(PatternError, match="missing"):
        compiled("(a")
