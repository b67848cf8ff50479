"""What every LogStore must do: inherit the class and give it a `logs` fixture."""

from itertools import accumulate

import pytest

from ..store.base import LogLine, LogStore, LogStream


def write(stream: LogStream, *texts: str, time: int = 1000) -> int:
    """Append lines a millisecond apart; the source has one byte more for each line's end."""
    lines, source = [], stream.source_offset
    for number, text in enumerate(texts):
        source += len(text.encode()) + 1
        lines.append((time + number, source, text.encode()))
    return stream.append(lines)


def texts(lines: list[LogLine]) -> list[str]:
    """Return the lines' texts."""
    return [line.text for line in lines]


class LogStoreSuite:
    """The fixture `logs` is an empty store."""

    @pytest.fixture
    def stream(self, logs: LogStore) -> LogStream:
        """An empty stream."""
        return logs.create("job", "digits/algo-1-100", 100.0)

    def test_an_empty_stream_is_listed_and_has_no_lines(
        self, logs: LogStore, stream: LogStream
    ) -> None:
        """Nor times."""
        assert logs.streams("job") == ["digits/algo-1-100"]
        assert (stream.end, stream.source_offset, stream.first_time, stream.last_time) == (
            (0, 0, None, None)
        )
        assert stream.read(0, 10) == stream.read_before(0, 10) == stream.search("x") == []
        assert stream.seek_time(0) == stream.seek_line(0) == stream.append([]) == 0

    def test_streams_are_listed_in_the_order_they_were_made(self, logs: LogStore) -> None:
        """A stream is made once."""
        for name in ("b", "a", "%2F/..", "b"):
            logs.create("job", name, 100.0)
        assert logs.streams("job") == ["b", "a", "%2F/.."]
        assert logs.open("job", "b") is logs.create("job", "b", 100.0)

    def test_a_stream_that_is_not_there_is_a_key_error(self, logs: LogStore) -> None:
        """Also with a name that is a folder's."""
        for job, name in (("job", "x"), ("..", "x"), (".", "x")):
            assert logs.streams(job) == []
            with pytest.raises(KeyError):
                logs.open(job, name)

    def test_lines_come_back_with_time_and_place(self, stream: LogStream) -> None:
        """One after the other."""
        end = write(stream, "epoch 1", "", "epoch 2 ")
        lines = stream.read(0, 10)
        assert texts(lines) == ["epoch 1", "", "epoch 2 "]
        assert [line.time for line in lines] == [1000, 1001, 1002]
        assert [line.position for line in lines[1:]] == [line.next for line in lines[:-1]]
        assert (lines[-1].next, stream.end, stream.source_offset) == (end, end, 18)
        assert (stream.first_time, stream.last_time) == (1000, 1002)

    def test_reading_goes_on_where_it_ended(self, stream: LogStream) -> None:
        """Forward and backward."""
        write(stream, *(str(number) for number in range(10)))
        page = stream.read(0, 4)
        assert texts(stream.read(page[-1].next, 4)) == ["4", "5", "6", "7"]
        assert texts(stream.read_before(stream.end, 3)) == ["7", "8", "9"]
        back = stream.read_before(stream.end, 3)
        assert texts(stream.read_before(back[0].position, 100)) == [str(each) for each in range(7)]
        assert stream.read(stream.end, 5) == stream.read(stream.end + 99, 5) == []
        assert texts(stream.read_before(stream.end + 99, 1)) == ["9"]

    def test_a_page_ends_after_so_many_bytes(self, stream: LogStream) -> None:
        """But has one line at least."""
        write(stream, "a" * 50, "b" * 50, "c" * 300_000)
        assert texts(stream.read(0, 10, max_bytes=70)) == ["a" * 50]
        third = stream.seek_line(2)
        assert texts(stream.read(third, 10, max_bytes=70)) == ["c" * 300_000]
        assert texts(stream.read_before(stream.end, 10, max_bytes=70)) == ["c" * 300_000]
        assert texts(stream.read_before(third, 10, max_bytes=70)) == ["b" * 50]

    def test_times_never_go_back(self, stream: LogStream) -> None:
        """A smaller one is stored as the last one."""
        stream.append([(1000, 1, b"a"), (900, 2, b"b")])
        stream.append([(950, 3, b"c"), (1100, 4, b"d")])
        assert [line.time for line in stream.read(0, 10)] == [1000, 1000, 1000, 1100]

    def test_a_block_is_what_its_lines_are(self, logs: LogStore, stream: LogStream) -> None:
        """Whole lines of one time in one piece; each is found by number, time and place."""
        texts_given = [b"%d \xff" % number for number in range(3000)]
        data = b"".join(text + b"\n" for text in texts_given)
        other = logs.create("job", "other", 100.0)
        ends = list(accumulate(len(text) + 1 for text in texts_given))
        for first in (0, len(data)):
            stream.append_block(1000 - first, first, data)
            other.append([(1000, first + e, t) for e, t in zip(ends, texts_given, strict=True)])
        assert stream.read(0, 10_000) == other.read(0, 10_000)
        assert (stream.end, stream.source_offset) == (other.end, 2 * len(data))
        assert [stream.seek_line(n) for n in (0, 1, 2999, 3000, 5999)] == [
            other.seek_line(n) for n in (0, 1, 2999, 3000, 5999)
        ]
        assert stream.append_block(1000, 0, b"") == stream.end
        assert (stream.first_time, stream.last_time) == (1000, 1000)

    def test_the_first_line_at_a_time_is_found(self, stream: LogStream) -> None:
        """Among many of one time as well."""
        stream.append([(1000 + n // 3000, n, b"%d" % n) for n in range(9000)])
        at = [stream.read(stream.seek_time(time), 1) for time in (0, 1000, 1001, 1002)]
        assert [texts(lines) for lines in at] == [["0"], ["0"], ["3000"], ["6000"]]
        assert stream.seek_time(1003) == stream.end

    def test_a_line_is_found_by_its_number(self, stream: LogStream) -> None:
        """Over several appends."""
        for first in range(0, 5000, 700):
            write(stream, *(str(number) for number in range(first, first + 700)))
        for number in (0, 1, 1023, 1024, 3000, 5599):
            assert texts(stream.read(stream.seek_line(number), 1)) == [str(number)]
        assert stream.seek_line(5600) == stream.seek_line(10**9) == stream.end

    def test_a_search_finds_lines_by_their_text_only(self, stream: LogStream) -> None:
        """Not by what is stored beside it."""
        write(stream, "loss=0.5", "accuracy 1001", "loss=0.25 é", "a.b", "10 05")
        assert texts(stream.search("loss=")) == ["loss=0.5", "loss=0.25 é"]
        assert texts(stream.search("loss=", limit=1)) == ["loss=0.5"]
        assert texts(stream.search("1001")) == ["accuracy 1001"]
        assert texts(stream.search("é")) == ["loss=0.25 é"]
        assert texts(stream.search("ACCUracy")) == []
        assert texts(stream.search("ACCUracy", ignore_case=True)) == ["accuracy 1001"]
        assert texts(stream.search("0 0")) == ["10 05"]
        assert stream.search("axb") == stream.search("a\nb") == []
        assert texts(stream.search("loss=", position=stream.seek_line(1))) == ["loss=0.25 é"]

    def test_odd_bytes_do_not_break_the_lines_beside_them(self, stream: LogStream) -> None:
        """Binary output, carriage returns, and an end of line inside the text."""
        stream.append([(1, 9, b"\xff\x00\r10%\r20%"), (2, 12, b"a\nb"), (3, 14, b"plain")])
        assert texts(stream.read(0, 10)) == ["\ufffd\0\r10%\r20%", "a b", "plain"]

    def test_a_deleted_job_has_no_streams(self, logs: LogStore, stream: LogStream) -> None:
        """A new one of the same name begins empty, and other jobs keep theirs."""
        write(stream, "old")
        logs.create("other", "x", 1.0)
        logs.delete("job")
        logs.delete("unknown")
        assert (logs.streams("job"), logs.streams("other")) == ([], ["x"])
        assert logs.create("job", "digits/algo-1-100", 200.0).end == 0
