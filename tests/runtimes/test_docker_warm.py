"""Containers that wait for a command: what they run, what they refuse, and who dies in between."""

import asyncio
import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_train.contract.names import AttemptKey
from jupyter_train.runtimes.base import Mount, Phase, Resources
from jupyter_train.runtimes.docker import keeping, warm

pytestmark = pytest.mark.usefixtures("docker_engine")

IDLE = AttemptKey(job_id="warm-before", attempt=0)
NEXT = AttemptKey(job_id="next", attempt=1)
ODD = {
    "SM_HP_BATCH.SIZE": "3",
    "IFS": "x",
    "A": 'it\'s\n "quoted" $HOME `id` \\',
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "PWD": "/nowhere",
    "é": "ü",
}


class Pool:
    """A yard whose attempts start in what waits."""

    def __init__(self, yard):
        self.yard = yard

    def keep(self, **options):
        spec = self.yard.script("", key=IDLE, **options)
        assert asyncio.run(self.yard.runtime.keep(self.yard.host, spec))
        return spec

    def taken(self, text, **options):
        """Return a script as the attempt to which the idle folder was given."""
        spec = self.yard.script(text, key=NEXT, **options)
        (self.yard.host.folder / str(IDLE)).rename(spec.folder)
        return spec

    def waits(self, spec):
        return asyncio.run(self.yard.runtime.is_kept(self.yard.host, spec))

    def id_of(self, spec):
        return self.yard.container(spec).id

    def containers(self):
        return self.yard.engine.containers(f"jupyter-train.attempts={self.yard.host.folder}")


@pytest.fixture
def pool(yard):
    return Pool(yard)


def test_an_attempt_runs_in_the_container_that_waited_and_is_called_by_its_name(pool, yard):
    waiting = pool.id_of(pool.keep())
    spec = pool.taken("echo hello; exit 3")
    assert yard.run(spec).exit_code == 3
    assert (yard.log(spec), pool.id_of(spec)) == (b"hello\n", waiting)
    assert (spec.folder / "link" / "command").stat().st_mode & 0o777 == 0o600
    assert len(pool.containers()) == 1


def test_a_container_that_waits_has_nothing_of_a_job_and_uses_no_processor_time(pool, yard):
    spec = pool.keep(environment={"SECRET": "s"}, labels={"who": "me"})
    found = yard.container(spec).attrs
    assert not [each for each in found["Config"]["Env"] if "SECRET" in each]
    asyncio.run(yard.runtime.observe(yard.host, [IDLE]))
    used = []
    for _ in range(2):  # a second apart
        usage = yard.container(spec).stats(stream=False)["cpu_stats"]["cpu_usage"]
        used.append(usage["total_usage"] / 1e9)
    assert used[1] - used[0] < 0.001  # what the engine's init takes: it wakes each second


# What a program can see of its surroundings; a shell between would hide the odd names.
LOOK = """
import json, os, resource
limits = [resource.getrlimit(getattr(resource, each)) for each in dir(resource) if "RLIMIT" in each]
files = [sorted(os.listdir(each)) for each in ("/tmp", "/opt/ml", "/opt/ml/input", "/opt/ml/model")]
ids = os.getcwd(), os.getuid(), os.getgid(), os.getgroups(), os.umask(0), os.getppid()
fds = sorted(os.listdir("/proc/self/fd"))
print(json.dumps([dict(os.environ), ids, limits, files, fds]))
"""


def everything(yard, spec):
    """Return what an attempt sees, its own key aside."""
    seen = yard.prints(replace(spec, argv=("python3", "-c", LOOK)))
    return json.loads(seen.replace(str(spec.key), "KEY"))


@pytest.mark.parametrize("isolated", [False, True])
def test_it_finds_the_same_as_in_a_container_of_its_own(pool, yard, isolated):
    options = {"environment": ODD, "isolated": isolated}
    cold = everything(yard, yard.script("", **options))
    pool.keep(isolated=isolated)
    found = everything(yard, pool.taken("", **options))
    assert found == cold
    assert {name: found[0].get(name) for name in ODD} == ODD


def test_script_mode_and_refusals_are_those_of_a_cold_start(pool, yard):
    pool.keep(script_mode=True)
    spec = replace(pool.taken("", script_mode=True), argv=("train",))
    yard.run(spec)
    assert b"jupyter_train_toolkit" in yard.log(spec) or b"sagemaker_program" in yard.log(spec)


def test_a_program_that_is_not_there_is_refused_in_words(pool, yard):
    pool.keep()
    seen = yard.run(replace(pool.taken(""), argv=("no-such-program",)))
    assert seen.exit_code == 127
    assert "no program 'no-such-program'" in seen.refused


def test_signals_reach_it_and_it_is_started_once(pool, yard):
    pool.keep()
    spec = yard.ready(pool.taken("trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"))
    yard.start(spec)
    assert asyncio.run(yard.runtime.signal(yard.host, spec, 15)) > 0
    assert yard.ended(spec).exit_code == 9
    assert yard.log(spec).count(b"ready") == 1


@pytest.mark.parametrize(
    "other",
    [
        {"isolated": True},
        {"shared_memory": 1 << 20},
        {"user": "12345:12345"},
        {"resources": Resources(cpus=2.0)},
        {"resources": Resources(memory=1 << 28)},
        {"mounts": (Mount(source=Path("/usr"), target="/data"),)},
    ],
)
def test_an_attempt_of_another_shape_gets_a_container_of_its_own(pool, yard, other):
    waiting = pool.id_of(pool.keep())
    spec = pool.taken("true", **other)
    yard.run(spec)
    assert pool.id_of(spec) != waiting
    assert len(pool.containers()) == 1


@pytest.mark.parametrize("anew", [False, True])
def test_a_folder_made_anew_under_its_old_name_is_another(pool, yard, tmp_path, anew):
    data = tmp_path / "data"
    data.mkdir()
    mounts = (Mount(source=data, target="/data"),)
    waiting = pool.id_of(pool.keep(mounts=mounts))
    if anew:
        data.rename(tmp_path / "old")
        data.mkdir()
    (data / "new").write_text("1")
    spec = pool.taken("ls /data", mounts=mounts)
    assert yard.prints(spec) == "new\n"
    assert (pool.id_of(spec) == waiting) is not anew


@pytest.mark.parametrize("how", ["kill", "remove", "pause"])
def test_one_that_died_while_it_waited_is_replaced(pool, yard, how):
    idle = pool.keep()
    container = yard.container(idle)
    getattr(container, how)(**({"force": True} if how == "remove" else {}))
    if how != "pause":
        wait_until(lambda: not pool.waits(idle))
    assert yard.prints(pool.taken("echo hello")) == "hello\n"
    assert len(pool.containers()) == 1


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Death(BaseException):
    """A manager that is killed; nothing in it can catch this."""


STEPS = ["rename", "write_command", "wake", "write_id"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_manager_killed_at_any_step_of_taking_over_runs_the_attempt_once(
    pool, yard, monkeypatch, step, when
):
    pool.keep()
    spec = pool.taken("echo once")
    die_at(monkeypatch, yard.runtime, step, when)
    with pytest.raises(Death):
        yard.start(spec)
    monkeypatch.undo()
    yard.anew()
    yard.start(spec)
    assert yard.prints(spec) == "once\n"
    assert len(pool.containers()) == 1


def die_at(monkeypatch, runtime, step, when):
    """Let the next call of a step be the manager's last."""
    owner, name = (runtime._engine, "call") if step == "rename" else (keeping, step)
    real = getattr(owner, name)

    def last(*arguments, **options):
        if step == "rename" and arguments[0] != "rename":
            return real(*arguments, **options)
        if when == "after":
            real(*arguments, **options)
        raise Death

    monkeypatch.setattr(owner, name, last)


@pytest.mark.parametrize("kept", [True, False])
def test_what_waits_is_ended_with_the_attempt_that_never_started(pool, yard, kept):
    idle = pool.keep()
    spec = idle if kept else pool.taken("echo never")
    asyncio.run(yard.runtime.remove(yard.host, spec))
    assert pool.containers() == []
    asyncio.run(yard.runtime.start(yard.host, spec))
    assert pool.containers() == []


def test_an_image_without_a_shell_and_one_with_its_own_user_let_none_wait(
    pool, yard, shellless_image
):
    for options in ({"image": shellless_image}, {"user": None}):
        spec = yard.script("", key=IDLE, **options)
        assert not asyncio.run(yard.runtime.keep(yard.host, spec))
        shutil.rmtree(spec.folder, ignore_errors=True)
    assert pool.containers() == []


def test_what_waits_is_looked_at_as_absent_and_never_as_a_job(pool, yard):
    idle = pool.keep()
    assert pool.waits(idle)
    spec = pool.taken("true")
    assert yard.look(spec).phase is Phase.ABSENT
    assert json.loads((spec.folder / "warm").read_text())["id"] == pool.id_of(idle)


def test_words_of_a_shell_are_quoted():
    assert warm.quoted("it's") == "'it'\"'\"'s'"
    assert os.sep not in "".join(each for each in ODD if not warm.is_plain(each))
    assert [each for each in ODD if not warm.is_plain(each)] == [
        "SM_HP_BATCH.SIZE",
        "IFS",
        "PWD",
        "é",
    ]
