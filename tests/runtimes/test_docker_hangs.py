"""What hangs, or takes its time, holds up nobody else."""

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from jupyter_train.contract.names import AttemptKey
from jupyter_train.runtimes.base import Phase
from jupyter_train.runtimes.docker import ending
from jupyter_train.testing.runtime import has_ended, until

from .hanging import HangingDoor

PULL = rb"POST /\S*/images/create"
MANY = 20


@pytest.fixture
def door(docker_engine, tmp_path):
    door = HangingDoor(tmp_path / "d.sock", docker_engine.host, PULL)
    yield door
    door.close()


def all_hang(door):
    deadline = time.monotonic() + 20
    while door.hung < MANY:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_pulls_that_hang_keep_no_other_attempt_from_starting(yard, door):
    yard.anew(host=door.host)
    pulled = [
        yard.spec("true", image=f"nobody.invalid/x:{n}", key=AttemptKey(job_id=f"p{n}", attempt=1))
        for n in range(MANY)
    ]

    async def run():
        pulls = [asyncio.create_task(yard.runtime.prepare(yard.host, each, str)) for each in pulled]
        await asyncio.to_thread(all_hang, door)
        async with asyncio.timeout(10):
            await yard.runtime.start(yard.host, yard.spec("true"))
            assert await yard.runtime.unavailable() is None
        for each in pulls:
            each.cancel()
        await asyncio.gather(*pulls, return_exceptions=True)

    asyncio.run(run())
    assert yard.ended(yard.spec("true")).exit_code == 0


def test_a_pull_that_hangs_keeps_no_manager_from_its_exit(door):
    program = f"""
import asyncio
from jupyter_train.runtimes.docker import DockerRuntime, Options
from jupyter_train.runtimes.docker.pulling import Download, pull
runtime = DockerRuntime(Options(host={door.host!r}))
async def run():
    asked = ("nobody.invalid/x", "nobody.invalid/x", print, Download())
    task = asyncio.create_task(runtime._engine.run(pull, runtime._engine, *asked))
    await asyncio.sleep(1)
    task.cancel()
    await runtime.close()
asyncio.run(run())
"""
    done = subprocess.run(
        (sys.executable, "-c", program), timeout=60, capture_output=True, text=True, check=False
    )
    assert (done.returncode, door.hung) == (0, 1), done.stderr


def test_an_end_that_takes_long_to_write_is_written_once_and_hides_no_other(yard, monkeypatch):
    finishing, done = [], threading.Event()
    slow = yard.spec("true", key=AttemptKey(job_id="slow", attempt=1))

    def take_long(engine, found):
        if found["Name"].endswith(str(slow.key)):
            finishing.append(found["Id"])
            done.wait(20)

    monkeypatch.setattr(ending, "give_back", take_long)
    quick = yard.spec("true")

    async def run():
        for each in (slow, quick):
            await yard.runtime.start(yard.host, each)
        phases = {}
        deadline = time.monotonic() + 10
        while phases.get(quick.key) is not Phase.EXITED or len(finishing) < 1:
            assert time.monotonic() < deadline, phases
            async with asyncio.timeout(5):
                seen = await yard.runtime.observe(yard.host, [slow.key, quick.key])
            phases = {key: each.phase for key, each in seen.items()}
        for _ in range(2):
            seen = await yard.runtime.observe(yard.host, [slow.key, quick.key])
        assert seen[slow.key].phase is Phase.RUNNING
        done.set()
        await until(yard.runtime, yard.host, slow.key, has_ended)

    asyncio.run(run())
    assert len(finishing) == 1
    assert yard.ended(slow).exit_code == 0
