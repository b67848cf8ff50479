"""B17: importing the package, the extension in Jupyter's server, JavaScript before first use."""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import jupyter_train
from jupyter_train.client.find import find_manager
from row import Row, run
from serving import end

ROUNDS = 9
BUILT = Path(jupyter_train.__file__).with_name("labextension") / "static"
IMPORT = """
import time
begin = time.perf_counter()
{statement}
print((time.perf_counter() - begin) * 1000)
"""
SERVER = """
import sys, time
from jupyterlab.labapp import LabApp
from jupyter_server.serverapp import ServerApp
app = ServerApp(port=0, open_browser=False)
app.initialize(argv=[{folder!r}], find_extensions=False, new_httpserver=False)
begin = time.perf_counter()
app.extension_manager.add_extension("jupyter_train", enabled=True)
app.extension_manager.link_extension("jupyter_train")
app.extension_manager.load_extension("jupyter_train")
print((time.perf_counter() - begin) * 1000)
"""


def cost(program: str, home: str, rounds: int) -> float:
    """Return the median milliseconds of what a fresh interpreter prints; a first round warms up."""
    environment = {"JUPYTER_TRAIN_HOME": home, "PATH": "/usr/bin:/bin", "HOME": home}
    found = []
    for _ in range(rounds + 1):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        found.append(float(done.stdout.split()[-1]))
    return statistics.median(found[1:])


def first_scripts(static: Path) -> list[Path]:
    """Return the files JupyterLab loads with the page: our entry, and what its plugins come in."""
    package = json.loads((static.parent / "package.json").read_text())
    entry = static.parent / package["jupyterlab"]["_build"]["load"]
    # The entry's table: "./extension": () => … .e("name of a chunk") …, and "./style" likewise.
    exposed = re.findall(r'"?\./(?:extension|style)"?:(.{0,400})', entry.read_text(), re.DOTALL)
    chunks = {name for text in exposed for name in re.findall(r'\.e\("?([^")]+)"?\)', text)}
    return [entry, *sorted(path for name in chunks for path in static.glob(f"{name}.*.js"))]


def bytes_of_scripts(static: Path) -> Row:
    """Add up what a page of JupyterLab loads of ours before anybody opens a panel."""
    files = first_scripts(static)
    has_maps = any(static.glob("*.map"))
    kind = "development" if has_maps else "production"
    return Row(
        bar="B17",
        what=f"JavaScript before first use, {kind} build, {len(files)} files",
        ours=sum(path.stat().st_size for path in files) / 1000,
        unit="KB",
        limit=None if has_maps else 150,
    )


def measure(rounds: int = ROUNDS, static: Path = BUILT) -> list[Row]:
    """Return the three figures; the size of a development build says nothing about the bar."""
    with tempfile.TemporaryDirectory(prefix="jt-bench-") as home:
        package = cost(IMPORT.format(statement="import jupyter_train"), home, rounds)
        estimator = cost(IMPORT.format(statement="from jupyter_train import Estimator"), home, 3)
        bare = cost(IMPORT.format(statement="import json"), home, rounds)
        server = cost(SERVER.format(folder=f"--ServerApp.root_dir={home}"), home, rounds)
        if facts := find_manager(Path(home)):  # the first server has started it
            end(facts.pid)
    return [
        Row(bar="B17", what="import jupyter_train", ours=package, unit="ms", limit=50,
            peer="import json", peer_value=bare),
        Row(bar="B17", what="from jupyter_train import Estimator", ours=estimator, unit="ms"),
        Row(bar="B17", what="server extension, until the server goes on", ours=server, unit="ms",
            limit=100),
        bytes_of_scripts(static),
    ]  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--static", type=Path, default=BUILT, help="the front end, as built")
    chosen = parser.parse_args()
    run(lambda: measure(chosen.rounds, chosen.static))
