import os

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


@pytest.mark.parametrize("text", [b"", b"text without a stamp\n"])
def test_a_segment_that_was_only_begun_is_begun_again(stream, again, tmp_path, text):
    fill(stream)
    files(tmp_path, "*.txt")[-1].with_name(f"{stream.end:020}.txt").write_bytes(text)
    reopened = again()
    assert state(reopened) == state(stream)
    write(reopened, "next", time=9999)
    assert texts(again().read_before(reopened.end, 2)) == ["line 29-9", "next"]


def test_lines_of_which_the_power_left_zeros_are_read_again(stream, again, tmp_path):
    fill(stream)
    path = files(tmp_path, "*.txt")[-1]
    lines = stream.read(0, 1000)
    kept, data = lines[-2], path.read_bytes()
    path.write_bytes(data[: kept.position - int(path.stem)] + bytes(2 * len("line 29-9\n")))
    reopened = again()
    assert (reopened.end, reopened.last_time) == (kept.position, kept.time - 1)
    assert reopened.read(0, 1000) == lines[:-2]


@pytest.mark.parametrize("harm", ["no stamps", "no end", "zeros"])
def test_what_the_power_took_out_of_the_middle_is_read_again_from_there(
    stream, again, tmp_path, harm
):
    fill(stream)
    lines = stream.read(0, 1000)
    text, stamps = files(tmp_path, "*.txt")[1], files(tmp_path, "*.at")[1]
    size = text.stat().st_size
    if harm == "no stamps":
        stamps.unlink()
    elif harm == "no end":
        os.truncate(text, size // 2)
    else:
        text.write_bytes(text.read_bytes()[: size // 2] + bytes(size - size // 2))
    reopened = again()
    whole = reopened.read(0, 1000)
    assert whole == lines[: len(whole)]
    assert int(text.stem) <= reopened.end <= int(text.stem) + size // 2
    for line in lines[len(whole) :]:
        write(reopened, line.text, time=line.time)
    assert again().read(0, 1000) == lines


def test_of_a_log_whose_source_may_be_gone_nothing_is_dropped(stream, again, tmp_path):
    fill(stream)
    stream.sync()
    files(tmp_path, "*.at")[1].unlink()
    reopened = again()
    assert state(reopened) == state(stream)
    assert texts(reopened.read(0, 1000)) == [f"line {n}-{e}" for n in range(30) for e in range(10)]


@pytest.mark.parametrize(
    ("count", "text"), [(500, "line"), (60, "x")], ids=["of the text", "of the stamps"]
)
@pytest.mark.parametrize("before", [1, 300], ids=["first segment", "new segment"])
def test_an_append_that_does_not_fit_leaves_nothing(stream, again, file_limit, count, text, before):
    write(stream, *("1234" for _ in range(before)), time=1000)
    known = state(stream)
    file_limit(1500)
    with pytest.raises(OSError, match="too large"):
        write(stream, *(f"{text} {number}" for number in range(count)), time=2000)
    assert (state(stream), state(again())) == (known, known)
    file_limit(1 << 20)
    write(stream, "second", time=3000)
    assert texts(again().read_before(stream.end, 2)) == ["1234", "second"]


def test_any_position_reads_from_a_whole_line_on(stream):
    fill(stream)
    lines = stream.read(0, 1000)
    starts = {line.position for line in lines} | {stream.end}
    for position in range(-5, stream.end + 5):
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
    assert stream.read(0, 10) == stream.read_before(stream.end, 10) == stream.search("line") == []


def test_streams_that_nobody_holds_are_forgotten(tmp_path, monkeypatch):
    logs = SegmentLogs(tmp_path / "logs")
    logs._recent = type(logs._recent)(maxlen=2)
    for number in range(5):
        write(logs.create(f"job-{number}", "a", 1.0), "text")
    assert len(logs._open) == 2
    assert texts(logs.open("job-0", "a").read(0, 1)) == ["text"]
