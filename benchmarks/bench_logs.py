"""B11: seek, tail and search in a long log, beside tail and grep on the same files."""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from jupyter_train.store.logs import SegmentLogs
from jupyter_train.store.logs import SegmentStream as Stream
from row import Row, run

LINE = b"epoch %d step %d loss=%.6f accuracy=%.4f learning_rate=0.0001 throughput=512.3"
NEEDLE = "a needle in the log"


def fill(stream: Stream, size: int) -> float:
    """Write about `size` bytes of training log, a needle at its end; returns bytes a second."""
    number = 0
    begin = time.perf_counter()
    while stream.end < size:
        rows = range(number, number + 50_000)
        stream.append(
            [(n // 10, n * 90, LINE % (n // 1000, n, 1 / (n + 1), n % 97 / 97)) for n in rows]
        )
        number += 50_000
    stream.append([(number, number * 90, NEEDLE.encode())])
    return stream.end / (time.perf_counter() - begin)


def timed(call: Callable[[], object], times: int = 20) -> float:
    """Return the least of milliseconds."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        call()
        took.append(time.perf_counter() - begin)
    return min(took) * 1e3


def program(*command: str) -> float:
    """Return milliseconds of a program."""
    return timed(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=False), 3)


def measure(size: int = 256 << 20) -> list[Row]:
    """Return a row for each way to look at a log of `size` bytes."""
    with tempfile.TemporaryDirectory() as folder:
        logs = SegmentLogs(Path(folder))
        stream = logs.create("job", "a", 1.0)
        speed = fill(stream, size)
        files = [str(path) for path in sorted(Path(folder).rglob("*.txt"))]
        middle = stream.read(stream.end // 2, 1)[0].time
        tail = program("tail", "-n", "1000", files[-1])
        grep = program("grep", "-cF", NEEDLE, *files)
        grep_i = program("grep", "-ciF", NEEDLE, *files)
        what = f"log of {stream.end >> 20} MiB"
        took = {
            "seek to a line": (timed(lambda: stream.seek_line(size // 200)), 5, "", None),
            "seek to a time": (timed(lambda: stream.seek_time(middle)), 5, "", None),
            "last 1,000 lines": (
                timed(lambda: stream.read_before(stream.end, 1000)), 5, "tail", tail,
            ),
            "literal search": (timed(lambda: stream.search(NEEDLE), 3), 2000, "grep -F", grep),
            "search whatever the case": (
                timed(lambda: stream.search(NEEDLE.upper(), ignore_case=True), 3),
                2000, "grep -iF", grep_i,
            ),
            "opening": (timed(lambda: open_again(Path(folder))), None, "", None),
        }  # fmt: skip
        logs.close()
    found = [
        Row(bar="B11", what=f"{what}: {way}", ours=ours, unit="ms", limit=limit, peer=peer,
            peer_value=value)
        for way, (ours, limit, peer, value) in took.items()
    ]  # fmt: skip
    found.append(
        Row(bar="B11", what=f"{what}: append", ours=speed / 1e6, unit="MB/s", more_is_better=True)
    )
    return found


def open_again(folder: Path) -> None:
    """Open the stream as a manager that comes back does."""
    logs = SegmentLogs(folder)
    logs.open("job", "a")
    logs.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=256, help="1024 for the whole bar")
    chosen = parser.parse_args()
    run(lambda: measure(chosen.mib << 20))
