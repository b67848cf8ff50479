import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_train.contract.names import AttemptKey
from jupyter_train.runtimes.base import MARKER_VARIABLE, Container, Phase, StartError
from jupyter_train.runtimes.process import ProcessRuntime, find_shim
from jupyter_train.runtimes.processes import find_members, find_process, is_alive, send
from jupyter_train.testing.runtime import KEY, RuntimeSuite, has_ended, until
from jupyter_train.testing.services import ServiceSuite

SHIM = find_shim()


class TestProcessRuntime(ServiceSuite):
    program = """
from jupyter_train.runtimes.process import ProcessRuntime
runtime = ProcessRuntime()
"""


suite = RuntimeSuite()


def prepared(folder, script="echo started; sleep 0.3"):
    """Return an attempt's folder as `start` leaves it before it starts the shim."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {"PATH": "/usr/bin:/bin", MARKER_VARIABLE: f"suite/{folder.name}"}
    spec = {"argv": ["/bin/sh", "-c", script], "environment": environment, "folder": None}
    (folder / "attempt.json").write_text(json.dumps(spec))
    return folder


def shim(folder):
    """Start a shim as `start` does: marked, like all that comes of it."""
    command = [sys.executable, "-I", "-S", str(SHIM), str(folder)]
    return subprocess.Popen(command, env={MARKER_VARIABLE: f"suite/{folder.name}"})


def shim_pid(folder):
    return int((folder / "pid").read_text().split()[0])


def look(runtime, host):
    return asyncio.run(runtime.observe(host, [KEY]))[KEY]


def wait_for(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_of_ten_shims_on_one_folder_one_runs(runtime, host):
    folder = prepared(host.folder / str(KEY))
    shims = [shim(folder) for _ in range(10)]
    assert sorted(process.wait() for process in shims) == [0] + [3] * 9
    asyncio.run(until(runtime, host, KEY, has_ended))
    assert (folder / "log").read_text() == "started\n"


def test_a_folder_that_has_run_does_not_run_again(runtime, host):
    folder = prepared(host.folder / str(KEY), "echo started")
    assert shim(folder).wait() == 0
    asyncio.run(until(runtime, host, KEY, has_ended))
    assert shim(folder).wait() == 3
    assert (folder / "log").read_text() == "started\n"


@pytest.mark.parametrize("step", ["read_spec", "watch_signals", "start_time"])
def test_a_start_killed_between_claim_and_pid_can_be_repeated(step, runtime, host):
    folder = prepared(host.folder / str(KEY))
    dying = (
        f"import os, sys; sys.path.insert(0, {str(SHIM.parent)!r}); import shim\n"
        f"shim.{step} = lambda *_: os.kill(os.getpid(), 9)\n"
        f"sys.exit(shim.main({str(folder)!r}))"
    )
    killed = subprocess.run([sys.executable, "-c", dying], check=False)
    assert (killed.returncode, (folder / "claim").exists()) == (1, True)
    assert look(runtime, host).phase is Phase.CREATED
    seen = suite.run_to_end(runtime, host, suite.spec(host, "echo started; exit 5"))
    assert (seen.exit_code, (folder / "log").read_text()) == (5, "started\n")


def test_starts_killed_at_any_moment_and_repeated_run_at_most_once(runtime, host):
    chance = random.Random(7)  # seeded: the same moments every time, as far as the machine allows
    for number in range(1, 7):
        key = AttemptKey(job_id="killed", attempt=number)
        spec = suite.spec(host, "echo started; sleep 0.2; exit 5", key)
        folder = prepared(Path(spec.folder), spec.argv[-1])
        process = shim(folder)
        time.sleep(chance.random() * 0.06)
        send({process.pid, *find_members(spec.marker, 0)}, signal.SIGKILL)
        process.wait()
        seen = suite.run_to_end(runtime, host, spec)
        times = (folder / "log").read_text().count("started") if (folder / "log").exists() else 0
        assert (seen.phase, times) in {(Phase.EXITED, 1), (Phase.LOST, 0), (Phase.LOST, 1)}
        assert find_members(spec.marker, 0) == set()


def test_a_start_whose_caller_was_killed_goes_on_alone(runtime, host):
    folder = prepared(host.folder / str(KEY), "sleep 0.3; exit 6")
    caller = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen({[sys.executable, '-I', '-S', str(SHIM), str(folder)]})\n"
        "time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", caller], start_new_session=True)
    wait_for((folder / "pid").exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert asyncio.run(until(runtime, host, KEY, has_ended)).exit_code == 6


def test_a_job_whose_shim_was_killed_is_ended_before_it_is_called_lost(runtime, host):
    script = "setsid sh -c 'sleep 1000' & echo ready; sleep 1000"
    suite.start_ready(runtime, host, spec := suite.spec(host, script))
    assert len(find_members(spec.marker, 0)) >= 2
    pid = shim_pid(host.folder / str(KEY))
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: find_process(pid) is None)
    assert look(runtime, host).phase is Phase.LOST
    assert find_members(spec.marker, 0) == set()


def test_a_lost_attempt_is_not_started_again(runtime, host):
    suite.start_ready(runtime, host, spec := suite.spec(host, "echo ready; sleep 1000"))
    os.kill(pid := shim_pid(host.folder / str(KEY)), signal.SIGKILL)
    wait_for(lambda: find_process(pid) is None)
    assert look(runtime, host).phase is Phase.LOST
    asyncio.run(runtime.start(host, spec))
    assert suite.log(host) == b"ready\n"
    assert look(runtime, host).phase is Phase.LOST


def test_a_reused_pid_is_not_the_shim(runtime, host):
    folder = prepared(host.folder / str(KEY))
    (folder / "pid").write_text(f"{os.getpid()} 12345\n")
    assert look(runtime, host).phase is Phase.LOST


def test_a_zombie_has_ended():
    process = subprocess.Popen(["true"])
    start = find_process(process.pid)
    wait_for(lambda: find_process(process.pid) is None)
    assert start is None or not is_alive(process.pid, start.start)
    assert process.wait() == 0


def test_a_stopped_shim_does_not_hold_up_a_kill(host):
    runtime = ProcessRuntime(shim_seconds=0.2)
    suite.start_ready(runtime, host, spec := suite.spec(host, "echo ready; sleep 1000"))
    os.kill(shim_pid(host.folder / str(KEY)), signal.SIGSTOP)
    asyncio.run(runtime.kill(host, spec))
    assert find_members(spec.marker, 0) == set()
    assert look(runtime, host).phase is Phase.LOST


def test_sigterm_to_the_shim_reaches_the_job(runtime, host):
    script = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"
    suite.start_ready(runtime, host, suite.spec(host, script))
    os.kill(shim_pid(host.folder / str(KEY)), signal.SIGTERM)
    assert asyncio.run(until(runtime, host, KEY, has_ended)).exit_code == 9


def test_a_job_that_signals_its_own_group_does_not_reach_its_shim(runtime, host):
    seen = suite.run_to_end(runtime, host, suite.spec(host, "kill -KILL 0"))
    assert (seen.phase, seen.exit_code) == (Phase.EXITED, 137)


def test_secrets_are_in_no_command_line_and_in_no_readable_file(runtime, host):
    environment = {"PATH": "/usr/bin:/bin", "TOKEN": "s3cret"}
    spec = replace(suite.spec(host, "echo ready; sleep 1000"), environment=environment)
    suite.start_ready(runtime, host, spec)
    folder = Path(spec.folder)
    for pid in (shim_pid(folder), *find_members(spec.marker, 0)):
        with suppress(FileNotFoundError):
            assert b"s3cret" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    for name in ("attempt.json", "log"):
        assert (folder / name).stat().st_mode & 0o077 == 0


def test_the_log_is_marked_with_times_while_it_grows(runtime, host):
    suite.run_to_end(runtime, host, suite.spec(host, "for n in 1 2 3; do echo $n; sleep 0.6; done"))
    marks = (host.folder / str(KEY) / "marks").read_text().splitlines()
    times = [float(line.split()[0]) for line in marks]
    sizes = [int(line.split()[1]) for line in marks]
    assert (times, sizes) == (sorted(times), sorted(sizes))
    assert (len(marks) >= 2, sizes[-1]) == (True, 6)


def test_a_shim_that_cannot_run_says_why(host):
    spec = suite.spec(host, "true")
    runtime = ProcessRuntime(shim=Path("/no/such/shim.py"))
    with pytest.raises(StartError, match=r"cannot start job-a1-r0: (?s:.*)No module named .shim"):
        asyncio.run(runtime.start(host, spec))
    assert look(runtime, host).phase is Phase.CREATED


def test_an_exit_code_waits_for_room_on_a_full_disk(runtime, host):
    folder = prepared(host.folder / str(KEY), "exit 8")
    full = (
        f"import os, sys; sys.path.insert(0, {str(SHIM.parent)!r}); import shim\n"
        "shim.MARK_SECONDS, rename, tries = 0.01, os.rename, [OSError(28, 'full')] * 3\n"
        "def refuse(old, new):\n"
        "    if new == 'rc' and tries: raise tries.pop()\n"
        "    rename(old, new)\n"
        "os.rename = refuse\n"
        f"sys.exit(shim.main({str(folder)!r}))"
    )
    assert subprocess.run([sys.executable, "-c", full], check=False).returncode == 0
    assert asyncio.run(until(runtime, host, KEY, has_ended)).exit_code == 8


def test_an_environment_that_no_program_can_have_is_told_in_the_log(runtime, host):
    spec = replace(suite.spec(host, "true"), environment={"PATH": "/bin", "A": "nul\0byte"})
    assert suite.run_to_end(runtime, host, spec).exit_code == 126
    assert b"cannot run /bin/sh: embedded null byte" in suite.log(host)


def test_an_image_is_refused_before_anything_is_done(runtime, host):
    spec = replace(suite.spec(host, "true"), container=Container(image="pytorch:2"))
    problems = runtime.validate(spec, asyncio.run(host.facts()))
    assert "runs no images" in problems[0].message


def test_looking_at_twenty_attempts_takes_no_time_to_speak_of(runtime, host):
    suite.start_ready(runtime, host, suite.spec(host, "echo ready; sleep 1000"))

    async def look_at_twenty():
        began = time.perf_counter()
        await runtime.observe(host, [KEY] * 20)
        return time.perf_counter() - began

    assert min(asyncio.run(look_at_twenty()) for _ in range(5)) < 0.02
