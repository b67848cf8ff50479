import os
import random

import pytest

from jupyter_train.store.logs import SegmentLogs
from jupyter_train.store.memory_logs import MemoryLogs
from jupyter_train.store.stamps import Stamp, packed
from jupyter_train.testing.log_store import LogStoreSuite, texts, write


class TestSegmentLogs(LogStoreSuite):
    @pytest.fixture
    def logs(self, tmp_path):
        return SegmentLogs(tmp_path / "logs")


class TestManySegments(LogStoreSuite):
    """A new segment every 1,000 bytes."""

    @pytest.fixture
    def logs(self, segment_logs):
        return segment_logs


class TestMemoryLogs(LogStoreSuite):
    @pytest.fixture
    def logs(self):
        return MemoryLogs()


@pytest.fixture
def stream(segment_logs):
    return segment_logs.create("job", "a", 1.0)


@pytest.fixture
def again(tmp_path):
    return lambda: SegmentLogs(tmp_path / "logs", segment=1000).open("job", "a")


def files(tmp_path, pattern):
    return sorted((tmp_path / "logs").rglob(pattern))


def state(stream):
    return (stream.end, stream.source_offset, stream.first_time, stream.last_time)


def fill(stream, appends=30):
    for number in range(appends):
        write(stream, *(f"line {number}-{each}" for each in range(10)), time=1000 + 10 * number)


def test_a_stream_is_the_same_after_opening_again(stream, again, tmp_path):
    fill(stream)
    assert len(files(tmp_path, "*.txt")) == 3
    reopened = again()
    assert state(reopened) == state(stream)
    assert reopened.read(0, 1000) == stream.read(0, 1000)
    assert reopened.seek_line(123) == stream.seek_line(123)


@pytest.mark.parametrize("suffix", [".txt", ".at"])
@pytest.mark.parametrize("tail", [b"half a li", b"\0" * 5000, b"no stamp of it\n", b"\n\n"])
def test_what_was_half_stored_is_cut_and_the_cursor_is_that_of_what_was_whole(
    stream, again, tmp_path, tail, suffix
):
    fill(stream)
    before = state(stream)
    with files(tmp_path, f"*{suffix}")[-1].open("ab") as file:
        file.write(tail if suffix == ".txt" else packed([Stamp(end=1 << 40)]) + tail)
    reopened = again()
    assert state(reopened) == before
    write(reopened, "next", time=9999)
    assert texts(again().read_before(reopened.end, 2)) == ["line 29-9", "next"]


def test_lines_whose_end_the_power_took_are_cut_whole_and_read_again(stream, again, tmp_path):
    fill(stream)
    path = files(tmp_path, "*.txt")[-1]
    kept = stream.read_before(stream.end, 2)[0]
    os.truncate(path, path.stat().st_size - len(kept.text) - 5)
    reopened = again()
    assert texts(reopened.read_before(reopened.end, 1)) == ["line 29-7"]
    assert (reopened.end, reopened.last_time) == (kept.position, kept.time - 1)
    assert reopened.source_offset == stream.source_offset - 2 * len("line 29-9\n")


@pytest.mark.parametrize("lost", ["*.txt", "*.at"])
def test_a_last_segment_of_which_one_file_is_lost_is_read_again(stream, again, tmp_path, lost):
    fill(stream)
    last = files(tmp_path, "*.txt")[-1]
    files(tmp_path, lost)[-1].unlink()
    reopened = again()
    assert reopened.end == int(last.stem)
    assert texts(reopened.read_before(reopened.end, 1)) == ["line 20-9"]
    fill(reopened, 1)
    assert texts(again().read(int(last.stem), 1)) == ["line 0-0"]


def test_an_empty_last_segment_keeps_the_cursor_of_the_one_before(stream, again, tmp_path):
    fill(stream)
    files(tmp_path, "*.txt")[-1].with_name(f"{stream.end:020}.log").touch()
    reopened = again()
    assert state(reopened) == state(stream)
    write(reopened, "next", time=9999)
    assert texts(reopened.read_before(reopened.end, 1)) == ["next"]


def test_an_append_that_does_not_fit_leaves_nothing(stream, again, file_limit):
    write(stream, "first")
    before = state(stream)
    file_limit(2000)
    with pytest.raises(OSError, match="too large"):
        write(stream, *(f"line {number}" for number in range(500)))
    assert (state(stream), state(again())) == (before, before)
    file_limit(1 << 20)
    write(stream, "second")
    assert texts(again().read(0, 10)) == ["first", "second"]


def test_any_position_reads_from_a_whole_line_on(stream):
    fill(stream)
    lines = stream.read(0, 1000)
    starts = {line.position for line in lines} | {stream.end}
    for position in random.Random(3).sample(range(-5, stream.end + 5), 200):
        later = [line for line in lines if line.position >= position][:1]
        assert stream.read(position, 1) == later
        earlier = [line for line in lines if line.next <= position][-1:]
        assert stream.read_before(position, 1) == earlier
        assert {line.next for line in stream.read_before(position, 5)} <= starts


def test_a_segment_is_the_text_as_it_was_printed(stream, tmp_path):
    stream.append_block(1000, 0, b"one\ntwo\n")
    write(stream, "three", time=2000)
    assert [path.read_bytes() for path in files(tmp_path, "*.txt")] == [b"one\ntwo\nthree\n"]
    assert [line.time for line in stream.read(0, 9)] == [1000, 1000, 2000]


def test_an_append_of_many_lines_is_one_write(stream, tmp_path):
    end = stream.append([(1, n, b"x" * 90) for n in range(200_000)])
    assert [path.stat().st_size for path in files(tmp_path, "*.txt")] == [end]
    assert texts(stream.read(stream.seek_line(199_999), 5)) == ["x" * 90]


def test_a_line_of_ten_megabytes_is_one_line(stream, again):
    stream.append([(1, 5, b"head"), (2, 9, b"y" * 10_000_000), (3, 12, b"tail")])
    assert [len(line.text) for line in stream.read(0, 5, max_bytes=1 << 30)] == [4, 10_000_000, 4]
    assert texts(stream.read_before(stream.end, 1)) == ["tail"]
    assert state(again()) == state(stream)


def test_a_reader_of_a_deleted_stream_finds_nothing(segment_logs, stream):
    fill(stream)
    segment_logs.delete("job")
    assert stream.read(0, 10) == stream.search("line") == []


def test_streams_that_nobody_holds_are_forgotten(tmp_path, monkeypatch):
    logs = SegmentLogs(tmp_path / "logs")
    logs._recent = type(logs._recent)(maxlen=2)
    for number in range(5):
        write(logs.create(f"job-{number}", "a", 1.0), "text")
    assert len(logs._open) == 2
    assert texts(logs.open("job-0", "a").read(0, 1)) == ["text"]
