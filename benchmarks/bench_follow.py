"""B3, first leg: from a line that a job wrote to its bytes in the manager; 1 and 20 files."""

import asyncio
import statistics
import tempfile
import time
from contextlib import aclosing
from pathlib import Path

from jupyter_train.hosts.local import LocalHost
from row import Row, run

LINES = 200


async def lags(host: LocalHost, name: str, every: float) -> list[float]:
    """Write lines at odd moments and note when each is seen."""
    path, found = Path(host.folder) / name, []
    async with aclosing(host.follow(path, 0)) as chunks:
        with path.open("ab", buffering=0) as log:
            for number in range(LINES):
                reading = asyncio.ensure_future(anext(chunks))
                await asyncio.sleep(every * (0.5 + number % 7 / 7))
                written = time.perf_counter()
                log.write(b"a line of a log, as long as lines are on the average\n")
                await reading
                found.append((time.perf_counter() - written) * 1000)
    return found


async def many(files: int) -> list[float]:
    """Follow so many files, all of which grow."""
    with tempfile.TemporaryDirectory() as folder:
        host = LocalHost("here", Path(folder))
        each = await asyncio.gather(*(lags(host, f"log-{n}", 0.05) for n in range(files)))
    return [lag for found in each for lag in found]


def measure() -> list[Row]:
    """Medians; the bar of the whole way to the socket is 50 ms."""
    return [
        Row(
            bar="B3",
            what=f"followed line seen, {files} file(s), p50",
            ours=statistics.median(asyncio.run(many(files))),
            unit="ms",
            limit=12,
        )
        for files in (1, 20)
    ]


if __name__ == "__main__":
    run(measure)
