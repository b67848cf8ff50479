"""What attempts use of the machine: rates from counters, shares of GPUs by uuid."""

import asyncio
import time
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from jupyter_train.contract.names import AttemptKey
from jupyter_train.engine.usage import Meter, parse_gpus
from jupyter_train.hosts.base import Completed, HostUnreachableError
from jupyter_train.runtimes.base import Usage

SMI = "GPU-1, 50, 1000, 4000\nGPU-2, 25, 4000, 4000\nGPU-3, [N/A], 0, 4000\n"
KEY = AttemptKey(job_id="j", attempt=1)


class World:
    """A host with GPUs, a runtime that counts, and a writer that keeps what it is given."""

    def __init__(self) -> None:
        self.host = self.runtime = self.writer = self.feed = self
        self.counts, self.batches, self.told = [], [], []
        self.asked = 0
        self.full = False

    async def run(self, argv, timeout):
        self.asked += 1
        return Completed(returncode=0, stdout=SMI.encode(), stderr=b"")

    async def usage(self, host, keys):
        used = self.counts.pop(0) if self.counts else HostUnreachableError("away")
        if isinstance(used, Exception):
            raise used
        return dict.fromkeys(keys, used)

    async def write(self, batch):
        if self.full:
            raise OSError("No space left on device")
        self.batches.append(batch)

    def notify(self, topic):
        self.told.append(topic)

    def clock(self):
        return 1000.0

    @asynccontextmanager
    async def metered(self, gpus=()):
        """Sample one attempt until the counts are used up."""
        meter = Meter(self, 16 << 30, self, every=0.001)
        record = SimpleNamespace(id="j", training_started=990.0, gpus=gpus)
        meter.add(record, KEY, self)
        deadline = time.monotonic() + 5
        while self.counts and time.monotonic() < deadline:  # noqa: ASYNC110 - the looks are counted
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        meter.drop(KEY)
        yield
        await meter.close()

    def play(self, *counts, gpus=()):
        """Return the values of each look, by name."""

        async def scene():
            self.counts = list(counts)
            async with self.metered(gpus):
                pass

        asyncio.run(scene())
        return [
            {name.removeprefix("system/"): each.values[0] for name, each in batch.samples.items()}
            for batch in self.batches
        ]


def used(at, cpu=0.0, memory=0, limit=0, **counters):
    return Usage(time=at, cpu_seconds=cpu, memory=memory, memory_limit=limit, **counters)


def test_rates_are_what_counters_grow_by_in_a_second():
    first, second = World().play(used(1, 1), used(3, 4, disk_read=10, network_out=8))
    assert "CPUUtilization" not in first
    assert (second["CPUUtilization"], second["DiskRead"], second["NetworkOut"]) == (150, 5, 4)


def test_memory_is_a_share_of_the_limit_or_of_the_machine():
    limited, free = World().play(used(1, memory=1 << 30, limit=2 << 30), used(2, memory=4 << 30))
    assert (limited["MemoryUtilization"], limited["MemoryUsed"]) == (50, 1 << 30)
    assert free["MemoryUtilization"] == 25


def test_a_counter_that_went_back_is_no_negative_rate():
    assert World().play(used(1, 9), used(2, 1))[1]["CPUUtilization"] == 0


def test_a_look_that_fails_is_not_the_last_one():
    looks = World().play(used(1, 1), HostUnreachableError("away"), OSError("shut"), used(4, 4))
    assert looks[1]["CPUUtilization"] == 100


def test_a_full_disk_costs_samples_and_nothing_else():
    world = World()
    world.full = True
    assert world.play(used(1), used(2)) == []
    assert world.told == []


def test_gpus_are_asked_for_only_where_some_are_lent_and_told_of_those_alone():
    world = World()
    world.play(used(1))
    assert world.asked == 0
    found = world.play(used(1), gpus=("GPU-1", "GPU-2"))[-1]
    assert (found["GPUUtilization"], found["GPUMemoryUtilization"]) == (75, 125)


def test_samples_stand_at_the_second_of_the_training():
    world = World()
    world.play(used(1))
    batch = world.batches[0]
    assert (batch.source, batch.offset) == ("usage", 1_000_000)
    assert [int(each.steps[0]) for each in batch.samples.values()] == [10, 10]


@pytest.mark.parametrize("text", ["", "No devices were found\n", "GPU-1, 1, 2\n"])
def test_an_answer_without_gpus_tells_of_none(text):
    assert parse_gpus(text) == {}


def test_what_a_gpu_does_not_tell_is_nothing():
    assert parse_gpus(SMI)["GPU-3"] == (0, 0)
