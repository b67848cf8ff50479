"""A Docker engine for the tests: one that answers already, or a private one that is ended again.

    python tools/engine.py host    print where an engine answers; exit status 1 if none does
    python tools/engine.py start   the same, after starting a private one if none does
    python tools/engine.py stop    end the private one, if `start` has started it

A private dockerd has all it makes in one folder with a short path (a socket's path has 107
characters at most) and may serve several test runs at once: the last one ends it.  Standard library
only: this runs before anything is installed.
"""

import fcntl
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import debian
from debian import NotHereError

BRIDGE = "jt-engine0"
DEFAULT_HOST = "unix:///var/run/docker.sock"
CGROUPS = Path("/sys/fs/cgroup")
PATIENCE = 60.0


class SocketConnection(http.client.HTTPConnection):
    """HTTP to an engine's address, a unix socket most of the time."""

    def __init__(self, host: str, timeout: float) -> None:
        super().__init__("engine", timeout=timeout)
        self.address = urlsplit(host)

    def connect(self) -> None:
        """Connect to the socket instead of a name."""
        if self.address.scheme == "unix":
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(self.timeout)
            self.sock.connect(self.address.path)
        else:
            where = (self.address.hostname or "", self.address.port or 2375)
            self.sock = socket.create_connection(where, self.timeout)


def call(
    host: str, method: str, path: str, body: BinaryIO | None = None, timeout: float = 120
) -> bytes:
    """Send one request to an engine and return what it answers; OSError if it refuses."""
    connection = SocketConnection(host, timeout)
    try:
        kind = {"Content-Type": "application/x-tar"} if body else {}
        connection.request(method, path, body, kind)
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    if answer.status >= 300:
        raise OSError(f"{method} {path}: {answer.status} {said.decode(errors='replace').strip()}")
    return said


def answers(host: str) -> bool:
    """Whether a Docker engine answers there; podman, which speaks the same words, is none."""
    with suppress(OSError, http.client.HTTPException, ValueError):
        parts = json.loads(call(host, "GET", "/version", timeout=5)).get("Components", [])
        return any(part["Name"] == "Engine" for part in parts)
    return False


def found() -> str | None:
    """Return the engine that is here already, whoever started it."""
    named = os.environ.get("DOCKER_HOST")
    if named and not answers(named):
        raise NotHereError(f"no Docker engine answers at DOCKER_HOST, {named}")
    known = [named] if named else [DEFAULT_HOST, PrivateEngine().host]
    return next((host for host in known if answers(host)), None)


def install() -> None:
    """Have the programs of a private engine installed, and the command that speaks to it."""
    debian.install("dockerd", "ip")
    debian.install("docker")


def short_folder() -> Path:
    """Return where the private engine lives: not in a checkout, whose path may be long."""
    given = os.environ.get("JT_ENGINE_FOLDER")
    return Path(given) if given else Path("/var/tmp/jt-engine")


class PrivateEngine:
    """A dockerd of our own: data, socket, log and pid in one folder, a bridge of its own."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or short_folder()
        self.host = f"unix://{self.folder / 'docker.sock'}"
        self.pid_file = self.folder / "dockerd.pid"
        self.log = self.folder / "dockerd.log"
        self.kept = self.folder / "kept"

    @property
    def pid(self) -> int:
        """The process of a dockerd that runs here, 0 if none does."""
        with suppress(OSError, ValueError):
            pid = int(self.pid_file.read_text())
            if Path(f"/proc/{pid}/comm").read_text().strip() == "dockerd":
                return pid
        return 0

    @contextmanager
    def locked(self, name: str, how: int) -> Iterator[None]:
        """Hold a lock of this folder; the system lets go of it for a process that dies."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / name).open("w") as file:
            fcntl.flock(file, how)
            yield

    def start(self) -> None:
        """Start it unless it answers; containers that a former one left are removed."""
        with self.locked("lock", fcntl.LOCK_EX):
            if self.pid and answers(self.host):
                return
            if os.geteuid():
                raise NotHereError(
                    "no Docker engine: start one, name one in DOCKER_HOST, or run as root, so that "
                    "a private one can be started"
                )
            install()
            self.pid_file.unlink(missing_ok=True)
            mount_cgroups()
            process = self._launch()
            self._wait_for(process)
            self.clear()

    def _launch(self) -> subprocess.Popen[bytes]:
        """Run dockerd in a session of its own: what interrupts the tests does not end it first."""
        words = ["dockerd", "--host", self.host, "--pidfile", str(self.pid_file)]
        words += ["--data-root", str(self.folder / "data"), "--exec-root", str(self.folder / "run")]
        words += ["--bridge", made_bridge(), "--shutdown-timeout", "2"]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def _wait_for(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until it answers; NotHereError with its last words if it does not."""
        give_up = time.monotonic() + PATIENCE
        while not answers(self.host):
            if process.poll() is not None or time.monotonic() > give_up:
                process.kill()
                last = self.log.read_text(errors="replace").splitlines()[-5:]
                raise NotHereError("dockerd did not start: " + "\n".join(last))
            time.sleep(0.05)
        process.returncode = 0  # it may outlive us, and Popen warns of children nobody waited for

    def clear(self) -> None:
        """Remove every container and network of this engine, and images that have no name."""
        for each in json.loads(call(self.host, "GET", "/containers/json?all=1")):
            with suppress(OSError):
                call(self.host, "DELETE", f"/containers/{each['Id']}?force=1&v=1")
        for kind in ("networks", "images"):
            with suppress(OSError):
                call(self.host, "POST", f"/{kind}/prune")

    def stop(self) -> None:
        """End it, with all its containers; twice is once."""
        with self.locked("lock", fcntl.LOCK_EX):
            self.kept.unlink(missing_ok=True)
            if not (pid := self.pid):
                return
            with suppress(OSError):
                self.clear()
            os.kill(pid, signal.SIGTERM)
            give_up = time.monotonic() + PATIENCE
            while self.pid == pid and time.monotonic() < give_up:
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
                time.sleep(0.05)
            remove_bridge()

    def leave(self) -> None:
        """End it unless another test run uses it or it was started to stay."""
        with suppress(BlockingIOError), self.locked("users", fcntl.LOCK_EX | fcntl.LOCK_NB):
            if not self.kept.exists():
                self.stop()


def made_bridge(name: str = BRIDGE) -> str:
    """Make a bridge for a dockerd of our own, unless it is there, and return its name.

    docker0 may be another dockerd's, and one told `--bridge none` deletes it under the other.
    """
    if not Path("/sys/class/net", name).exists():
        for words in (["add", "name", name, "type", "bridge"], ["set", name, "up"]):
            done = subprocess.run(["ip", "link", *words], capture_output=True, check=False)
            if done.returncode:
                raise NotHereError(f"no bridge for a private engine: {done.stderr.decode()}")
    return name


def remove_bridge(name: str = BRIDGE) -> None:
    """Remove a bridge that `made_bridge` made; twice is once."""
    subprocess.run(["ip", "link", "del", name], capture_output=True, check=False)


def mount_cgroups() -> None:
    """Mount the control groups where nobody has: a bare virtual machine, for instance."""
    if not CGROUPS.is_mount():
        CGROUPS.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "cgroup2", "cgroup2", str(CGROUPS)], check=True)


@contextmanager
def borrowed() -> Iterator[str]:
    """Lend the address of an engine; a private one that only we used is ended afterwards."""
    private = PrivateEngine()
    host = found()
    if host not in {None, private.host}:
        yield host or ""
        return
    with private.locked("users", fcntl.LOCK_SH):
        private.start()
        yield private.host
    private.leave()


def version(host: str) -> str:
    """Return an engine's version."""
    said = json.loads(call(host, "GET", "/version"))["Version"]
    return re.sub(r"\+.*", "", said)


def main(what: str) -> int:
    """Do what the first lines of this file say."""
    private = PrivateEngine()
    if what == "stop":
        private.stop()
        return 0
    host = found()
    if host is None and what == "start":
        private.start()
        private.kept.touch()
        host = private.host
    print(host or "no Docker engine answers")
    return 0 if host else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except NotHereError as error:
        sys.exit(str(error))
