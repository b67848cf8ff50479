"""The manager's life: take the folder, open what is in it, serve, let go in reverse order."""

import asyncio
import errno
import logging
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from ..api.context import About
from ..api.identity import Keys as Signing
from ..api.message import OBJECT_LIMIT
from ..api.router import Router
from ..contract.manager_file import RUNTIME_FILE, ManagerFacts, print_facts
from ..contract.version import program_version
from ..engine.manager import Manager
from .app import Station, make_app
from .build import open_manager
from .config import ConfigError, read_config
from .keys import Keys, load_keys, with_port, write_private
from .link import Links
from .lock import HomeLock
from .manager_log import open_log
from .shell import Shells
from .subscriptions import Sources

_ADDRESS = "127.0.0.1"
_IDLE_CONNECTION = 3600.0
_WARM_UP = 1.0

log = logging.getLogger(__name__)


class PortTakenError(Exception):
    """The port that was asked for belongs to another program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says."""

    home: Path
    port: int | None = None
    foreground: bool = False


def run(options: Options, serving: Callable[[], None]) -> None:
    """Serve a state folder until SIGTERM or SIGINT; calls `serving` once it does."""
    prepare_home(options.home)
    lock = HomeLock(options.home)
    try:
        keys = load_keys(options.home)
        open_log(options.home, keys.secrets, foreground=options.foreground)
        asyncio.run(_serve(options, keys, serving))
    finally:
        lock.release()


def prepare_home(home: Path) -> None:
    """Make the state folder, private to its owner."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = home.stat()
    if found.st_uid != os.getuid():
        raise ConfigError(f"{home} belongs to uid {found.st_uid}; it must belong to you")
    if found.st_mode & 0o077:
        home.chmod(0o700)


async def _serve(options: Options, keys: Keys, serving: Callable[[], None]) -> None:
    began = time.monotonic()
    stopping = _until_signalled()
    config = read_config(options.home)
    sockets, keys = _bind(options.home, keys, options.port or config.port)
    manager = open_manager(keys.manager_id, config.settings)
    facts = _facts(options.home, keys, manager.region)
    station = _station(manager, keys, facts)
    links = Links(station, manager.region)
    await manager.start(links)
    server = HTTPServer(
        make_app(station),
        max_body_size=OBJECT_LIMIT,
        idle_connection_timeout=_IDLE_CONNECTION,
    )
    server.add_sockets(sockets)
    try:
        with _runtime_file(facts):
            log.info("serving at %s after %.2f s", facts.url, time.monotonic() - began)
            serving()
            # Not at once: who has just started the manager has a question of their own.
            loop = asyncio.get_running_loop()
            loop.call_later(_WARM_UP, loop.run_in_executor, None, station.router.warm_up)
            await stopping.wait()
    finally:
        server.stop()
        await station.shells.close()
        await server.close_all_connections()
        await links.close_all()
        await manager.close()
        log.info("stopped; jobs run on")


def _until_signalled() -> asyncio.Event:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


def _bind(home: Path, keys: Keys, wanted: int | None) -> tuple[list[socket.socket], Keys]:
    """Bind the port that was asked for, else the one of last time, else any."""
    try:
        sockets = bind_sockets(wanted or keys.port, _ADDRESS, family=socket.AF_INET)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        if wanted:
            raise PortTakenError(
                f"port {wanted} is another program's; --port 0 takes the last one or a free one"
            ) from error
        log.warning("port %d is another program's now: taking a new one", keys.port)
        sockets = bind_sockets(0, _ADDRESS, family=socket.AF_INET)
    return sockets, with_port(home, keys, sockets[0].getsockname()[1])


def _facts(home: Path, keys: Keys, region: str) -> ManagerFacts:
    return ManagerFacts(
        pid=os.getpid(),
        url=f"http://{_ADDRESS}:{keys.port}",
        version=program_version(),
        token=keys.token,
        access_key=keys.access_key,
        secret_key=keys.secret_key,
        region=region,
        home=str(home),
        started=time.time(),
    )


def _station(manager: Manager, keys: Keys, facts: ManagerFacts) -> Station:
    about = About(
        version=facts.version,
        pid=facts.pid,
        url=facts.url,
        home=facts.home,
        started=facts.started,
    )
    signing = Signing(access_key=keys.access_key, secret_key=keys.secret_key, token=keys.token)
    return Station(
        router=Router(manager, signing, about),
        feed=manager.feed,
        sources=Sources(
            jobs=manager.jobs,
            logs=manager.logs,
            curves=manager.curves,
            progress=manager.progress,
            region=manager.region,
        ),
        shells=Shells(manager.shell, manager.jobs, manager.feed),
        spool=_empty_spool(Path(facts.home)),
        life={"pid": facts.pid, "home": facts.home, "version": facts.version},
    )


def _empty_spool(home: Path) -> Path:
    """Return the folder for bodies on their way in; what a killed manager left there goes."""
    spool = home / "spool"
    shutil.rmtree(spool, ignore_errors=True)
    spool.mkdir(mode=0o700)
    return spool


@contextmanager
def _runtime_file(facts: ManagerFacts) -> Iterator[None]:
    """Let clients find the manager, as long as it serves."""
    path = Path(facts.home) / RUNTIME_FILE
    write_private(path, print_facts(facts))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
