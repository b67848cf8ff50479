"""Images: named by a table, pulled from a real registry that asks for a login, told in words."""

import asyncio
import base64
import json
import os
import socket
import subprocess
import time
from contextlib import suppress

import docker
import pytest
from registry import Registry, served

import debian
from jupyter_train.runtimes.base import MachineError, StartError
from jupyter_train.runtimes.docker.images import digest_of, read_table
from jupyter_train.runtimes.docker.pulling import failure, progress

# "user" with the password "secret", as htpasswd -B prints it.
HTPASSWD = "user:$2y$05$xkwuHadZRi0dCBCcc/26/.nE1c3PwMcXiaXWCfmVrsTxQ/e14E2lW\n"
LOGIN = {"username": "user", "password": "secret"}

CONFIG = """
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: 127.0.0.1:{port}}}
auth: {{htpasswd: {{realm: test, path: {folder}/htpasswd}}}}
"""


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def filled_registry(docker_engine, tmp_path_factory):
    """A registry of this machine's own with one image, for those who have logged in."""
    folder = tmp_path_factory.mktemp("registry")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "htpasswd").write_text(HTPASSWD)
    (folder / "config.yml").write_text(CONFIG.format(folder=folder, port=port))
    program = debian.unpacked("docker-registry") / "usr/bin/docker-registry"
    with (folder / "log").open("wb") as log:
        words = [program, "serve", folder / "config.yml"]
        process = subprocess.Popen(words, stdout=log, stderr=log)
    deadline = time.monotonic() + 20
    while not listens(port):
        assert time.monotonic() < deadline, (folder / "log").read_text()
        time.sleep(0.05)
    name = f"127.0.0.1:{port}/team/image"
    image = docker_engine.api.images.get(docker_engine.image)
    image.tag(name, "1")
    said = docker_engine.api.images.push(name, "1", auth_config=LOGIN)
    assert "errorDetail" not in said, said
    docker_engine.api.images.remove(f"{name}:1")
    yield f"{name}:1"
    process.terminate()
    process.wait()


@pytest.fixture
def registry(filled_registry, docker_engine):
    """The name of the registry's image, which the engine has not yet."""
    yield filled_registry
    with suppress(docker.errors.ImageNotFound):
        docker_engine.api.images.remove(filled_registry)


@pytest.fixture
def docker_config(tmp_path, monkeypatch):
    """The configuration of a docker client, which knows no registry."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker/config.json").write_text("{}")
    return tmp_path / "docker/config.json"


def prepare(yard, image):
    """Prepare an attempt; returns what was prepared and what was told meanwhile."""
    told = []
    prepared = yard.runtime.prepare(yard.host, yard.spec("true", image=image), told.append)
    return asyncio.run(prepared), told


def test_a_registry_that_asks_for_a_login_is_told_with_the_way_out(yard, registry, docker_config):
    with pytest.raises(StartError) as error:
        prepare(yard, registry)
    host = registry.split("/")[0]
    assert f"the image {registry!r} cannot be pulled" in str(error.value)
    assert f"run `docker login {host}`" in str(error.value)


def test_an_image_is_pulled_once_by_who_has_logged_in(yard, registry, docker_config):
    login = base64.b64encode(b"user:secret").decode()
    auths = {"auths": {registry.split("/")[0]: {"auth": login}}}
    docker_config.write_text(json.dumps(auths))
    prepared, told = prepare(yard, registry)
    assert told[0] == f"Pulling the image {registry}"
    assert prepared.image_id.startswith("sha256:")
    assert prepared.image_digest.startswith(registry.removesuffix(":1") + "@sha256:")
    assert prepare(yard, registry) == (prepared, [])


def test_a_login_that_comes_later_is_seen(yard, registry, docker_config):
    docker_config.write_text(json.dumps({"auths": {"other.example": {"auth": "eDp5"}}}))
    with pytest.raises(StartError, match="docker login"):
        prepare(yard, registry)
    login = base64.b64encode(b"user:secret").decode()
    docker_config.write_text(json.dumps({"auths": {registry.split("/")[0]: {"auth": login}}}))
    assert prepare(yard, registry)[1]


async def cancelled(yard, spec, said):
    """Begin to prepare, and give up as soon as something was said of it."""
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell(message):
        said.append(message)
        loop.call_soon_threadsafe(begun.set)

    pulling = asyncio.create_task(yard.runtime.prepare(yard.host, spec, tell))
    async with asyncio.timeout(30):
        await begun.wait()
        await asyncio.sleep(0.3)
        pulling.cancel()
        await asyncio.gather(pulling, return_exceptions=True)
    return pulling.cancelled()


def test_who_gives_up_a_pull_ends_it(yard, docker_config):
    with served(Registry({"bin/sh": os.urandom(4 << 20)})) as registry:
        registry.rate = 200_000  # twenty seconds of it
        spec = yard.spec("train", image=registry.image())
        assert asyncio.run(cancelled(yard, spec, []))
        deadline = time.monotonic() + 10
        while any(each.is_alive() for each in yard.runtime._engine._threads):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        registry.rate = 0
    assert yard.engine.api.images.list(name=registry.image()) == []


def test_an_image_that_the_registry_has_not_is_said(yard, registry, docker_config):
    login = base64.b64encode(b"user:secret").decode()
    docker_config.write_text(json.dumps({"auths": {registry.split("/")[0]: {"auth": login}}}))
    missing = registry.replace("team/image", "team/none")
    with pytest.raises(StartError, match="the registry has no such image"):
        prepare(yard, missing)


def test_a_registry_that_cannot_be_reached_is_said(yard, docker_config):
    with pytest.raises(StartError, match="the registry cannot be reached"):
        prepare(yard, "127.0.0.1:1/team/image:1")


def test_a_name_that_is_none_is_said(yard, docker_config):
    with pytest.raises(StartError, match="'Not A Name'"):
        prepare(yard, "Not A Name")


def test_the_table_makes_a_clouds_name_an_image_of_this_machine(yard, tmp_path):
    table = tmp_path / "images.toml"
    yard.anew(images=table)
    cloud = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1"
    table.write_text(f'[images]\n"*.dkr.ecr.*.amazonaws.com/mine:*" = "{yard.engine.image}"\n')
    assert prepare(yard, cloud)[0].image_id == yard.engine.api.images.get(yard.engine.image).id
    assert yard.prints(yard.spec("echo", "local", image=cloud)) == "local\n"


def test_a_table_that_cannot_be_read_is_said(tmp_path):
    table = tmp_path / "images.toml"
    assert read_table(table) == {}
    table.write_text("[images]\na = ")
    with pytest.raises(StartError, match=r"images\.toml cannot be read"):
        read_table(table)


def test_progress_is_told_in_megabytes():
    layers = [(5_000_000, 10_000_000), (1_000_000, 2_000_000)]
    assert progress("a:1", layers) == "Pulling the image a:1: 6 of 12 MB"
    assert progress("a:1", []) == "Pulling the image a:1"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("pull access denied for a, repository does not exist", "run `docker login` as"),
        ("manifest unknown", "no such image"),
        ("no matching manifest for linux/arm64", "architecture"),
        ("Get https://r.io/v2/: dial tcp: lookup r.io: no such host", "cannot be reached"),
        ("write /x: no space left on device", "disk of the docker engine is full"),
    ],
)
def test_why_an_image_cannot_be_pulled_is_told(reason, words):
    assert words in str(failure("a:1", "a:1", reason))


@pytest.mark.parametrize(
    ("reason", "passes"),
    [
        ("pull access denied for a", False),
        ("manifest unknown", False),
        ("dial tcp: lookup r.io: no such host", False),
        ("read tcp: i/o timeout", True),
        ("toomanyrequests: you have reached your limit", True),
        ("received unexpected HTTP status: 503 Service Unavailable", True),
        ("write /x: no space left on device", True),
    ],
)
def test_only_what_may_pass_is_the_machine_s_fault(reason, passes):
    assert isinstance(failure("a:1", "a:1", reason), MachineError) is passes


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("python:3.12", "python@sha256:1"),
        ("docker.io/library/python", "python@sha256:1"),
        ("r.io:5000/team/python:3", "r.io:5000/team/python@sha256:2"),
        ("r.io:5000/team/python@sha256:2", "r.io:5000/team/python@sha256:2"),
        ("retagged:here", "other@sha256:0"),
    ],
)
def test_the_digest_is_that_of_the_repository_asked_for(name, digest):
    there = ["other@sha256:0", "python@sha256:1", "r.io:5000/team/python@sha256:2"]
    assert digest_of(name, there) == digest
    assert digest_of(name, []) == ""
