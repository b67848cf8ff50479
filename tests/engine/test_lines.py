"""Bytes of a log become lines."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_train.engine.lines import LONGEST, LineSplitter, Marks


def texts(chunks, offset=0):
    splitter = LineSplitter(offset)
    lines = [line for chunk in chunks for line in splitter.feed(chunk)]
    return lines + splitter.finish()


def test_a_line_carries_the_offset_after_its_end():
    assert texts([b"one\ntwo\n"]) == [(4, b"one"), (8, b"two")]


def test_a_splitter_that_starts_later_counts_from_there():
    assert texts([b"two\n"], offset=4) == [(8, b"two")]


def test_a_carriage_return_ends_a_line_as_progress_bars_expect():
    assert [text for _, text in texts([b"\r10%\r20%\r\ndone"])] == [b"", b"10%", b"20%", b"done"]


def test_a_line_without_end_is_kept_until_the_attempt_ends():
    splitter = LineSplitter(0)
    assert splitter.feed(b"half") == []
    assert splitter.finish() == [(4, b"half")]
    assert splitter.finish() == []


def test_a_line_of_ten_megabytes_becomes_pieces_that_lose_nothing():
    lines = texts([b"x" * (10 << 20), b"\nlast\n"])
    assert max(len(text) for _, text in lines) <= LONGEST + 2
    assert sum(len(text) for _, text in lines[:-1]) == 10 << 20
    assert lines[-1] == ((10 << 20) + 6, b"last")


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=8))
def test_lines_do_not_depend_on_how_the_stream_was_cut(data, cuts):
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    chunks = [data[a:b] for a, b in pairwise(edges)]
    assert texts(chunks) == texts([data])


@given(st.lists(st.binary(max_size=40), max_size=30), st.integers(1, 60), st.integers(0, 9))
def test_a_block_holds_what_feeding_gives(texts_given, size, offset):
    data = b"\n".join(texts_given)
    splitter = LineSplitter(offset, bulk=size // 2)
    found = []
    for at in range(0, len(data), size):
        start, block = splitter.block(data[at : at + size])
        fed = LineSplitter(start).feed(block) if block else splitter.feed(data[at : at + size])
        found += fed
    assert found + splitter.finish() == texts([data], offset)


def test_few_bytes_and_a_line_that_is_too_long_are_no_block():
    assert LineSplitter(0).block(b"line\n") == (0, b"")
    assert LineSplitter(0).block(b"x" * (LONGEST + 1) + b"\n") == (0, b"")
    assert LineSplitter(7).block(b"line\n" * 20_000 + b"ha") == (7, b"line\n" * 20_000)


@given(st.binary(max_size=300))
def test_the_last_line_ends_where_the_data_end(data):
    lines = texts([data])
    assert (lines[-1][0] if lines else 0) == len(data)


def test_a_line_written_while_nobody_looked_gets_the_time_of_the_mark_after_it():
    marks = Marks(b"100.0 10\n101.0 20\n")
    assert [marks.time_of(end, 999) for end in (5, 10, 11, 20, 21)] == [
        100_000, 100_000, 101_000, 101_000, 999,
    ]  # fmt: skip


@pytest.mark.parametrize("text", [b"", b"garbage\n", b"100.0", b"100.0 10\n101.", b"\xff\xfe 3\n"])
def test_torn_marks_are_no_reason_to_fail(text):
    assert Marks(text).time_of(10**9, 7) == 7
