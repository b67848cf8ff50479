"""A terminal in a container: it ends with its client, whoever the engine's processes belong to."""

import asyncio
import os
import time

import pytest

from jupyter_train.runtimes.base import NotRunningError, Phase

WAITS = "echo ready; sleep 600"


def talk(yard, spec, *typed, until=b"", then=None):
    """Open a shell, type, read until these bytes or its end; returns (output, code)."""

    async def scene():
        shell = await yard.runtime.shell(yard.host, spec, 33, 77)
        said, code = b"", None
        try:
            async with asyncio.timeout(20):
                for each in typed:
                    await shell.write(each)
                while not until or until not in said:
                    data = await shell.read()
                    if not data:
                        code = await shell.exit_code()
                        break
                    said += data
                if then is not None:
                    await then(shell)
        finally:
            await shell.close()
            await shell.close()
        return said, code

    return asyncio.run(scene())


def running(yard, spec):
    """The commands that run in the container."""
    return [row[-1] for row in yard.container(spec).top()["Processes"]]


def gone(yard, spec, *commands):
    deadline = time.monotonic() + 10
    while any(command in line for line in running(yard, spec) for command in commands):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return True


def test_the_code_and_the_size_of_the_screen_are_the_shells(yard):
    spec = yard.ready(yard.script(WAITS))
    said, code = talk(yard, spec, b"stty size; exit 6\r")
    assert b"33 77" in said
    assert code == 6


def test_the_path_is_the_images_own(yard):
    spec = yard.ready(yard.script(WAITS, environment={"PATH": "/mine:/usr/bin:/bin"}))
    said, _ = talk(yard, spec, b"echo =$PATH=; exit\r")
    assert b"=/mine:/usr/bin:/bin=" in said


@pytest.mark.parametrize("is_foreign", [False, True])
def test_a_client_that_goes_takes_what_it_started_along(yard, monkeypatch, is_foreign):
    spec = yard.ready(yard.script(WAITS))
    if is_foreign:

        def refuse(pid, number):
            raise PermissionError

        monkeypatch.setattr(os, "kill", refuse)
    talk(yard, spec, b"sleep 871 & sleep 872 & echo st''arted; sleep 873\r", until=b"started")
    assert gone(yard, spec, "sleep 871", "sleep 872", "sleep 873", "bash")
    assert any("sleep 600" in line for line in running(yard, spec))


def test_an_attempt_that_has_ended_opens_none(yard):
    spec = yard.script("true")
    yard.run(spec)
    with pytest.raises(NotRunningError):
        talk(yard, spec)


def test_an_image_without_a_shell_says_so(yard, shellless_image):
    argv = ("/busybox", "sh", "-c", "echo ready; sleep 60")
    spec = yard.start(yard.spec(*argv, image=shellless_image, keep_entrypoint=False))
    assert yard.look(spec).phase is Phase.RUNNING
    with pytest.raises(NotRunningError, match="its image has no /bin/sh"):
        talk(yard, spec)
