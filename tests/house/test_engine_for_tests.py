"""The engine the container tests run in: found or started, and ended by the last who uses it."""

import os
from pathlib import Path

import pytest

import debian
import engine


def test_an_engine_that_is_named_and_silent_is_no_reason_to_take_another(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(debian.NotHereError, match="no Docker engine answers at DOCKER_HOST"):
        engine.found()


def test_what_cannot_be_installed_is_named(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setitem(debian.PACKAGES, "a-program-of-no-name", "a-package")
    with pytest.raises(debian.NotHereError, match=r"missing: a-package; .* takes root and apt"):
        debian.install("a-program-of-no-name")


def test_an_engine_runs_what_it_is_given_and_nothing_comes_from_a_registry(docker_engine):
    assert docker_engine.run(docker_engine.image, "python3", "-c", "print(6 * 7)") == "42\n"
    assert os.environ["DOCKER_HOST"] == docker_engine.host


def test_an_image_without_a_shell_has_none(docker_engine, shellless_image):
    assert docker_engine.run(shellless_image, "a", "b") == "a b\n"
    with pytest.raises(OSError, match="no such file"):
        docker_engine.run(shellless_image, entrypoint="/bin/sh")


def test_a_private_engine_is_kept_while_another_test_run_uses_it(docker_engine):
    private = engine.PrivateEngine()
    if docker_engine.host != private.host:
        return
    private.leave()
    assert engine.answers(private.host)
    assert Path(f"/proc/{private.pid}").exists()
