"""20 containers at once, each printing a line a second: what the manager takes of a core."""

import argparse
import time

from bench_idle import taken
from containers import image_of, submit_image
from row import Row, run
from serving import manager, wait_for

RUNNING = 20
SECONDS = 20.0
LIMIT = 5.0
TRAIN = "#!/bin/sh\nwhile :; do echo step; sleep 1; done\n"


def measure(seconds: float = SECONDS, running: int = RUNNING) -> list[Row]:
    """Start them, let them settle, look at the manager, and stop them."""
    with (
        image_of("steps", TRAIN) as (_, image),
        manager(f"[capacity]\ncpus = {running}\n") as connection,
    ):
        names = [f"many-{number}" for number in range(running)]
        begin = time.monotonic()
        for name in names:
            submit_image(connection, image, name)
        for name in names:
            wait_for(connection, name, "InProgress", timeout=120)
        started = time.monotonic() - begin
        time.sleep(5)
        memory, share = taken(connection.facts.pid, seconds)
        for name in names:
            connection.call("StopTrainingJob", {"TrainingJobName": name})
        for name in names:
            wait_for(connection, name, timeout=120)
    what = f"manager with {running} containers"
    return [
        Row(bar="B16", what=f"{what}: CPU", ours=share, unit="%", limit=LIMIT),
        Row(bar="B16", what=f"{what}: memory", ours=memory, unit="MB", limit=250),
        Row(bar="B16", what=f"{what}: all submitted", ours=started, unit="s"),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--running", type=int, default=RUNNING)
    chosen = parser.parse_args()
    run(lambda: measure(chosen.seconds, chosen.running))
