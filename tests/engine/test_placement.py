"""What instance types mean here, and whose turn it is."""

import asyncio

import pytest

from jupyter_train.engine.errors import LimitError
from jupyter_train.engine.placement import GIB, Demand, Ledger, demand_of
from jupyter_train.engine.queue import Queue
from jupyter_train.hosts.base import Gpu, HostFacts


def facts(cpus=4, gpus=0):
    cards = tuple(Gpu(uuid=f"GPU-{n}", name="H", memory=GIB) for n in range(gpus))
    return HostFacts(cpus=cpus, memory=16 * GIB, gpus=cards)


@pytest.mark.parametrize(
    ("name", "cpus", "gib", "gpus"),
    [
        ("ml.m5.large", 2, 8, 0),
        ("ml.c5.4xlarge", 16, 32, 0),
        ("ml.r5.xlarge", 4, 32, 0),
        ("ml.t3.medium", 1, 4, 0),
        ("ml.p3.16xlarge", 64, 256, 8),
        ("ml.g5.xlarge", 4, 16, 1),
        ("ml.p4d.24xlarge", 96, 384, 8),
    ],
)
def test_aws_names_mean_their_public_sizes(name, cpus, gib, gpus):
    demand = demand_of(name, {})
    assert (demand.cpus, demand.memory // GIB, demand.gpus) == (cpus, gib, gpus)


def test_the_administrators_table_wins():
    assert demand_of("ml.m5.large", {"ml.m5.large": Demand(cpus=0.5)}).cpus == 0.5


def test_an_unknown_type_is_refused_with_what_there_is():
    with pytest.raises(LimitError, match="local, local_gpu"):
        demand_of("big one", {})


def test_more_cpus_than_there_are_means_all_of_them():
    assert Ledger(facts(cpus=2)).clamp(Demand(cpus=96, memory=900 * GIB)).cpus == 2


def test_gpus_that_are_not_there_are_refused():
    with pytest.raises(LimitError, match="this machine has 0"):
        Ledger(facts()).clamp(Demand(gpus=1))


def test_no_gpu_is_ever_lent_twice():
    ledger = Ledger(facts(gpus=2))
    lent = [ledger.take(name, Demand(gpus=1)) for name in "abc"]
    assert [each.gpus if each else None for each in lent] == [("GPU-0",), ("GPU-1",), None]
    ledger.release("a")
    assert ledger.take("c", Demand(gpus=1)).gpus == ("GPU-0",)


async def run_queue(steps):
    queue = Queue(Ledger(facts(cpus=2)))
    turns = {}
    for verb, name, cpus in steps:
        if verb == "enter":
            turns[name] = queue.enter(name, Demand(cpus=cpus))
        else:
            queue.leave(name)
    return [name for name, turn in turns.items() if turn.done()]


def order(*steps):
    return asyncio.run(run_queue(steps))


def test_a_job_that_fits_has_its_turn_at_once():
    assert order(("enter", "a", 1), ("enter", "b", 1)) == ["a", "b"]


def test_a_small_job_never_overtakes_a_large_one_that_waits():
    assert order(("enter", "a", 1), ("enter", "large", 2), ("enter", "small", 1)) == ["a"]


def test_a_place_given_back_goes_to_the_first_in_line():
    steps = [("enter", "a", 2), ("enter", "b", 2), ("enter", "c", 1), ("leave", "a", 0)]
    assert order(*steps) == ["a", "b"]


def test_one_who_leaves_the_line_lets_the_next_one_go():
    steps = [("enter", "a", 1), ("enter", "b", 2), ("enter", "c", 1), ("leave", "b", 0)]
    assert order(*steps) == ["a", "c"]


def test_one_who_can_never_have_a_turn_holds_up_nobody():
    async def scene():
        queue = Queue(Ledger(facts(cpus=2)))
        with pytest.raises(LimitError, match="GPU"):
            queue.enter("gpus that were there yesterday", Demand(gpus=1))
        return queue.enter("b", Demand(cpus=1)).done()

    assert asyncio.run(scene())
