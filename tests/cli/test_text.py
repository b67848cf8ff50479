import pytest

from jupyter_train.cli.text import age, clean, duration, table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ✓ é 漢", "plain ✓ é 漢"),
        ("a\tb", "a\tb"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://e\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\x", "x"),
        ("\x9b2Jx", "x"),
        ("a\rb\x08\x07\x00", "ab"),
        ("\x1b", ""),
        ("user\u202etxt.exe", "usertxt.exe"),
    ],
)
def test_nothing_a_job_prints_reaches_the_terminal_as_a_command(text, shown):
    assert clean(text) == shown


def test_columns_are_as_wide_as_their_widest_cell():
    assert table([("A", "B"), ("long", "x")]) == "A     B\nlong  x"


@pytest.mark.parametrize(
    ("seconds", "word"), [(-1, "0s"), (59.9, "59s"), (60, "1m"), (7200, "2h"), (200_000, "2d")]
)
def test_an_age_is_one_word(seconds, word):
    assert age(seconds) == word


@pytest.mark.parametrize(("seconds", "text"), [(5, "0:05"), (65, "1:05"), (3723, "1:02:03")])
def test_a_duration_reads_like_a_watch(seconds, text):
    assert duration(seconds) == text
