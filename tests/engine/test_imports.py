"""Whoever has no job in a container pays nothing for those who have."""

import subprocess
import sys

OPENS = """
import asyncio, sys
from pathlib import Path
from jupyter_train.engine.settings import Settings
from jupyter_train.manager.build import open_manager

async def scene():
    manager = open_manager("m", Settings(home=Path(sys.argv[1])))
    await manager.start()
    await manager.close()

asyncio.run(scene())
print(sorted({"docker", "requests", "urllib3"} & set(sys.modules)))
"""


def test_a_manager_opens_and_starts_without_a_word_to_any_engine(tmp_path):
    nowhere = {"DOCKER_HOST": f"unix://{tmp_path}/none.sock", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OPENS, str(tmp_path / "home")],
        env=nowhere,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
