"""Puts the engine's rooms together."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ..hosts.base import Host, HostFacts
from ..runtimes.base import Runtime
from .book import Book
from .collect import Sinks
from .command import Surroundings
from .commits import BatchWriter
from .feed import Feed
from .placement import Ledger
from .publish import Publisher
from .queue import Queue
from .reserve import Reserve
from .settings import Settings
from .shop import Shop
from .staging import Stager
from .stores import Stores
from .toolkit import install_toolkit
from .tower import Tower


def wire(
    around: Surroundings,
    settings: Settings,
    stores: Stores,
    sinks: Sinks,
    place: tuple[Host, Runtime, HostFacts],
) -> Shop:
    """Return everything a job's life needs."""
    host, runtime, facts = place
    stager = Stager(stores.objects, settings.home, settings.data_roots)
    return Shop(
        settings=settings,
        host=host,
        facts=facts,
        runtime=runtime,
        queue=Queue(Ledger(facts)),
        stager=stager,
        publisher=Publisher(stager),
        sinks=sinks,
        logs=stores.logs,
        tower=Tower(host, runtime, settings.observe_every),
        book=Book(stores.writer, sinks.feed, sinks.clock),
        around=around,
        reserve=Reserve(settings.home / "reserve"),
    )


def surroundings(manager_id: str, settings: Settings) -> Surroundings:
    """Return what all attempts of this manager share."""
    return Surroundings(
        manager_id=manager_id,
        region=settings.region,
        toolkit=install_toolkit(settings.home),
        envs=settings.home / "envs",
        inherited=dict(os.environ),
    )


def sinks_for(stores: Stores, feed: Feed, clock: Callable[[], float]) -> Sinks:
    """Return where collectors put what they read."""
    return Sinks(
        curves=stores.curves,
        writer=BatchWriter(stores.curves),
        log_thread=ThreadPoolExecutor(1, thread_name_prefix="logs"),
        feed=feed,
        clock=clock,
    )


def chosen(facts: HostFacts, settings: Settings) -> HostFacts:
    """Return what the host has, as far as the administrator lends it."""
    gpus = settings.gpus
    return replace(
        facts,
        cpus=facts.cpus if settings.cpus is None else settings.cpus,
        memory=facts.memory if settings.memory is None else settings.memory,
        gpus=tuple(each for each in facts.gpus if gpus is None or each.uuid in gpus),
    )
