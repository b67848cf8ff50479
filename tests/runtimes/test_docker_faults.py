"""What becomes of attempts when the engine dies: a private dockerd is killed and restarted."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import docker
import pytest

import base_image
import engine
from jupyter_train.hosts.base import HostUnreachableError
from jupyter_train.runtimes.base import Phase
from jupyter_train.runtimes.docker import DockerRuntime, Options
from jupyter_train.testing.runtime import IGNORES_SIGTERM

from .conftest import Yard

pytestmark = [
    pytest.mark.usefixtures("docker_engine"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may start a dockerd to kill"),
]


# Of its own: one that is told "none" removes docker0, whosever that is.
BRIDGE = "jt-faults0"


class Dockerd:
    """A dockerd that a test may kill, above a containerd that stays, as a system has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = f"unix://{folder}/d.sock"
        self.flags: list[str] = []
        self.processes: dict[str, subprocess.Popen] = {}

    def launch(self, *words: str) -> None:
        with (self.folder / "out").open("ab") as log:
            self.processes[words[0]] = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def start(self, *flags: str) -> None:
        self.flags = list(flags) or self.flags
        folder = self.folder
        below = f"{folder}/c.sock"
        if "containerd" not in self.processes:
            words = ["--root", f"{folder}/images", "--state", f"{folder}/state"]
            self.launch("containerd", "--address", below, *words)
            self.wait_for(Path(below).exists)
        (folder / "pid").unlink(missing_ok=True)
        words = ["--host", self.host, "--containerd", below, "--pidfile", f"{folder}/pid"]
        words += ["--data-root", f"{folder}/data", "--exec-root", f"{folder}/run"]
        words += ["--bridge", BRIDGE, "--iptables=false", "--shutdown-timeout", "2", *self.flags]
        self.launch("dockerd", *words)
        self.wait_for(lambda: engine.answers(self.host))

    def wait_for(self, condition) -> None:
        deadline = time.monotonic() + 40
        while not condition():
            assert time.monotonic() < deadline, (self.folder / "out").read_text()[-2000:]
            time.sleep(0.05)

    def end(self, number: int, name: str = "dockerd") -> None:
        self.processes[name].send_signal(number)
        self.processes[name].wait(60)


def remove(folder: Path) -> None:
    """Remove a dockerd's folder, which it mounts over itself."""
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for path in sorted(mounted, reverse=True):
        if path.startswith(f"{folder}/"):
            subprocess.run(["umount", "-l", path], check=True)
    shutil.rmtree(folder)


@pytest.fixture
def dockerd(docker_engine):
    folder = Path(tempfile.mkdtemp(prefix="jt-", dir="/var/tmp"))
    subprocess.run(["ip", "link", "add", "name", BRIDGE, "type", "bridge"], check=True)
    subprocess.run(["ip", "address", "add", "10.213.7.1/24", "dev", BRIDGE], check=True)
    dockerd = Dockerd(folder)
    yield dockerd
    if dockerd.processes["dockerd"].poll() is not None:
        dockerd.start()
    client = docker.DockerClient(base_url=dockerd.host)
    for each in client.containers.list(all=True):
        each.remove(force=True)
    client.close()
    for name in ("dockerd", "containerd"):
        dockerd.end(signal.SIGTERM, name)
    subprocess.run(["ip", "link", "del", BRIDGE], check=True)
    remove(folder)


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
