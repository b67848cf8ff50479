"""`jupyter train run --image` in a terminal: an image comes from a registry, slowly."""

import base64
import json
import os
import re
import time

import docker
import pytest
from registry import Registry, served

import debian

TRAIN = "#!/bin/sh\nsleep 1\necho trained > /opt/ml/model/model.txt\necho it has trained\n"


@pytest.fixture
def registry(docker_engine):
    """A registry whose image is unknown to the engine, and is forgotten again."""
    busybox = debian.unpacked("busybox-static") / "bin" / "busybox"
    ballast = os.urandom(12_000_000)
    files = {"bin/sh": busybox, "bin/sleep": busybox, "bin/train": TRAIN, "ballast": ballast}
    with served(Registry(files)) as made:
        yield made
        for name in (made.image(), made.image() + "@" + made.digest):
            try:
                docker_engine.api.images.remove(name, force=True)
            except docker.errors.ImageNotFound:
                continue


@pytest.fixture
def logged_in(registry, tmp_path, monkeypatch):
    """A registry that asks for a login, and a user whom `docker login` has let in."""
    registry.login = "me:secret"
    known = {"auths": {registry.host: {"auth": base64.b64encode(b"me:secret").decode()}}}
    (tmp_path / "config.json").write_text(json.dumps(known))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return registry


def test_an_image_is_pulled_before_ones_eyes_and_known_by_its_digest(own_manager, registry):
    registry.rate = 4_000_000
    done = own_manager.cli("run", "--image", registry.image(), "--name", "pulled")
    assert (done.returncode, done.stdout) == (0, "it has trained\n"), done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("Downloading: ")]
    assert any(re.search(r": \d+ of \d+ MB$", line) for line in said), done.stderr
    assert len(said) == len(set(said))
    described = json.loads(own_manager.cli("describe", "pulled", "--json").stdout)
    assert described["ImageDigest"].endswith(registry.digest)
    assert registry.digest in own_manager.cli("describe", "pulled").stdout


def test_a_registry_that_asks_for_a_login_is_named_with_the_way_in(own_manager, registry):
    registry.login = "me:secret"
    done = own_manager.cli("run", "--image", registry.image())
    assert done.returncode == 1
    assert f"docker login {registry.host}" in done.stderr


def test_the_login_of_the_managers_user_is_used_and_kept_nowhere_else(logged_in, own_manager):
    done = own_manager.cli("run", "--image", logged_in.image(), "--name", "private")
    assert (done.returncode, done.stdout) == (0, "it has trained\n"), done.stderr
    assert "secret" not in own_manager.cli("describe", "private", "--json").stdout


def test_an_image_that_the_registry_lacks_is_said_to_be_missing(own_manager, registry):
    done = own_manager.cli("run", "--image", registry.image("nothing:1"))
    assert done.returncode == 1
    assert "the registry has no such image" in done.stderr


def described(manager, name):
    return json.loads(manager.cli("describe", name, "--json").stdout)


def test_the_next_job_takes_the_container_that_the_one_before_left_warm(own_manager, docker_engine):
    words = ("run", "--image", docker_engine.image, "--command", "sh -c 'echo trained'")
    assert own_manager.cli(*words, "--name", "first", "--keep-alive", "60").returncode == 0
    give_up = time.monotonic() + 20
    while described(own_manager, "first")["WarmPoolStatus"]["Status"] != "Available":
        assert time.monotonic() < give_up, described(own_manager, "first")
        time.sleep(0.1)
    done = own_manager.cli(*words, "--name", "second")
    assert (done.returncode, done.stdout) == (0, "trained\n"), done.stderr
    assert "Reused, by second" in own_manager.cli("describe", "first").stdout
