import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

SCRIPT = """
import sys, time
print("\\x1b[31mloss=0.5\\x1b[0m", flush=True)
time.sleep(1)
sys.exit(int(sys.argv[sys.argv.index("--code") + 1]))
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "train.py"
    path.write_text(SCRIPT)
    return str(path)


@pytest.mark.parametrize("code", [0, 7])
def test_run_prints_the_log_harmlessly_and_ends_as_the_script_ended(manager_process, script, code):
    done = manager_process.cli("run", script, "-p", f"code={code}")
    assert (done.returncode, done.stdout) == (code, "loss=0.5\n"), done.stderr


def test_a_notebook_runs_as_a_script_does(manager_process, tmp_path):
    cells = [new_code_cell("print('lr is', lr)"), new_code_cell("1 / 0")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "analysis.ipynb")
    done = manager_process.cli("run", str(tmp_path / "analysis.ipynb"), "-p", "lr=0.5")
    assert done.returncode == 1
    assert "lr is 0.5\n" in done.stdout
    assert "cell 3 of 3: ZeroDivisionError: division by zero" in done.stderr


def test_a_job_is_seen_followed_and_forgotten(manager_process, script):
    run = ("run", script, "--name", "seen", "-p", "code=0", "--metric", "loss=loss=([0-9.]+)")
    assert manager_process.cli(*run, "--no-wait").stdout == "seen\n"
    assert "loss=0.5" in manager_process.cli("logs", "-f", "seen").stdout
    jobs = json.loads(manager_process.cli("ps", "--json").stdout)
    assert [job["TrainingJobStatus"] for job in jobs if job["TrainingJobName"] == "seen"] == [
        "Completed"
    ]
    assert "loss = 0.5" in manager_process.cli("describe", "seen").stdout
    assert manager_process.cli("rm", "seen").returncode == 0
    gone = manager_process.cli("describe", "seen")
    assert (gone.returncode, "not found" in gone.stderr) == (1, True)


def test_a_missing_script_is_named_and_nothing_is_sent(manager_process):
    done = manager_process.cli("run", "absent.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no script absent.py" in done.stderr


def test_status_says_what_serves(manager_process):
    report = json.loads(manager_process.cli("manager", "status", "--json").stdout)
    assert report.keys() >= {"pid", "url", "version", "jobs"}


def test_env_can_be_evaluated_by_a_shell(manager_process):
    lines = manager_process.cli("env").stdout.splitlines()
    assert all(line.startswith("export AWS_") for line in lines)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "which script?"),
        (["--image", "process"], "which script?"),
        (["train.py", "--command", "sh -c ls"], "name one with --image"),
        (["train.py", "--image", "net:1", "--python", "python3"], "an image brings its own"),
        (["--image", "net:1", "--source-dir", "."], "--source-dir needs a SCRIPT"),
    ],
)
def test_what_does_not_go_together_is_said_and_nothing_is_sent(manager_process, words, message):
    done = manager_process.cli("run", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr


def test_what_a_job_waits_for_is_said(own_manager, script):
    own_manager.end()
    (own_manager.home / "config.toml").write_text("[capacity]\ncpus = 1\n")
    own_manager.cli("run", script, "-p", "code=0", "--no-wait")
    done = own_manager.cli("run", script, "-p", "code=0")
    assert (done.returncode, done.stdout) == (0, "loss=0.5\n"), done.stderr
    assert "Pending: Waiting for 1 cpus" in done.stderr


def test_who_follows_a_job_is_told_what_it_waits_for(own_manager, script):
    own_manager.end()
    (own_manager.home / "config.toml").write_text("[capacity]\ncpus = 1\n")
    for name in ("first", "second"):
        own_manager.cli("run", script, "-p", "code=0", "--no-wait", "--name", name)
    done = own_manager.cli("logs", "-f", "second")
    assert (done.stdout, "Pending: Waiting for" in done.stderr) == ("loss=0.5\n", True)
