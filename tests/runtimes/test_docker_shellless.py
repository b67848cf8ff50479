"""Images without a shell: the engine keeps their log, and we copy it."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from jupyter_train.runtimes.base import Phase
from jupyter_train.testing.runtime import KEY, PATIENCE

LINES = 200_000


@pytest.fixture
def seq(yard, shellless_image):
    """Make attempts that run a program of busybox, without a shell around it."""
    return lambda *argv: yard.spec("/busybox", *argv, image=shellless_image, keep_entrypoint=False)


def test_an_image_without_a_shell_runs_with_its_entrypoint(yard, shellless_image):
    assert yard.prints(yard.spec("train", image=shellless_image)) == "train\n"


def test_its_log_is_copied_exactly_once_however_often_the_runtime_is_made_anew(yard, seq):
    spec = yard.start(seq("seq", str(LINES)))
    chance, deadline = random.Random(7), time.monotonic() + PATIENCE
    while yard.look(spec).phase is Phase.RUNNING and time.monotonic() < deadline:
        time.sleep(chance.random() * 0.1)
        yard.anew()
    assert yard.ended(spec).exit_code == 0
    assert yard.log(spec) == b"".join(b"%d\n" % number for number in range(1, LINES + 1))


def test_its_log_is_followed_while_it_runs(yard, seq):
    spec = yard.start(seq("sh", "-c", "echo ready; sleep 60"))
    deadline = time.monotonic() + PATIENCE
    while b"ready" not in yard.log(spec):
        assert yard.look(spec).phase is Phase.RUNNING
        assert time.monotonic() < deadline
        time.sleep(0.02)
    asyncio.run(yard.runtime.kill(yard.host, spec))
    assert yard.look(spec).exit_code == 137


def test_two_who_copy_one_log_take_turns(yard, seq):
    spec = yard.start(seq("sh", "-c", "seq 1000; sleep 1; seq 1000"))
    first = yard.runtime
    yard.look(spec)
    yard.anew()  # closes the first
    again = type(first)(first.options)
    for runtime in (yard.runtime, again) * 3:
        asyncio.run(runtime.observe(yard.host, [KEY]))
        time.sleep(0.05)
    assert yard.ended(spec).exit_code == 0
    asyncio.run(again.close())
    assert yard.log(spec) == b"".join(b"%d\n" % number for number in range(1, 1001)) * 2


def test_a_program_that_is_not_there_is_refused_in_words(yard, shellless_image):
    seen = yard.run(yard.spec("/train", image=shellless_image, keep_entrypoint=False))
    assert seen.exit_code == 127
    assert seen.refused == f"the image {shellless_image!r} has no program '/train'"


def test_lines_of_any_length_and_kind_come_out_whole(yard, seq):
    script = "head -c 100000 /dev/zero | tr '\\0' x; echo; printf 'a\\tb\\n'"
    spec = seq("sh", "-c", script)
    yard.run(spec)
    assert yard.log(spec) == b"x" * 100_000 + b"\na\tb\n"
    assert (Path(spec.folder) / "copied").exists()
