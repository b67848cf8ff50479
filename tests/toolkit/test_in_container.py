"""The toolkit where least is given: a user without a name or a home, a root that is read-only."""

import json
import zipfile
from pathlib import Path

import pytest

import jupyter_train_toolkit

TOOLKIT = Path(jupyter_train_toolkit.__file__).parent
SCRIPT = "import jtprobe, jupyter_train_toolkit, sys; print('probe', jtprobe.version, sys.prefix)"
SHARED = "/opt/jupyter-train/envs"


def wheel(folder):
    """Make the smallest wheel there can be."""
    info = "jtprobe-1.0.dist-info"
    path = folder / "jtprobe-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("jtprobe.py", "version = '1.0'")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: jtprobe\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def enter(docker_engine, tmp_path):
    """Return a function that runs the entry with these requirements: what the job printed."""
    folders = {
        "code": "/opt/ml/code",
        "config": "/opt/ml/input/config",
        "output": "/opt/ml/output",
        "envs": SHARED,
    }
    volumes = {str(TOOLKIT): {"bind": "/opt/toolkit/jupyter_train_toolkit", "mode": "ro"}}
    for name, target in folders.items():
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o777)
        volumes[str(tmp_path / name)] = {"bind": target, "mode": "rw"}
    (tmp_path / "code" / "train.py").write_text(SCRIPT)
    given = json.dumps({"sagemaker_program": "train.py"})
    (tmp_path / "config" / "hyperparameters.json").write_text(given)
    wheel(tmp_path / "code")

    def enter(requirements, **variables):
        (tmp_path / "code" / "requirements.txt").write_text(requirements)
        environment = {
            "PYTHONPATH": "/opt/toolkit",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": "/opt/ml/code",
            "JUPYTER_TRAIN_ENVS": SHARED,
            **variables,
        }
        return docker_engine.run(
            docker_engine.image,
            *("python3", "-m", "jupyter_train_toolkit.entry"),
            user="12345:12345",
            read_only=True,
            network_mode="none",
            cap_drop=["ALL"],
            volumes=volumes,
            environment=environment,
        )

    return enter


def test_requirements_are_installed_once_for_all_who_ask_the_same(enter):
    first = enter("jtprobe\n")
    assert f"probe 1.0 {SHARED}/" in first
    again = enter("jtprobe  # as before\n")
    assert f"probe 1.0 {SHARED}/" in again
    assert ("installing" in first, "installing" in again) == (True, False)


def test_what_is_built_of_the_jobs_own_files_is_beside_them(enter):
    said = enter("./jtprobe-1.0-py3-none-any.whl\n")
    assert "probe 1.0 /opt/ml/code/.jupyter-train-env" in said


def test_where_environments_cannot_be_shared_a_job_has_its_own(enter):
    said = enter("jtprobe\n", JUPYTER_TRAIN_ENVS="/nowhere/envs")
    assert "probe 1.0 /opt/ml/code/.jupyter-train-env" in said
