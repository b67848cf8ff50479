"""Puts the engine's rooms together."""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from ..hosts.base import Host, HostFacts
from ..runtimes.base import Runtime
from .artifacts import Artifacts
from .belongings import Belongings
from .book import Book
from .collect import Sinks
from .command import Surroundings
from .commits import BatchWriter
from .feed import Feed
from .idle import Idles
from .lanes import Lanes
from .placement import Ledger
from .places import Places
from .pool import Pool
from .progress import Progress
from .publish import Publisher
from .queue import Queue
from .reserve import Reserve
from .settings import Settings
from .shop import Shop
from .staging import Stager
from .stores import Stores
from .toolkit import install_toolkit
from .usage import Meter


def wire(
    around: Surroundings,
    settings: Settings,
    stores: Stores,
    sinks: Sinks,
    place: tuple[Host, Mapping[str, Runtime], HostFacts],
) -> Shop:
    """Return everything a job's life needs."""
    host, runtimes, facts = place
    places = Places(stores.objects, settings.data_roots, _private(settings))
    lanes, queue = Lanes(host, runtimes, settings), Queue(Ledger(facts))
    stager = Stager(stores.objects, places)
    book = Book(stores.writer, sinks.feed, sinks.clock)
    return Shop(
        settings=settings,
        host=host,
        facts=facts,
        lanes=lanes,
        queue=queue,
        pool=Pool(Idles(settings, around, lanes, stager), queue, book, stores.jobs),
        stager=stager,
        publisher=Publisher(places),
        belongings=Belongings(host, settings.attempts),
        artifacts=Artifacts(host, stores.objects, places),
        sinks=sinks,
        logs=stores.logs,
        book=book,
        around=around,
        reserve=Reserve(settings.home / "reserve"),
        meter=Meter(host, facts.memory, sinks, settings.measure_every),
    )


def surroundings(manager_id: str, settings: Settings, facts: HostFacts) -> Surroundings:
    """Return what all attempts of this manager share."""
    return Surroundings(
        manager_id=manager_id,
        region=settings.region,
        toolkit=install_toolkit(settings.home),
        envs=settings.home / "envs",
        inherited=dict(os.environ),
        user=f"{os.getuid()}:{os.getgid()}",
        memory=facts.memory,
        containers=settings.containers,
    )


def _private(settings: Settings) -> tuple[Path, ...]:
    """Return what no job may name: who speaks to the engine may do anything on this machine."""
    engine = settings.containers.host or os.environ.get("DOCKER_HOST", "")
    socket = engine.removeprefix("unix://")
    return (settings.home, Path(socket)) if socket != engine else (settings.home,)


def sinks_for(
    stores: Stores, feed: Feed, progress: dict[str, Progress], clock: Callable[[], float]
) -> Sinks:
    """Return where collectors put what they read."""
    return Sinks(
        curves=stores.curves,
        writer=BatchWriter(stores.curves),
        log_thread=ThreadPoolExecutor(1, thread_name_prefix="logs"),
        feed=feed,
        progress=progress,
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
