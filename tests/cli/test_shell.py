"""A person, a script from a pipe, and a shell in a job that runs as a process of this machine."""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from jupyter_train.client.shell import JobShell, ShellError

WAITS = """
import os, time
while not os.path.exists("done"):
    time.sleep(0.05)
"""
ADMITTED = {"RemoteDebugConfig": {"EnableRemoteDebug": True}}


@pytest.fixture
def job(manager_process, tmp_path, request):
    """A job of its own for each test, which waits."""
    script = tmp_path / "waits.py"
    script.write_text(WAITS)
    name = f"job-{abs(hash(request.node.name)) % 10**12}"
    done = manager_process.cli("run", str(script), "--name", name, "--no-wait")
    assert done.returncode == 0, done.stderr
    with manager_process.connect() as connection:
        ask = {"TrainingJobName": name}
        call = connection.call
        until(lambda: call("DescribeTrainingJob", ask)["SecondaryStatus"] == "Training")
    yield name
    manager_process.cli("rm", "-f", name)


@pytest.fixture
def admitted(manager_process, job):
    with manager_process.connect() as connection:
        connection.call("UpdateTrainingJob", {"TrainingJobName": job, **ADMITTED})
    return job


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def pipe(manager_process, job, script, *options):
    words = [sys.executable, "-m", "jupyter_train.cli", "shell", *options, job]
    words += ["--home", str(manager_process.home)]
    return subprocess.run(words, input=script, capture_output=True, timeout=60, check=False)


def processes_of(manager_process, job):
    """Pids of processes that carry the job's marker."""
    with manager_process.connect() as connection:
        arn = connection.call("DescribeTrainingJob", {"TrainingJobName": job})["TrainingJobArn"]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"TRAINING_JOB_ARN={arn}".encode() in (process / "environ").read_bytes().split(
                b"\0"
            ):
                found.append(process.name)
    return found


def resident(pid):
    """Pages of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1])


class Person:
    """Someone at a terminal of their own in which `jupyter train shell` runs."""

    def __init__(self, home, *words):
        self._ours, theirs = pty.openpty()
        self.resize(30, 100)
        self.before = termios.tcgetattr(theirs)
        command = [sys.executable, "-m", "jupyter_train.cli", "shell", *words, "--home", str(home)]
        # A leader of a session that opens a terminal gets it: so resizing reaches it.
        script = f'exec "$@" <{os.ttyname(theirs)} >{os.ttyname(theirs)} 2>&1'
        self.process = subprocess.Popen(
            ["sh", "-c", script, "sh", *command], start_new_session=True
        )
        self._theirs = theirs
        self.seen = b""

    def resize(self, rows, columns):
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self._ours, text.encode())

    def see(self, text, seconds=10):
        deadline = time.monotonic() + seconds
        while text.encode() not in self.seen:
            assert time.monotonic() < deadline, self.seen
            if select.select([self._ours], [], [], 0.1)[0]:
                self.seen += os.read(self._ours, 65536)
        self.seen = self.seen.partition(text.encode())[2]

    @property
    def after(self):
        return termios.tcgetattr(self._theirs)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)


@contextmanager
def person(manager_process, *words):
    made = Person(manager_process.home, *words)
    try:
        made.type("echo rea''dy\r")
        made.see("ready")
        yield made
    finally:
        made.close()


def test_a_person_types_resizes_and_leaves_and_the_terminal_is_as_it_was(manager_process, admitted):
    with person(manager_process, admitted) as someone:
        someone.type("stty size; echo $((6 * 7))\r")
        someone.see("30 100")
        someone.see("42")
        someone.resize(40, 120)
        someone.type("sleep 0.3; stty size\r")
        someone.see("40 120")
        someone.type("exit 5\r")
        assert someone.process.wait(20) == 5
        assert someone.after == someone.before


def test_keys_for_signals_go_to_the_job_and_not_to_the_client(manager_process, admitted):
    with person(manager_process, admitted) as someone:
        someone.type("sleep 1000; echo was $?\r")
        time.sleep(0.5)
        someone.type("\x03")
        time.sleep(0.5)
        someone.type("echo still here | tr a-z A-Z\r")
        someone.see("STILL HERE")
        time.sleep(0.5)  # a shell that has not prompted yet takes no end of input
        someone.type("\x04")
        assert someone.process.wait(20) in (0, 130)


def test_a_script_from_a_pipe_runs_in_the_jobs_folder_and_environment(manager_process, admitted):
    script = b"pwd; echo $TRAINING_JOB_NAME\necho error >&2\n"
    done = pipe(manager_process, admitted, script)
    lines = done.stdout.decode().splitlines()
    assert lines[0].endswith("/ml/code"), done
    assert lines[1:] == [admitted, "error"]
    assert done.returncode == 0


@pytest.mark.parametrize(("script", "code"), [(b"exit 9", 9), (b"false\n", 1), (b"", 0)])
def test_the_exit_code_is_the_scripts(manager_process, admitted, script, code):
    done = pipe(manager_process, admitted, script)
    assert (done.returncode, done.stdout) == (code, b"")


def test_a_megabyte_goes_in_and_comes_out_as_it_was(manager_process, admitted):
    data = os.urandom(500_000).hex().encode()
    script = b"data='" + data + b'\'\nprintf %s "$data"; exit 3\n'
    done = pipe(manager_process, admitted, script)
    assert (done.stdout == data, done.returncode) == (True, 3)


def test_a_shell_may_be_enabled_where_it_is_opened(manager_process, job):
    refused = pipe(manager_process, job, b"echo in\n")
    assert refused.returncode == 1
    assert f"jupyter train shell --enable {job}".encode() in refused.stderr
    assert pipe(manager_process, job, b"echo in\n", "--enable").stdout == b"in\n"
    described = json.loads(manager_process.cli("describe", job, "--json").stdout)
    assert described["RemoteDebugConfig"] == {"EnableRemoteDebug": True}


def test_a_job_that_has_ended_says_so(manager_process, admitted):
    manager_process.cli("stop", "--wait", admitted)
    refused = pipe(manager_process, admitted, b"echo in\n")
    assert (refused.returncode, b"it is Stopped" in refused.stderr) == (1, True), refused.stderr
    changed = pipe(manager_process, admitted, b"", "--enable")
    assert b"it is Stopped already" in changed.stderr


def test_a_job_that_does_not_exist_is_refused(manager_process):
    refused = pipe(manager_process, "../../keys.json", b"")
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert b"no such training job" in refused.stderr


def test_the_shell_ends_when_the_job_ends_and_leaves_no_process(manager_process, admitted):
    with person(manager_process, admitted) as someone:
        someone.type("sleep 1000 & echo on\\e\r")
        someone.see("one")
        manager_process.cli("stop", "--wait", admitted)
        assert someone.process.wait(20) == 1
        assert someone.after == someone.before
    until(lambda: not processes_of(manager_process, admitted))


def test_a_client_that_is_killed_takes_what_it_started_along(manager_process, admitted):
    before = set(processes_of(manager_process, admitted))
    with person(manager_process, admitted) as someone:
        someone.type("sleep 1000 & sleep 1001 & echo on\\e\r")
        someone.see("one")
        assert len(processes_of(manager_process, admitted)) >= len(before) + 3
    until(lambda: set(processes_of(manager_process, admitted)) == before)


def test_endless_output_grows_nothing(manager_process, admitted):
    with manager_process.connect() as connection, JobShell(connection, admitted) as shell:
        before = resident(connection.facts.pid)
        shell.type(b"yes\r")
        time.sleep(3)
        assert resident(connection.facts.pid) - before < 16 * 256
        assert json.loads(manager_process.cli("manager", "status", "--json").stdout)["running"]


def test_twenty_shells_at_once_do_not_mix(manager_process, admitted):
    with manager_process.connect() as connection:
        shells = [JobShell(connection, admitted) for _ in range(20)]
        for number, shell in enumerate(shells):
            shell.type(f"echo $(({number} + 1000)) | tr 0-9 a-j; exit 0\r".encode())
        for number, shell in enumerate(shells):
            expected = str(number + 1000).translate(str.maketrans("0123456789", "abcdefghij"))
            assert expected.encode() in b"".join(shell.output())
            assert shell.end.code == 0
            shell.close()


def test_a_wrong_token_opens_nothing(manager_process, admitted):
    with manager_process.connect() as connection:
        connection.token = "wrong"
        with pytest.raises(ConnectionError, match="401"):
            JobShell(connection, admitted)


def test_a_refusal_is_an_error_of_the_client(manager_process, job):
    with (
        manager_process.connect() as connection,
        pytest.raises(ShellError, match="admits no shell"),
    ):
        JobShell(connection, job)


def test_a_shell_opens_in_a_container_and_ends_with_it(own_manager, docker_engine, tmp_path):
    script = tmp_path / "waits.py"
    script.write_text(WAITS)
    run = ("run", str(script), "--name", "boxed", "--image", docker_engine.image, "--no-wait")
    assert own_manager.cli(*run).returncode == 0
    with own_manager.connect() as connection:
        ask = {"TrainingJobName": "boxed"}
        call = connection.call
        until(lambda: call("DescribeTrainingJob", ask)["SecondaryStatus"] == "Training")
    done = pipe(own_manager, "boxed", b"pwd; echo $TRAINING_JOB_NAME; exit 4\n", "--enable")
    assert (done.stdout, done.returncode) == (b"/opt/ml/code\nboxed\n", 4), done.stderr
    with person(own_manager, "boxed") as someone:
        someone.type("stty size\r")
        someone.see("30 100")
        own_manager.cli("rm", "-f", "boxed")
        assert someone.process.wait(20) == 1
