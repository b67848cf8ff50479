"""What a new manager makes of the jobs that the one before it left, wherever they stood."""

import asyncio
from dataclasses import replace

from jupyter_train.engine.placement import Demand

SLEEPS = "import time; time.sleep(60)"


def test_a_job_whose_instance_type_is_no_longer_known_is_adopted_all_the_same(workshop, wait):
    plain = workshop.settings
    own = {"ResourceConfig": {"InstanceType": "ours"}}

    async def before():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document(SLEEPS, **own), {}, "me")
            await wait.until(manager, "job-1", condition=lambda job: job.secondary == "Training")

    async def after():
        async with workshop.manager() as manager:
            await manager.stop("job-1")
            return await wait.ended(manager, "job-1")

    workshop.settings = replace(plain, instance_types={"ours": Demand(cpus=2)})
    asyncio.run(before())
    workshop.settings = plain
    assert asyncio.run(after()).status == "Stopped"
