"""The sagemaker-training toolkit as the index has it, for an image: wheels for the image's Python.

Fetched once into the user's cache; an image installs them with its own pip, without a network.
"""

import email
import hashlib
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import base_image
from debian import NotHereError, cache

TOOLKIT = "sagemaker-training==5.1.4"
# These have no wheels.  The toolkit's holds one library in C, the same for every Python.
SOURCES = [TOOLKIT, "inotify_simple==1.2.1"]
# Debian 12's.
PYTHON = "3.11"


def folder() -> Path:
    """Return where the wheels are, fetched or not."""
    words = " ".join([*SOURCES, PYTHON, base_image.recipe()])
    return cache() / f"toolkit-{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def fetch(python: Path) -> Path:
    """Fetch and build the wheels unless they are there, with the pip of this Python."""
    if folder().is_dir():
        return folder()
    cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache()) as work:
        wheels = Path(work, "wheels")
        pip(python, "wheel", "--no-deps", "--wheel-dir", str(wheels), *SOURCES)
        (toolkit,) = wheels.glob("sagemaker_training-*.whl")
        others = [str(each) for each in wheels.iterdir() if each != toolkit]
        only = ["--only-binary=:all:", "--python-version", PYTHON, "--dest", str(wheels)]
        pip(python, "download", *only, *others, *needs(toolkit))
        toolkit.rename(wheels / tagged(toolkit.name))
        shutil.move(wheels, folder())
    return folder()


def pip(python: Path, *words: str) -> None:
    """Run pip; NotHereError with its last words if it fails."""
    argv = [str(python), "-m", "pip", "-qq", *words]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHereError(f"pip {words[0]} failed: {done.stderr.strip()[-1000:]}")


def needs(wheel: Path) -> list[str]:
    """Return what a wheel says it needs, but pip and what has been built."""
    with zipfile.ZipFile(wheel) as archive:
        (facts,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        said = email.message_from_bytes(archive.read(facts)).get_all("Requires-Dist", [])
    built = {"pip", *(each.partition("==")[0] for each in SOURCES)}
    return [each for each in said if "extra ==" not in each and each.partition("=")[0] not in built]


def tagged(name: str) -> str:
    """Return a wheel's file name as the image's Python wants it."""
    project, version, _, _, platform = name.split("-")
    tag = f"cp{PYTHON.replace('.', '')}"
    return f"{project}-{version}-{tag}-{tag}-{platform}"
