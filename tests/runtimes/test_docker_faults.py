"""What becomes of attempts when the engine dies: a private dockerd is killed and restarted."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import docker
import psutil
import pytest
from mortal_dockerd import mortal_dockerd

import base_image
from jupyter_train.contract.names import AttemptKey
from jupyter_train.hosts.base import HostUnreachableError
from jupyter_train.runtimes.base import Phase
from jupyter_train.runtimes.docker import DockerRuntime, Options
from jupyter_train.runtimes.docker.folder import container_id
from jupyter_train.testing.runtime import IGNORES_SIGTERM

from .conftest import Yard

pytestmark = [
    pytest.mark.usefixtures("docker_engine"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may start a dockerd to kill"),
]


@pytest.fixture(scope="module")
def dockerd(docker_engine):
    """One engine for all of these, with the base image."""
    with mortal_dockerd() as dockerd:
        dockerd.start()
        dockerd.image = base_image.load(dockerd.host)
        yield dockerd


@pytest.fixture
def place(dockerd, host):
    """Return how to begin: an engine that has just started with these flags, and a yard in it."""
    yards = []

    def begin(*flags):
        dockerd.end(signal.SIGTERM)
        dockerd.flags = list(flags)
        dockerd.start()
        lent = type("Lent", (), {"image": dockerd.image, "host": dockerd.host})()
        yards.append(Yard(DockerRuntime(Options(host=dockerd.host)), host, lent))
        return yards[0]

    yield begin
    for yard in yards:
        asyncio.run(yard.runtime.close())
    if dockerd.processes["dockerd"].poll() is not None:
        dockerd.start()
    dockerd.clear()


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


RUNS = "echo ready; while :; do sleep 0.05; done"


# For what ignores SIGTERM an engine waits ten seconds: once is enough.
@pytest.mark.parametrize(
    ("number", "script"), [(signal.SIGKILL, RUNS), (signal.SIGTERM, IGNORES_SIGTERM)]
)
def test_what_an_engine_takes_with_it_is_lost(number, script, place, dockerd):
    yard = place()
    spec = yard.ready(yard.script(script, isolated=True))
    assert yard.look(spec).phase is Phase.RUNNING
    dockerd.end(number)
    if number == signal.SIGKILL:
        assert unknown(yard, spec)
    dockerd.start()
    assert yard.ended(spec).phase is Phase.LOST
    assert yard.log(spec) == b"ready\n"


def test_what_it_takes_while_no_manager_is_there_is_lost_too(place, dockerd):
    yard = place()
    spec = yard.ready(yard.script(RUNS, isolated=True))
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


def reaches(yard, spec):
    """Tell whether this machine gets an answer from a server in the container."""
    client = docker.APIClient(base_url=yard.engine.host)
    networks = client.inspect_container(container_id(str(spec.folder)))["NetworkSettings"]
    client.close()
    try:
        socket.create_connection((networks["Networks"]["bridge"]["IPAddress"], 8000), 5).close()
    except OSError:
        return False
    return True


SERVES = f"python3 -m http.server 8000 >/dev/null 2>&1 & sleep 1; {GOES_ON}"


def test_the_network_of_what_outlives_the_engine_goes_on_as_well(place, dockerd):
    yard = place("--live-restore")
    spec = yard.ready(yard.script(SERVES))
    assert yard.look(spec).phase is Phase.RUNNING
    dockerd.end(signal.SIGTERM)
    dockerd.start()
    assert yard.look(spec).phase is Phase.RUNNING
    assert reaches(yard, spec)
    go_on(spec)
    assert yard.ended(spec).exit_code == 7


def power_off(dockerd, identity):
    """Kill the engine and all below it at one moment; what is only in memory is gone."""
    state = docker.APIClient(base_url=dockerd.host)
    pid = state.inspect_container(identity)["State"]["Pid"]
    state.close()
    below = [each for each in psutil.process_iter(["cmdline"]) if _is_below(each, dockerd)]
    for name in ("dockerd", "containerd"):
        dockerd.end(signal.SIGKILL, name)
    for each in [*below, psutil.Process(pid)]:
        each.kill()
    del dockerd.processes["containerd"]
    for name in ("state", "run"):
        _wipe(dockerd.folder / name)


def _is_below(process, dockerd):
    words = " ".join(process.info["cmdline"] or ())
    return "containerd-shim" in words and str(dockerd.folder) in words


def _wipe(folder):
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for path in sorted(mounted, reverse=True):
        if path.startswith(f"{folder}/"):
            subprocess.run(["umount", "-l", path], check=True)
    shutil.rmtree(folder, ignore_errors=True)


def test_what_ran_when_the_power_went_is_lost_and_no_fault_of_its_own(place, dockerd):
    yard = place()
    spec = yard.ready(yard.script(RUNS, isolated=True))
    assert yard.look(spec).phase is Phase.RUNNING
    asyncio.run(yard.runtime.close())
    identity = container_id(str(spec.folder))
    power_off(dockerd, identity)
    dockerd.start()
    client = docker.APIClient(base_url=dockerd.host)
    assert client.inspect_container(identity)["State"]["ExitCode"] == 255
    client.close()
    yard.anew()
    assert yard.ended(spec).phase is Phase.LOST


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
