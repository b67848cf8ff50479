"""A manager of an ordinary user, who may use the engine and nothing else that root may."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

HERE = Path(__file__).parent
LIFE = HERE.parent / "engine" / "test_life.py"
LARGE = int(os.environ.get("JT_FAULT_ROUNDS", "1")) > 1
UID = 54321
# The interpreter may lie in a home that is shut, the engine's socket too: both are shown to the
# user where they can be reached, in a view of the file system that ends with this command.
VIEW = """
set -e
mkdir python; touch docker.sock
mount --bind {python} python
mount --bind {socket} docker.sock
if [ -n "{shut}" ]; then
    mount -t tmpfs -o mode=755 none {shut}
    mkdir -p {python}
    mount --bind python {python}
fi
exec setpriv --reuid={uid} --regid={uid} --groups=$(stat -c %g docker.sock) "$@"
"""


def shut_above(path):
    """The highest folder above a path that lets nobody through, "" for none."""
    shut = [each for each in path.parents if not each.stat().st_mode & 0o001]
    return str(shut[-1]) if shut else ""


@pytest.fixture
def stage(tmp_path_factory):
    """A folder whose parents everybody may pass, of that user."""
    folder = Path("/var/tmp") / f"jt-user-{os.getpid()}"
    (folder / "home").mkdir(parents=True)
    os.chown(folder / "home", UID, UID)
    yield folder
    left = [path for path in (folder / "home").rglob("*") if path.lstat().st_uid != UID]
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    assert left == []


def as_user(stage, engine, *words, **environment):
    """Run a command as the ordinary user."""
    python = Path(sys.base_prefix)
    script = VIEW.format(
        python=python, socket=urlsplit(engine.host).path, shut=shut_above(python), uid=UID
    )
    variables = {
        "HOME": str(stage / "home"),
        "TMPDIR": str(stage / "home"),
        "PATH": os.environ["PATH"],
        "DOCKER_HOST": f"unix://{stage}/docker.sock",
        "JT_TEST_IMAGE": engine.image,
        **environment,
    }
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", *words],
        cwd=stage, env=variables, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


@pytest.mark.timeout(300)
def test_a_manager_of_an_ordinary_user_does_all_of_it(docker_engine, toolkit_image, stage):
    if os.getuid():
        pytest.skip("this user is ordinary: the suites show it")
    suites = [HERE / "ordinary_user.py", *([LIFE] if LARGE else [])]
    root = HERE.parents[1]
    done = as_user(
        stage, docker_engine,
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not OfProcesses",
        "-o", "python_files=*.py", "--rootdir", str(root), "-c", str(root / "pyproject.toml"),
        *map(str, suites),
        JT_TOOLKIT_IMAGE=toolkit_image,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:]
