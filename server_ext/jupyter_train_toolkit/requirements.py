"""requirements.txt in an environment of its own, made once for all jobs that ask the same."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import site
import subprocess
import sys

from .failure import CannotRunError
from .layout import OPT_ML, here

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than this package
    from typing import IO

VARIABLE = "JUPYTER_TRAIN_ENVS"
PIP = ("install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off")


def install(requirements: str, root: str) -> str:
    """Return an interpreter that has the requirements, and sees all this one has."""
    lines = read_lines(requirements)
    shared = os.environ.get(VARIABLE, "")
    if shared and not any(is_local(line) for line in lines) and is_usable(shared):
        home = os.path.join(shared, digest(lines))
    else:
        home = own_home(root, os.path.dirname(requirements))
    with open(home + ".lock", "w", encoding="ascii") as lock:
        wait_for_turn(lock)
        if not os.path.exists(os.path.join(home, "ready")):
            make(home, requirements)
    return os.path.join(home, "bin", "python")


def own_home(root: str, source: str) -> str:
    """Return where this job's own environment goes: what its own files are built into, too.

    In a container only some folders below /opt/ml are the job's, and the rest may be read-only.
    """
    if is_usable(root):
        return os.path.join(root, "env")
    folder = source if is_usable(source) else os.environ.get("TMPDIR", "/tmp")  # noqa: S108  last resort
    return os.path.join(folder, ".jupyter-train-env")


def is_usable(folder: str) -> bool:
    """Tell whether things can be made in a folder, which is made if it lacks."""
    with contextlib.suppress(OSError):
        os.makedirs(folder, exist_ok=True)
    return os.access(folder, os.W_OK)


def read_lines(path: str) -> list[str]:
    """Return the lines that say something, those of files named by -r and -c included."""
    said: list[str] = []
    with open(path, encoding="utf-8") as file:
        lines = [line.split(" #")[0].strip() for line in file]
    for line in lines:
        option, _, rest = line.partition(" ")
        other = os.path.join(os.path.dirname(path), rest.strip())
        if option in ("-r", "--requirement", "-c", "--constraint") and os.path.isfile(other):
            said += read_lines(other)
        if line and not line.startswith("#"):
            said.append(line)
    return said


def is_local(line: str) -> bool:
    """Tell whether a line names something in the source folder, which other jobs do not have."""
    return line.startswith((".", "/", "-e", "--editable")) or "file:" in line


def digest(lines: list[str]) -> str:
    """Return the name of the environment for these lines and this interpreter."""
    asked = "\n".join([sys.executable, sys.prefix, sys.version, *lines])
    return hashlib.sha256(asked.encode("utf-8")).hexdigest()[:32]


def wait_for_turn(lock: IO[str]) -> None:
    """Hold the lock of one environment: a second job waits instead of making it again."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        tell("waiting for another job that installs the same requirements")
        fcntl.flock(lock, fcntl.LOCK_EX)


def make(home: str, requirements: str) -> None:
    """Make the environment; only a whole one gets its `ready` file."""
    shutil.rmtree(home, ignore_errors=True)
    tell("installing requirements.txt")
    try:
        make_empty(home)
        fill(home, requirements)
        with open(os.path.join(home, "ready"), "w", encoding="ascii"):
            pass
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise


def fill(home: str, requirements: str) -> None:
    """Let pip install; what it says goes to the log."""
    variables = dict(os.environ, PIP_USER="0")  # a user's pip.conf may say otherwise, and fail
    if here().root == OPT_ML:
        # A container's user often has no home, and what is kept in one goes with it.
        variables.setdefault("PIP_CACHE_DIR", os.path.join(os.path.dirname(home), "pip"))
    code = subprocess.call(
        [*pip_of(home), *PIP, "-r", requirements],
        cwd=os.path.dirname(requirements),
        env=variables,
    )
    if code:
        raise CannotRunError(
            "requirements.txt could not be installed (pip ended with %d); the log says why" % code
        )


def make_empty(home: str) -> None:
    """Make an environment that sees this interpreter's packages.

    `--system-site-packages` made from a virtual environment shows those of the Python below it.
    """
    command = [sys.executable, "-m", "venv", "--without-pip", home]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if made.returncode:
        reason = made.stdout.decode("utf-8", "replace").strip()
        raise CannotRunError("no environment for requirements.txt: " + reason)
    version = "python%d.%d" % sys.version_info[:2]
    path = os.path.join(home, "lib", version, "site-packages", "below.pth")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines("import site; site.addsitedir(%r)\n" % folder for folder in seen_here())


def seen_here() -> list[str]:
    """Return the folders in which this interpreter finds its packages."""
    folders = site.getsitepackages()
    if site.ENABLE_USER_SITE:
        folders = [site.getusersitepackages(), *folders]
    return [folder for folder in folders if os.path.isdir(folder)]


def pip_of(home: str) -> list[str]:
    """Return a pip that installs there: this interpreter's, else the one Python carries along."""
    python = os.path.join(home, "bin", "python")
    if importlib.util.find_spec("pip") is None:
        subprocess.call([python, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
    return [python, "-m", "pip"]


def tell(message: str) -> None:
    """Say in the log what takes so long."""
    sys.stderr.write("jupyter_train_toolkit: %s\n" % message)
    sys.stderr.flush()
