"""What a job takes of this machine, in hours and in money."""

from collections.abc import Mapping
from typing import Any

from ..context import Context

SERVICE = "jupytertrain"
OPERATIONS = ("GetTrainingJobCost",)

Input = Mapping[str, Any]


async def get_training_job_cost(context: Context, input: Input) -> Input:
    """Return what one instance of a job holds, how long, and what that costs if it costs."""
    record = context.manager.jobs.find(input["TrainingJobName"])
    cost, machine = context.manager.cost(record), context.manager.capacity()
    told = {
        "Cpus": cost.cpus,
        "MemoryInBytes": cost.memory,
        "Gpus": cost.gpus,
        "MachineCpus": machine.cpus,
        "MachineMemoryInBytes": machine.memory,
        "MachineGpus": machine.gpus,
        "InstanceSeconds": cost.seconds,
        "PricePerHour": cost.price,
        "Cost": cost.total,
        "Currency": None if cost.price is None else context.manager.currency,
    }
    return {name: value for name, value in told.items() if value is not None}
