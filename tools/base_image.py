"""The image the container tests stand on, made without a registry: Debian, python3, venv and pip.

debootstrap writes it once into the user's cache; each engine imports it from there.  A machine that
may not do that (not root, not Debian) names an image with python3, venv and pip in JT_TEST_IMAGE.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from debian import NotHereError, cache, install, mirror
from engine import call

SUITE = "bookworm"
PROGRAMS = ("ca-certificates", "python3", "python3-pip", "python3-venv")
# What no test reads, and a third of the whole.
DROPPED = (
    "usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian",
    "var/cache", "var/lib/apt/lists", "var/log", "debootstrap", "dev", "proc", "sys",
)  # fmt: skip
REPOSITORY = "jupyter-train-test/python"


def recipe() -> str:
    """Return the tag of the image: it changes whenever what makes it does."""
    words = json.dumps([SUITE, PROGRAMS, DROPPED, os.uname().machine])
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def packed() -> Path:
    """Return where the image lies, made or not."""
    return cache() / f"python-{recipe()}.tar"


def name() -> str:
    """Return the image's name in an engine."""
    return os.environ.get("JT_TEST_IMAGE") or f"{REPOSITORY}:{recipe()}"


def make() -> Path:
    """Make the image's file unless it is there; NotHereError if this machine cannot."""
    path = packed()
    if path.is_file():
        return path
    if os.geteuid():
        raise NotHereError(
            "the tests' base image is made by debootstrap, which takes root: name another with "
            "python3, venv and pip in JT_TEST_IMAGE"
        )
    install("debootstrap")
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="debian-", dir=path.parent))
    try:
        bootstrap(folder)
        pack(folder, path)
    finally:
        shutil.rmtree(folder)
    return path


def bootstrap(folder: Path) -> None:
    """Install Debian into a folder, from the mirror that this machine's own apt uses."""
    words = ["debootstrap", "--variant=minbase", f"--include={','.join(PROGRAMS)}"]
    words += [SUITE, str(folder), *mirror(SUITE)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHereError(f"debootstrap failed: {done.stdout.strip()[-1000:]}")


def pack(folder: Path, path: Path) -> None:
    """Write the image's file, whole or not at all."""
    half = path.with_suffix(".half")

    def kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        inside = entry.name.removeprefix("./")
        return None if inside.startswith(tuple(f"{each}/" for each in DROPPED)) else entry

    with tarfile.open(half, "w") as archive:
        archive.add(folder, ".", filter=kept)
    half.rename(path)


def load(host: str) -> str:
    """Bring the image into an engine unless it is there, and return its name."""
    wanted = name()
    try:
        call(host, "GET", f"/images/{wanted}/json")
    except OSError:
        repository, _, tag = wanted.rpartition(":")
        if repository != REPOSITORY:
            raise NotHereError(
                f"JT_TEST_IMAGE names {wanted}, which {host} does not have"
            ) from None
        query = urlencode({"fromSrc": "-", "repo": repository, "tag": tag})
        with make().open("rb") as archive:
            call(host, "POST", f"/images/create?{query}", archive, timeout=600)
    return wanted
