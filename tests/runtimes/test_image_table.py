"""images.toml: read strictly, changed line by line; what a person wrote stays."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_train.runtimes.image_table import (
    TableError,
    find_local,
    map_name,
    read_table,
    unmap_name,
)

WRITTEN = """# mine
[images]
"a:*" = "local-a"   # for a

'b' = 'local-b'
# the end
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "images.toml"


def test_a_table_that_is_not_there_is_empty_and_is_made(path):
    assert read_table(path) == {}
    map_name(path, "*/x:*", "mine:latest")
    assert path.read_text() == '[images]\n"*/x:*" = "mine:latest"\n'


def test_comments_and_order_stay(path):
    path.write_text(WRITTEN)
    map_name(path, "c", "local-c")
    map_name(path, "a:*", "other")
    assert path.read_text() == WRITTEN.replace('"local-a"', '"other"') + '"c" = "local-c"\n'
    unmap_name(path, "c")
    unmap_name(path, "b")
    assert path.read_text() == WRITTEN.replace('"local-a"', '"other"').replace(
        "'b' = 'local-b'\n", ""
    )


def test_a_name_is_put_above_the_pattern_that_would_fit_it(path):
    path.write_text(WRITTEN)
    map_name(path, "a:1", "one")
    assert list(read_table(path)) == ["a:1", "a:*", "b"]
    assert [find_local(read_table(path), each) for each in ("a:1", "a:2", "z")] == [
        "one",
        "local-a",
        "z",
    ]


def test_a_file_for_others_stays_theirs(path):
    path.write_text(WRITTEN)
    path.chmod(0o644)
    map_name(path, "c", "d")
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[images]\n"a" = \n', "line 2"),
        ('[images]\n\n"a" = 5\n', "line 3: 'a' is 5"),
        ('[images]\n"a" = ""\n', "line 2: 'a' is ''"),
        ('[image]\n"a" = "b"\n', "there is 'image'"),
        ('images = "x"\n', "there is 'images'"),
        ('[images.a]\nb = "c"\n', "'a' is {"),
    ],
)
def test_a_broken_table_is_named_with_line_and_rule(path, text, words):
    path.write_text(text)
    for change in (read_table, lambda path: map_name(path, "a", "b")):
        with pytest.raises(TableError) as error:
            change(path)
        assert words in str(error.value)
        assert "images.toml" in str(error.value)
        assert '"names of images" = "local image"' in str(error.value)
    assert path.read_text() == text


def test_what_is_not_written_line_by_line_is_left_alone(path):
    path.write_text('images = { "a" = "b" }\n')
    with pytest.raises(TableError, match="change it by hand"):
        map_name(path, "c", "d")
    assert path.read_text() == 'images = { "a" = "b" }\n'
    assert [each.name for each in path.parent.iterdir()] == ["images.toml"]


def test_a_name_that_has_no_line_is_refused_with_what_there_is(path):
    path.write_text(WRITTEN)
    with pytest.raises(TableError, match=r"no line for 'x'; there is: a:\*, b"):
        unmap_name(path, "x")


@pytest.mark.parametrize("name", ["", " a", "a\nb", "a\x00", "\x1b[31m"])
def test_what_cannot_be_a_name_is_refused(path, name):
    with pytest.raises(TableError, match="no name of an image"):
        map_name(path, name, "b")
    assert not path.exists()


NAMES = st.text(st.sampled_from("ab*?[]\"'\\=#.: /é"), min_size=1).filter(lambda s: s == s.strip())


@given(changes=st.lists(st.tuples(NAMES, NAMES, st.booleans())))
def test_the_file_means_what_was_asked_in_whatever_order(tmp_path_factory, changes):
    path = tmp_path_factory.mktemp("home") / "images.toml"
    expected = {}
    for name, local, maps in changes:
        if maps or name not in expected:
            map_name(path, name, local)
            expected[name] = local
        else:
            unmap_name(path, name)
            del expected[name]
    assert read_table(path) == expected
    if changes:
        assert tomllib.loads(path.read_text())["images"] == expected
