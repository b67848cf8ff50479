"""A real manager of one state folder, started as clients start it, killed when it must die."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ..client.connection import Connection
from ..client.find import connect, find_manager
from ..client.runtime_file import is_running

PATIENCE = 20.0


class ManagerProcess:
    """Whichever process serves this folder now; `connect` starts one if there is none."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def connect(self) -> Connection:
        """Return a connection, to be closed by the test."""
        return connect(self.home)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Signal the manager and wait until it is gone; returns the pid it had."""
        facts = find_manager(self.home)
        assert facts is not None, f"no manager serves {self.home}"
        os.kill(facts.pid, number)
        deadline = time.monotonic() + PATIENCE
        while is_running(facts.pid) and Path(f"/proc/{facts.pid}/cmdline").read_bytes():
            assert time.monotonic() < deadline, f"process {facts.pid} did not end"
            time.sleep(0.01)
        return facts.pid

    def cli(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run `jupyter train` with this state folder."""
        words = [sys.executable, "-m", "jupyter_train.cli", *arguments, "--home", str(self.home)]
        return subprocess.run(
            words, capture_output=True, text=True, timeout=60, check=False, **options
        )
