"""What becomes of attempts when the engine dies: a private dockerd is killed and restarted."""

import asyncio
import json
import os
import signal
import time
from pathlib import Path

import pytest
from mortal_dockerd import mortal_dockerd

import base_image
from jupyter_train.contract.names import AttemptKey
from jupyter_train.hosts.base import HostUnreachableError
from jupyter_train.runtimes.base import Phase
from jupyter_train.runtimes.docker import DockerRuntime, Options
from jupyter_train.testing.runtime import IGNORES_SIGTERM

from .conftest import Yard

pytestmark = [
    pytest.mark.usefixtures("docker_engine"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may start a dockerd to kill"),
]


@pytest.fixture
def dockerd(docker_engine):
    with mortal_dockerd() as dockerd:
        yield dockerd


@pytest.fixture
def place(dockerd, host):
    """Return how to begin: an engine of one's own with these flags, and a yard in it."""
    yards = []

    def begin(*flags):
        dockerd.start(*flags)
        image = base_image.load(dockerd.host)
        lent = type("Lent", (), {"image": image, "host": dockerd.host})()
        yards.append(Yard(DockerRuntime(Options(host=dockerd.host)), host, lent))
        return yards[0]

    yield begin
    for yard in yards:
        asyncio.run(yard.runtime.close())


def unknown(yard, spec):
    """Nothing is known of an attempt while the engine is away."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            yard.look(spec)
        except HostUnreachableError:
            return True
        time.sleep(0.02)
    return False


GOES_ON = "echo ready; while [ ! -e /opt/ml/model/go ]; do sleep 0.05; done; echo end; exit 7"


def go_on(spec):
    (Path(spec.folder) / "ml/model/go").touch()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_an_engine_takes_with_it_is_lost(number, place, dockerd):
    yard = place()
    spec = yard.ready(yard.script(IGNORES_SIGTERM, isolated=True))
    assert yard.look(spec).phase is Phase.RUNNING
    dockerd.end(number)
    if number == signal.SIGKILL:
        assert unknown(yard, spec)
    dockerd.start()
    assert yard.ended(spec).phase is Phase.LOST
    assert yard.log(spec) == b"ready\n"


def test_what_it_takes_while_no_manager_is_there_is_lost_too(place, dockerd):
    yard = place()
    spec = yard.ready(yard.script(IGNORES_SIGTERM, isolated=True))
    asyncio.run(yard.runtime.close())
    dockerd.end(signal.SIGKILL)
    dockerd.start()
    yard.anew()
    assert yard.ended(spec).phase is Phase.LOST


def test_what_outlives_the_engine_is_found_again(place, dockerd):
    yard = place("--live-restore")
    spec = yard.ready(yard.script(GOES_ON, isolated=True))
    assert yard.look(spec).phase is Phase.RUNNING
    dockerd.end(signal.SIGKILL)
    assert unknown(yard, spec)
    dockerd.start()
    assert yard.look(spec).phase is Phase.RUNNING
    go_on(spec)
    assert yard.ended(spec).exit_code == 7
    assert yard.log(spec) == b"ready\nend\n"


def test_what_ends_while_the_engine_is_away_has_its_code(place, dockerd):
    yard = place("--live-restore")
    spec = yard.ready(yard.script(GOES_ON, isolated=True))
    dockerd.end(signal.SIGKILL)
    go_on(spec)
    deadline = time.monotonic() + 20
    while b"end" not in yard.log(spec):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.2)
    dockerd.start()
    assert (yard.ended(spec).phase, yard.ended(spec).exit_code) == (Phase.EXITED, 7)


def test_a_start_that_the_engine_interrupts_is_made_up_for_by_the_next(place, dockerd):
    yard = place()
    spec = yard.script("echo started", isolated=True)
    yard.runtime._starter._create(spec)
    dockerd.end(signal.SIGKILL)
    with pytest.raises(HostUnreachableError, match="does not answer"):
        yard.start(spec)
    dockerd.start()
    assert yard.prints(spec) == "started\n"


@pytest.mark.parametrize("flags", [(), ("--live-restore",)])
def test_what_waits_is_taken_if_it_outlived_the_engine_and_replaced_if_not(flags, place, dockerd):
    yard = place(*flags)
    idle = yard.script("", key=AttemptKey(job_id="warm-before", attempt=1), isolated=True)
    assert asyncio.run(yard.runtime.keep(yard.host, idle))
    waiting = json.loads((idle.folder / "warm").read_text())["id"]
    dockerd.end(signal.SIGKILL)
    dockerd.start()
    spec = yard.script("echo hello", isolated=True)
    idle.folder.rename(spec.folder)
    assert yard.prints(spec) == "hello\n"
    assert ((spec.folder / "container").read_text().strip() == waiting) is bool(flags)
