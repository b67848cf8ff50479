import subprocess
import sys
import threading
from pathlib import Path

import pytest

import jupyter_train_toolkit
from jupyter_train_toolkit import requirements
from jupyter_train_toolkit.entry import argument, arguments
from jupyter_train_toolkit.failure import CannotRunError
from jupyter_train_toolkit.requirements import install

TOOLKIT = str(Path(jupyter_train_toolkit.__file__).parents[1])


@pytest.fixture
def run(job, configure, tmp_path):
    """Runs a script as a job would; returns its code and what it printed."""

    def run(program="train.py", script=None, **given):
        if script is not None:
            Path(job.code, program).write_text(script)
        configure("hyperparameters.json", {"sagemaker_program": program, **given})
        environment = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": TOOLKIT,
            "SM_MODEL_DIR": job.model,
            "JUPYTER_TRAIN_ENVS": str(tmp_path / "envs"),
        }
        command = [sys.executable, "-m", "jupyter_train_toolkit.entry"]
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        return done.returncode, done.stdout.strip(), done.stderr

    return run


def test_a_script_gets_its_hyperparameters_as_arguments(run):
    script = "import sys; print(sys.argv[1:]); sys.exit(3)"
    code, printed, _ = run(script=script, lr="1e-3", n="5", sagemaker_region="x")
    assert (code, printed) == (3, "['--lr', '0.001', '-n', '5']")


def test_a_script_runs_in_its_folder_beside_its_modules(run, job):
    Path(job.code, "helper.py").write_text("name = 'helped'")
    script = "import os, helper; print(helper.name, os.getcwd())"
    assert run(script=script)[1] == f"helped {Path(job.code).resolve()}"


def test_a_shell_script_runs_too(run):
    assert run("train.sh", 'echo "$1=$2"; exit 4', lr="0.1")[:2] == (4, "--lr=0.1")


def test_the_program_may_be_quoted_as_the_sdk_quotes_it(run, job):
    Path(job.code, "train.py").write_text("print('ran')")
    assert run('"train.py"')[:2] == (0, "ran")


def test_a_program_that_is_not_there_is_told_in_the_failure_file(run, job):
    Path(job.code, "other.py").touch()
    code, _, error = run("trian.py")
    expected = "sagemaker_program is 'trian.py', which is not in the source; there is: other.py"
    assert (code, Path(job.failure).read_text()) == (1, expected)
    assert expected in error


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("0.10", "0.1"),
        ("true", "True"),
        ("null", ""),
        ('"a b"', "a b"),
        ("plain", "plain"),
        ("[1, 2]", "[1, 2]"),
        ('{"b": 1, "a": 2}', "a=2,b=1"),
    ],
)
def test_a_hyperparameter_is_written_as_the_training_toolkit_writes_it(text, word):
    assert argument(text) == word


def test_hyperparameters_of_the_platform_are_not_the_scripts():
    assert arguments({"b": "1", "sagemaker_job_name": "x", "a1": "2"}) == ["--a1", "2", "-b", "1"]


def wheel(folder, name="jtprobe", version="1.0"):
    """Make the smallest wheel there can be."""
    import zipfile  # noqa: PLC0415  only here

    info = f"{name}-{version}.dist-info"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", f"version = {version!r}")
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def offline(tmp_path, monkeypatch):
    """Where pip finds its packages; no network."""
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("JUPYTER_TRAIN_ENVS", str(tmp_path / "envs"))
    return tmp_path / "wheels"


def ask(python, program):
    return subprocess.run(
        [python, "-c", program], check=True, capture_output=True, text=True
    ).stdout


def test_requirements_are_installed_beside_what_is_there_already(offline, job):
    wheel(offline)
    Path(job.code, "requirements.txt").write_text("# mine\njtprobe\nnumpy\n")
    python = install(job.code + "/requirements.txt", job.root)
    assert ask(python, "import jtprobe, numpy; print(jtprobe.version)") == "1.0\n"


def test_the_same_requirements_are_installed_once(offline, job, monkeypatch):
    wheel(offline)
    Path(job.code, "requirements.txt").write_text("jtprobe\n")
    made = []
    fill = requirements.fill
    monkeypatch.setattr(requirements, "fill", lambda *given: made.append(given) or fill(*given))
    first = install(job.code + "/requirements.txt", job.root)
    Path(job.code, "requirements.txt").write_text("jtprobe  # again\n\n")
    assert install(job.code + "/requirements.txt", job.root) == first
    Path(job.code, "requirements.txt").write_text("jtprobe==1.0\n")
    assert install(job.code + "/requirements.txt", job.root) != first
    assert len(made) == 2


def test_two_jobs_at_once_share_one_installation(offline, job, monkeypatch):
    Path(job.code, "requirements.txt").write_text("jtprobe\n")
    made, found = [], []
    monkeypatch.setattr(requirements, "fill", lambda *given: made.append(given))

    def work():
        found.append(install(job.code + "/requirements.txt", job.root))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(set(found))) == (1, 1)


def test_a_failed_installation_is_told_and_leaves_nothing(offline, job, tmp_path):
    Path(job.code, "requirements.txt").write_text("no-such-package-of-ours\n")
    with pytest.raises(CannotRunError, match=r"could not be installed .pip ended with 1.; the log"):
        install(job.code + "/requirements.txt", job.root)
    assert [path.suffix for path in (tmp_path / "envs").iterdir()] == [".lock"]


def test_a_half_made_environment_is_made_again(offline, job, monkeypatch):
    Path(job.code, "requirements.txt").write_text("jtprobe\n")
    monkeypatch.setattr(requirements, "fill", lambda *_: None)
    python = Path(install(job.code + "/requirements.txt", job.root))
    home = python.parents[1]
    (home / "ready").unlink()
    (home / "half").touch()
    install(job.code + "/requirements.txt", job.root)
    assert (home / "ready").exists()
    assert not (home / "half").exists()


def test_requirements_from_the_source_folder_are_the_jobs_own(offline, job):
    name = wheel(Path(job.code)).name
    Path(job.code, "requirements.txt").write_text(f"./{name}\n")
    python = install(job.code + "/requirements.txt", job.root)
    assert python == job.root + "/env/bin/python"
    assert ask(python, "import jtprobe; print(jtprobe.version)") == "1.0\n"


def test_a_file_named_in_requirements_counts_as_them(job):
    Path(job.code, "requirements.txt").write_text("-r more.txt\n")
    Path(job.code, "more.txt").write_text("jtprobe==1.0\n")
    before = requirements.read_lines(job.code + "/requirements.txt")
    Path(job.code, "more.txt").write_text("jtprobe==2.0\n")
    after = requirements.read_lines(job.code + "/requirements.txt")
    assert (before, after) == (["jtprobe==1.0", "-r more.txt"], ["jtprobe==2.0", "-r more.txt"])
