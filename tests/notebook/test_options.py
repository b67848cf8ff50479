import pytest
from IPython.core.error import UsageError

from jupyter_train.notebook.options import train_parser, words

NAMES = {"lr": 0.1, "title": "a b", "table": {"x": 3}}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-p lr=$lr", ["-p", "lr=0.1"]),
        ("-p lr={lr * 2}", ["-p", "lr=0.2"]),
        ('-p x={table["x"]}', ["-p", "x=3"]),
        ("-p title=$title", ["-p", "title=a b"]),
        ("-p cost=$$5", ["-p", "cost=$5"]),
        ("-i training='my data'", ["-i", "training=my data"]),
        ("-p a={{1}}", ["-p", "a={1}"]),
    ],
)
def test_values_of_the_notebook_stand_where_ipython_users_write_them(line, expected):
    assert words(line, NAMES) == expected


@pytest.mark.parametrize("option", ["-m ", "--metric ", "--metric="])
@pytest.mark.parametrize("quoted", ["'a=x ([0-9]{2})$'", "a='x ([0-9]{2})$'", '"a=x ([0-9]{2})$"'])
def test_a_regular_expression_keeps_its_braces_and_dollars(option, quoted):
    found = train_parser().parse_args(words(f"{option}{quoted} -p lr=$lr", NAMES))
    assert found.metric == [("a", "x ([0-9]{2})$")]
    assert found.param == [("lr", "0.1")]


@pytest.mark.parametrize("line", ["-p lr=$rate", "-p lr={rate}", "-p lr={1 +}", "-p lr={lr"])
def test_what_cannot_be_expanded_is_an_error_that_shows_it(line):
    with pytest.raises(UsageError, match="cannot expand"):
        words(line, NAMES)


def test_an_open_quote_is_an_error():
    with pytest.raises(UsageError, match="No closing quotation"):
        words("-p 'a=1", {})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("-p lr", "'lr' is not NAME=VALUE"),
        ("--epochs 3", "unrecognized arguments: --epochs"),
        ("-c two", "invalid int value: 'two'"),
    ],
)
def test_a_wrong_option_is_one_line_and_the_usage(line, message):
    with pytest.raises(UsageError, match=message) as told:
        train_parser().parse_args(words(line, {}))
    assert "usage: %train" in str(told.value)


def test_a_value_may_hold_further_equals_signs():
    assert train_parser().parse_args(["-e", "FLAGS=a=b"]).env == [("FLAGS", "a=b")]
