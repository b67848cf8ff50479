"""Puts a copy of the in-job toolkit where any interpreter finds it, and nothing else of ours."""

import hashlib
import shutil
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

NAME = "jupyter_train_toolkit"


def install_toolkit(home: Path) -> Path:
    """Return a folder for PYTHONPATH that holds just the toolkit, named by its content.

    A job that runs keeps the copy it started with when a newer version of us is installed.
    """
    source = _source()
    target = home / "toolkit" / _digest(source)
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(mkdtemp(dir=target.parent))
        shutil.copytree(source, fresh / NAME, ignore=shutil.ignore_patterns("__pycache__"))
        fresh.chmod(0o755)
        fresh.rename(target)
    return target


def _source() -> Path:
    found = find_spec(NAME)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.sh")]):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
