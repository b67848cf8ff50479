"""What the tests take from Debian: programs installed where we may, or only unpacked in the cache.

Standard library only: this runs before anything is installed.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Debian's names of what is looked for by its program.
PACKAGES = {
    "debootstrap": "debootstrap",
    "docker": "docker-cli",  # where docker.io does not bring it
    "docker-compose": "docker-compose",
    "dockerd": "docker.io",
    "ip": "iproute2",
    "mkfs.btrfs": "btrfs-progs",
    "podman": "podman",
}


class NotHereError(Exception):
    """Something the tests need cannot be had on this machine; the message says what would help."""


def cache() -> Path:
    """Return the folder of what is made once and outlives a checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "jupyter-train"


@contextmanager
def turn() -> Iterator[None]:
    """Wait until nobody else of ours runs apt-get, which would refuse to run twice."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "apt.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def apt(*words: str, cwd: Path | None = None) -> None:
    """Run apt-get; NotHereError with its last words if it fails."""
    with turn():
        done = subprocess.run(
            ["apt-get", "-qq", *words],
            cwd=cwd,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise NotHereError(f"apt-get {' '.join(words)} failed: {done.stderr.strip()[-500:]}")


def install(*programs: str) -> None:
    """Install the packages of programs that are missing; NotHereError if we may not."""
    missing = sorted(PACKAGES[each] for each in programs if not shutil.which(each))
    if not missing:
        return
    if os.geteuid() or not shutil.which("apt-get"):
        raise NotHereError(f"missing: {', '.join(missing)}; to install them takes root and apt")
    apt("update")
    apt("install", "-y", "--no-install-recommends", *missing)


def unpacked(package: str) -> Path:
    """Return a folder with a package's files, fetched once; nothing is installed or started."""
    folder = cache() / package
    if folder.is_dir():
        return folder
    if not shutil.which("apt-get"):
        raise NotHereError(f"the tests need Debian's package {package}, and apt-get is missing")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        download(package, Path(work))
        archive = next(Path(work).glob("*.deb"))
        subprocess.run(["dpkg", "-x", str(archive), f"{work}/files"], check=True)
        Path(work, "files").rename(folder)
    return folder


def download(package: str, folder: Path) -> None:
    """Fetch a package's archive, asking the mirrors what there is only if need be."""
    try:
        apt("download", package, cwd=folder)
    except NotHereError:
        if os.geteuid():
            raise
        apt("update")
        apt("download", package, cwd=folder)


def mirror(suite: str) -> list[str]:
    """Return apt's own mirror of a suite, nothing where it has none."""
    words = ["apt-get", "indextargets", "--format", "$(CODENAME) $(COMPONENT) $(REPO_URI)"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    lines = [line.split() for line in done.stdout.splitlines()]
    return [line[2] for line in lines if line[:2] == [suite, "main"]][:1]
