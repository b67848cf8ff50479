"""A JupyterLab for the browser tests: folders of its own, and back again when it is killed.

A Docker engine is lent to it where one can be had; `engine.json` says which, or why there is none.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent.parent / "tools"))

import engine_door  # noqa: E402  it is sorted among them

import debian  # noqa: E402  tools are found by the line above
import docker_engine  # noqa: E402  as above

FOLDER = Path(os.environ["JT_BROWSER_FOLDER"])
# Kernels that are killed on purpose say a lot: it is kept beside the tests' own output.
LOG = HERE.parent.parent / "build" / "browser-server.log"

# How long a killed server stays away: long enough for pages to notice.
AWAY = 2.0


def environment() -> dict[str, str]:
    """Return an environment in which nothing of the user's is read or written."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "JUPYTER_"))}
    own = {
        "HOME": "home",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTER_TRAIN_HOME": "train",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_GALATA_ROOT_DIR": "root",
    }
    for folder in own.values():
        (FOLDER / folder).mkdir(parents=True, exist_ok=True)
    return {**kept, **{name: str(FOLDER / folder) for name, folder in own.items()}}


@contextmanager
def lent_engine() -> Iterator[None]:
    """Lend an engine with an image that trains; DOCKER_HOST names a door to it meanwhile."""
    say = (FOLDER / "engine.json").write_text
    try:
        with docker_engine.lent_engine() as engine:
            recipe = "ARG BASE\nFROM ${BASE}\nCOPY train /usr/local/bin/train\n"
            image = engine.build("browser", recipe, {"train": HERE / "image" / "train"})
            say(json.dumps({"image": image, "base": engine.image}))
            with engine_door.door(FOLDER / "docker.sock", engine.host) as host:
                os.environ["DOCKER_HOST"] = host
                yield
            # A manager that a journey has killed as its last deed has removed nothing.
            for left in engine.containers(
                f"jupyter-train.attempts={FOLDER / 'train' / 'attempts'}"
            ):
                left.remove(force=True)
    except debian.NotHereError as error:
        say(json.dumps({"problem": str(error)}))
        yield


def main() -> None:
    """Serve until told to end; then nothing is left running."""
    with lent_engine():
        serve(environment())


def serve(env: dict[str, str]) -> None:
    """Run the Jupyter server, again and again until told to end."""
    config = HERE / "jupyter_server_config.py"
    argv = [sys.executable, "-m", "jupyterlab", "--config", str(config)]
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(True) or server.terminate())
    LOG.parent.mkdir(exist_ok=True)
    LOG.unlink(missing_ok=True)
    while not ending:
        with LOG.open("ab") as log:
            server = subprocess.Popen(argv, env=env, stdout=log, stderr=subprocess.STDOUT)
        (FOLDER / "server.pid").write_text(str(server.pid))
        server.wait()
        if not ending:
            time.sleep(AWAY)
    stop_manager(env)


def stop_manager(env: dict[str, str]) -> None:
    """Stop the manager that the server started, and remove its folder."""
    stop = [sys.executable, "-m", "jupyter_train.cli", "manager", "stop"]
    subprocess.run([*stop, "--home", str(FOLDER / "train")], env=env, check=False)
    shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
