"""A dockerd that tests kill, freeze and restart, above a containerd that stays."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

import engine


class Dockerd:
    """A dockerd that a test may kill, above a containerd that stays, as a system has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Of its own: one that is told "none" removes docker0, whosever that is.
        self.bridge = f"jtf{os.getpid()}"
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
        words += [
            "--bridge",
            self.bridge,
            "--iptables=false",
            "--shutdown-timeout",
            "2",
            *self.flags,
        ]
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

    def clear(self) -> None:
        """Remove all its containers."""
        client = docker.DockerClient(base_url=self.host)
        for each in client.containers.list(all=True):
            each.remove(force=True)
        client.close()


def _remove(folder: Path) -> None:
    """Remove a dockerd's folder, which it mounts over itself."""
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for path in sorted(mounted, reverse=True):
        if path.startswith(f"{folder}/"):
            subprocess.run(["umount", "-l", path], check=True)
    shutil.rmtree(folder)


@contextmanager
def mortal_dockerd() -> Iterator[Dockerd]:
    """Lend one, not started yet; nothing of it is left afterwards."""
    dockerd = Dockerd(Path(tempfile.mkdtemp(prefix="jt-", dir="/var/tmp")))
    address = f"10.{200 + os.getpid() % 40}.{os.getpid() // 40 % 250}.1/24"
    subprocess.run(["ip", "link", "add", "name", dockerd.bridge, "type", "bridge"], check=True)
    subprocess.run(["ip", "address", "add", address, "dev", dockerd.bridge], check=True)
    try:
        yield dockerd
    finally:
        if dockerd.processes:
            if dockerd.processes["dockerd"].poll() is not None:
                dockerd.start()
            dockerd.clear()
            for name in ("dockerd", "containerd"):
                dockerd.end(signal.SIGTERM, name)
        subprocess.run(["ip", "link", "del", dockerd.bridge], check=True)
        _remove(dockerd.folder)
