"""The digits notebook as a new user meets it: `make demo`, or run to its end with `--headless`.

Works on a copy of the notebook (digits-demo.ipynb, ignored by git), so that trying it changes
nothing that is kept.  The manager's state is in .jupyter-train of this checkout unless
JUPYTER_TRAIN_HOME says otherwise: `rm -r .jupyter-train` forgets everything.
"""

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "examples" / "digits" / "digits.ipynb"
COPY = NOTEBOOK.with_name("digits-demo.ipynb")
WORKSPACES = ROOT / "build" / "demo-workspaces"
MIME_TYPE = "application/vnd.jupyter-train.job+json"
FIRST_PORT = 8888
EPOCHS = re.compile(r"^epochs = \d+$", re.MULTILINE)
LONG_ENOUGH_TO_WATCH = "epochs = 10_000"


def jobs_in(cell):
    """Return the names of the jobs a cell's outputs show."""
    bundles = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [bundle[MIME_TYPE]["job"] for bundle in bundles if MIME_TYPE in bundle]


def run_notebook(until_job):
    """Execute the copy's cells, all or up to the first that shows a job; return the jobs."""
    notebook = nbformat.read(COPY, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": COPY.parent}},
        extra_arguments=["--IPKernelApp.log_level=40"],  # its advice is for who exposes a kernel
    )
    if until_job:
        for cell in notebook.cells:
            cell.source = EPOCHS.sub(LONG_ENOUGH_TO_WATCH, cell.source)
    jobs = []
    with client.setup_kernel():
        for number, cell in enumerate(notebook.cells):
            client.execute_cell(cell, number)
            jobs += jobs_in(cell)
            if jobs and until_job:
                break
    nbformat.write(notebook, COPY)
    return jobs


def shown_by():
    """Return the id of the first cell that shows a job, for JupyterLab to open at."""
    cells = nbformat.read(COPY, as_version=4).cells
    return next(cell["id"] for cell in cells if jobs_in(cell))


def describe(job):
    """Return what the manager says about a job."""
    done = subprocess.run(
        ["jupyter-train", "describe", job, "--json"], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def ended(job, patience=300):
    """Wait for a job's end and return its description."""
    give_up = time.monotonic() + patience
    while (facts := describe(job))["TrainingJobStatus"] in {"InProgress", "Stopping"}:
        if time.monotonic() > give_up:
            sys.exit(f"{job} has not ended within {patience} s: {facts['SecondaryStatus']}")
        time.sleep(0.25)
    return facts


def print_result(job):
    """Say how a job ended; return whether it completed with a model."""
    facts = ended(job)
    model = facts.get("ModelArtifacts", {}).get("S3ModelArtifacts", "")
    print(f"job      {job}")
    print(f"status   {facts['TrainingJobStatus']}  {facts.get('FailureReason', '')}".rstrip())
    for metric in facts.get("FinalMetricDataList", []):
        print(f"{metric['MetricName']:<12} {metric['Value']:.4f}")
    path = model_file(model)
    print(f"model    {path} ({path.stat().st_size:,} bytes)" if path else f"model    {model}")
    return facts["TrainingJobStatus"] == "Completed" and path is not None


def model_file(uri):
    """Return the plain file behind the address of an object, None if there is none."""
    path = Path(os.environ["JUPYTER_TRAIN_HOME"], "objects", uri.removeprefix("s3://"))
    return path if uri and path.is_file() else None


def headless():
    """Run the notebook to its end, print the result of its jobs, and return the exit status."""
    print(f"Running {NOTEBOOK.relative_to(ROOT)} to its end …", flush=True)
    started = time.monotonic()
    try:
        jobs = run_notebook(until_job=False)
    except CellExecutionError as error:
        print(f"a cell of the notebook failed:\n{error}")
        return 1
    if not jobs:
        print("no cell of the notebook showed a job")
        return 1
    results = [print_result(job) for job in dict.fromkeys(jobs)]
    print(f"took     {time.monotonic() - started:.1f} s")
    return 0 if all(results) else 1


def free_port():
    """Return the first free port from 8888 on."""
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    sys.exit(f"no free port between {FIRST_PORT} and {FIRST_PORT + 99}")


def wait_until_served(server, url):
    """Return when the Jupyter server answers; stop if it has ended."""
    while True:
        if server.poll() is not None:
            sys.exit(f"JupyterLab ended with exit status {server.returncode}")
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return


def start_lab(port, token):
    """Start JupyterLab quietly; the token goes by environment, where `ps` does not show it."""
    argv = [sys.executable, "-m", "jupyterlab", f"--port={port}", "--ServerApp.port_retries=0"]
    argv += ["--Application.log_level=ERROR", f"--ServerApp.root_dir={ROOT}", "--no-browser"]
    argv.append(f"--LabApp.workspaces_dir={WORKSPACES}")
    argv += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return subprocess.Popen(argv, env={**os.environ, "JUPYTER_TOKEN": token})


def lay_out(base, token):
    """Have the notebook open beside the list of jobs: a cell is gone to only in a notebook that is.

    JupyterLab leaves the `#cell-id=` of an address aside while it opens the notebook itself.
    """
    path = str(COPY.relative_to(ROOT))
    widget = f"notebook:{path}"
    dock = {"type": "tab-area", "currentIndex": 0, "widgets": [widget]}
    layout = {
        "main": {"dock": dock, "current": widget},
        "left": {"collapsed": False, "visible": True, "current": "jt-jobs", "widgets": ["jt-jobs"]},
        "relativeSizes": [0.2, 0.8, 0],
    }
    opened = {"data": {"path": path, "factory": "Notebook"}}
    workspace = {
        "data": {"layout-restorer:data": layout, widget: opened},
        "metadata": {"id": "default"},
    }
    request = urllib.request.Request(
        f"{base}/lab/api/workspaces/default",
        data=json.dumps(workspace).encode(),
        headers={"Authorization": f"token {token}"},
        method="PUT",
    )
    urllib.request.urlopen(request, timeout=60).close()


def open_lab():
    """Start the notebook's job, then JupyterLab with the notebook open on it."""
    port, token = free_port(), secrets.token_urlsafe(24)
    base = f"http://127.0.0.1:{port}"
    print("Starting JupyterLab …", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # it must not outlive this program
    server = start_lab(port, token)
    try:
        print("Submitting the notebook's job …", flush=True)
        jobs = run_notebook(until_job=True)
        wait_until_served(server, f"{base}/api?token={token}")
        lay_out(base, token)
        address = f"{base}/lab/tree/{COPY.relative_to(ROOT)}?token={token}#cell-id={shown_by()}"
        print(f"{', '.join(jobs)} is training.  Watch it under its cell:")
        print(f"\n    {address}\n")
        print("Ctrl-C ends JupyterLab; jobs go on.", flush=True)
        open_browser(address)
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()
        server.wait()


def open_browser(address):
    """Show the page where there is a screen."""
    opener = shutil.which("open") if sys.platform == "darwin" else shutil.which("xdg-open")
    if opener and (sys.platform == "darwin" or os.environ.get("DISPLAY")):
        subprocess.Popen([opener, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--headless", action="store_true", help="run the notebook and exit")
    args = parser.parse_args()
    os.environ.setdefault("JUPYTER_TRAIN_HOME", str(ROOT / ".jupyter-train"))
    shutil.copyfile(NOTEBOOK, COPY)
    return headless() if args.headless else open_lab()


if __name__ == "__main__":
    sys.exit(main())
