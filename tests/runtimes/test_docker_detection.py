"""Which engine is there and whether it can serve, in words; and what the kernel says of a group."""

import asyncio
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

import debian
from jupyter_train.runtimes.base import Usage
from jupyter_train.runtimes.docker import DockerRuntime, Options, cgroup
from jupyter_train.runtimes.docker.cgroup import Group
from jupyter_train.runtimes.docker.detection import WAY_OUT, unfit

DOCKER = {"ApiVersion": "1.41", "Components": [{"Name": "Engine"}]}
INFO = {"SecurityOptions": ["name=seccomp,profile=default"], "OSType": "linux"}
HOST = "unix:///run/docker.sock"


@pytest.mark.parametrize(
    ("version", "info", "words"),
    [
        ({}, {}, None),
        ({"ApiVersion": "1.52"}, {}, None),
        ({"ApiVersion": "1.40"}, {}, "is too old: it speaks API 1.40, and 1.41 (Docker 20.10)"),
        ({"Components": [{"Name": "Podman Engine"}]}, {}, "is podman's socket"),
        ({}, {"SecurityOptions": ["name=rootless"]}, "runs rootless"),
        ({}, {"OSType": "windows"}, "runs windows containers"),
    ],
)
def test_an_engine_that_will_not_do_is_told_apart(version, info, words):
    told = unfit(HOST, {**DOCKER, **version}, {**INFO, **info})
    assert (told is None) == (words is None)
    assert words is None or words in told


def unavailable(host):
    runtime = DockerRuntime(Options(host=host))
    try:
        return asyncio.run(runtime.unavailable())
    finally:
        asyncio.run(runtime.close())


def test_no_engine_is_said_with_what_to_install():
    said = unavailable("unix:///nowhere/docker.sock")
    assert said.startswith("there is no docker engine at unix:///nowhere/docker.sock; install")
    assert said.endswith(WAY_OUT)


@pytest.mark.parametrize("host", ["tcp://10.0.0.2:2375", "ssh://me@box", "npipe:////./pipe/d"])
def test_an_engine_of_another_machine_is_refused_with_what_to_say_instead(host):
    said = unavailable(host)
    assert said.startswith(f"the docker engine at {host} is not one of this machine")
    assert "unix:///… in DOCKER_HOST" in said
    assert said.endswith(WAY_OUT)


def test_a_socket_without_an_engine_is_said(tmp_path):
    path = tmp_path / "d.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert unavailable(f"unix://{path}").startswith(f"no docker engine listens at unix://{path}")


@pytest.fixture
def podman():
    """The address of a real podman's socket; its folder's path may have fifty letters at most."""
    try:
        debian.install("podman")
    except debian.NotHereError as error:
        pytest.skip(f"no podman to look at: {error}")
    with tempfile.TemporaryDirectory(prefix="jt-", dir="/var/tmp") as folder:
        places = ["--root", f"{folder}/root", "--runroot", f"{folder}/run"]
        words = ["podman", *places, "--storage-driver", "vfs", "system", "service", "--time", "0"]
        with subprocess.Popen([*words, f"unix://{folder}/p.sock"]) as process:
            deadline = time.monotonic() + 30
            while not Path(folder, "p.sock").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            yield f"unix://{folder}/p.sock"
            process.terminate()


def test_a_real_podman_is_told_by_what_answers(podman):
    said = unavailable(podman)
    assert said.startswith(f"{podman} is podman's socket, whose copy of docker's interface lacks")
    assert said.endswith(WAY_OUT)


def test_an_engine_that_talks_nonsense_is_said(tmp_path):
    path = tmp_path / "d.sock"
    with socket.create_server(str(path), family=socket.AF_UNIX) as server:
        threading.Thread(target=answer, args=(server,), daemon=True).start()
        assert "does not answer" in unavailable(f"unix://{path}")


def answer(server):
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            connection.sendall(b"SSH-2.0-OpenSSH\r\n")


def test_the_engine_of_these_tests_will_do(docker_engine):
    assert unavailable(docker_engine.host) is None


@pytest.fixture
def unified(tmp_path, monkeypatch):
    """A machine whose kernel keeps one tree of groups, with one container in it."""
    identity = "c" * 64
    group = tmp_path / "tree" / f"system.slice/docker-{identity}.scope"
    group.mkdir(parents=True)
    files = {
        "cgroup.procs": "10\n11\n12\n",
        "cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
        "memory.current": "5000\n",
        "memory.stat": "anon 1\ninactive_file 1000\n",
        "memory.max": "max\n",
        "io.stat": "8:0 rbytes=100 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2\n",
    }
    for name, text in files.items():
        (group / name).write_text(text)
    proc = tmp_path / "proc"
    for pid, words in ((10, "tini"), (11, "python3\0-I\0-S\0/x/companion.py"), (12, "train")):
        (proc / f"{pid}/net").mkdir(parents=True)
        (proc / f"{pid}/cmdline").write_text(words + "\0")
    (proc / "10/cgroup").write_text(f"0::/system.slice/docker-{identity}.scope\n")
    head = "face\n|\n"
    (proc / "10/net/dev").write_text(head + "lo: 9 0 0 0 0 0 0 0 9\neth0: 7 0 0 0 0 0 0 0 8\n")
    (proc / "self").mkdir()
    tree = f"30 23 0:26 / {tmp_path / 'tree'} rw - cgroup2 cgroup2 rw\n"
    (proc / "self/mountinfo").write_text(tree)
    monkeypatch.setattr(cgroup, "PROC", proc)
    cgroup._mounts.cache_clear()
    yield identity
    cgroup._mounts.cache_clear()


def test_a_group_of_the_one_tree_is_read(unified):
    group = cgroup.find_group(unified, 10)
    assert cgroup.members(group) == [12]
    used = cgroup.usage(group)
    assert used == Usage(
        time=used.time,
        cpu_seconds=2.5,
        memory=4000,
        disk_read=101,
        disk_written=22,
        network_in=7,
        network_out=8,
    )


def test_a_process_of_somebody_else_with_that_number_is_not_taken_for_the_container(unified):
    assert cgroup.find_group("d" * 64, 10) is None
    assert cgroup.find_group(unified, 99) is None


def test_a_container_that_has_ended_uses_nothing(tmp_path):
    gone = Group(pid=1, folders={"": Path(tmp_path / "gone")})
    assert cgroup.usage(gone) is None
    assert cgroup.members(gone) == []
