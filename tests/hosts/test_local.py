import asyncio
import os
import statistics
import time
from pathlib import Path

import pytest

from jupyter_train.hosts.local import LocalHost
from jupyter_train.hosts.ticker import Followed, Ticker
from jupyter_train.testing.host import HostSuite


@pytest.fixture
def host(tmp_path):
    before = len(list(Path("/dev/fd").iterdir()))
    (tmp_path / "host").mkdir()
    yield LocalHost("here", tmp_path / "host")
    assert len(list(Path("/dev/fd").iterdir())) == before


class TestLocalHost(HostSuite):
    pass


def test_a_line_is_there_within_a_tick(host):
    async def lags():
        found = []
        chunks = host.follow(host.folder / "log", 0)
        with (host.folder / "log").open("ab", buffering=0) as log:
            for _ in range(40):
                reading = asyncio.ensure_future(anext(chunks))
                await asyncio.sleep(0.007)
                written = time.perf_counter()
                log.write(b"line\n")
                await reading
                found.append(time.perf_counter() - written)
        await chunks.aclose()
        return found

    # 12 ms on a quiet machine (benchmarks/bench_follow.py); here others may be using it.
    assert statistics.median(asyncio.run(lags())) < 0.05


def test_a_file_that_cannot_be_looked_at_hides_no_other(host):
    async def first_chunk():
        (host.folder / "no folder").touch()
        hidden = asyncio.ensure_future(anext(host.follow(host.folder / "no folder" / "log", 0)))
        chunks = host.follow(host.folder / "log", 0)
        reading = asyncio.ensure_future(anext(chunks))
        await asyncio.sleep(0.03)
        (host.folder / "log").write_bytes(b"line\n")
        async with asyncio.timeout(5):
            chunk = await reading
        await chunks.aclose()
        hidden.cancel()
        return chunk

    assert asyncio.run(first_chunk()) == b"line\n"


def test_nothing_ticks_while_nobody_follows(tmp_path):
    async def ticking():
        ticker, followed = Ticker(), Followed(tmp_path / "log", 0)
        states = [ticker.is_ticking]
        ticker.add(followed)
        states.append(ticker.is_ticking)
        ticker.drop(followed)
        return [*states, ticker.is_ticking]

    assert asyncio.run(ticking()) == [False, True, False]


def test_a_program_that_is_not_there_is_not_found(host):
    with pytest.raises(FileNotFoundError):
        asyncio.run(host.run(("no-such-program",)))


def test_a_run_that_is_cancelled_ends_its_program(host):
    async def cancel():
        pid_file = host.folder / "pid"
        argv = ("sh", "-c", f"echo $$ > {pid_file}; exec sleep 60")
        running = asyncio.ensure_future(host.run(argv))
        while not (pid_file.exists() and pid_file.read_text()):  # noqa: ASYNC110  a process writes it
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait({running})
        return int(pid_file.read_text())

    pid = asyncio.run(cancel())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
