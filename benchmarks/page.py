"""Pages in headless Chromium, alone or in a JupyterLab with a manager of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_train.client.connection import Connection
from jupyter_train.client.find import connect
from serving import end, end_jobs

HERE = Path(__file__).parent
CONFIG = HERE.parent / "tests" / "browser" / "jupyter_server_config.py"
_PATIENCE = 60.0
_LONGEST = 200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A JupyterLab, and a way to its manager."""

    url: str
    connection: Connection


def drive(script: str, **given: object) -> Any:
    """Run `browser/<script>.mjs` in node with these words; returns what it has measured."""
    argv = ["node", str(HERE / "browser" / f"{script}.mjs"), json.dumps(given)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=_LONGEST)
    if done.returncode:
        raise RuntimeError(f"{script}.mjs: {done.stderr.strip()[-800:]}")
    return json.loads(done.stdout)


@contextmanager
def lab(seed: Callable[[Path], object] = Path.mkdir, config: str = "") -> Iterator[Lab]:
    """Serve a JupyterLab; `seed` fills the state folder before its manager starts."""
    with tempfile.TemporaryDirectory(prefix="jt-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        home = folder / "train"
        seed(home)
        (home / "config.toml").write_text(config)
        environment = _environment(folder, home)
        argv = [sys.executable, "-m", "jupyterlab", "--config", str(CONFIG)]
        with (folder / "server.log").open("wb") as log:
            server = subprocess.Popen(argv, env=environment, stdout=log, stderr=subprocess.STDOUT)
        connection = connect(home)
        try:
            url = f"http://127.0.0.1:{environment['JT_BROWSER_PORT']}"
            _answers(f"{url}/api", server)
            yield Lab(url=url, connection=connection)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(_PATIENCE)
            end(connection.facts.pid)
            end_jobs(home)
            connection.close()


def _environment(folder: Path, home: Path) -> dict[str, str]:
    """Return an environment in which nothing of the user's is read or written."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "JUPYTER_"))}
    own = {
        "HOME": "home",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_GALATA_ROOT_DIR": "root",
    }
    for each in own.values():
        (folder / each).mkdir()
    places = {name: str(folder / each) for name, each in own.items()}
    port = {"JUPYTER_TRAIN_HOME": str(home), "JT_BROWSER_PORT": str(_free_port())}
    return {**kept, **places, **port}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while server.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"no JupyterLab answers at {url}")
