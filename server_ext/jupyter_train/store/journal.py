"""The journal: facts in one order, in the database file that also holds the jobs."""

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, insert, select
from sqlalchemy.pool import StaticPool

from ..contract.events import Fact, Kind
from . import migrate
from .sqlite import full_disk_is_an_os_error, make_private
from .tables import FACT

_log = logging.getLogger(__name__)

_SAFE_SQLITE = (3, 51, 3)
_WRITER = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")
_READER = ("query_only=ON", "busy_timeout=5000")


class Journal:
    """One database: one writing connection, readers beside it, and the facts."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self.clock = clock
        warn_of_old_sqlite(sqlite3.sqlite_version_info)
        # One connection for the life of the store: SQLite before 3.51.3 can corrupt the file
        # when two connections write and checkpoint at once.
        self._writer = _engine(path, _WRITER, poolclass=StaticPool)
        make_private(path)
        with full_disk_is_an_os_error():
            _prepare(self._writer, path)
        self._readers = _engine(path, _READER, pool_size=8, max_overflow=32)
        self._lock = threading.RLock()
        self._open: Connection | None = None
        self._owner: int | None = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield the writing connection in a transaction, or in a savepoint of the open one."""
        with self._lock, full_disk_is_an_os_error():
            if self._open is not None:
                with self._open.begin_nested():
                    yield self._open
                return
            with self._writer.begin() as connection:
                self._open, self._owner = connection, threading.get_ident()
                try:
                    yield connection
                finally:
                    self._open = self._owner = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection to read with: the writing one inside this thread's transaction."""
        if self._owner == threading.get_ident() and self._open is not None:
            yield self._open
            return
        with self._readers.connect() as connection:
            yield connection

    def append(
        self, job: tuple[str, str], kind: Kind, data: Mapping[str, Any], time: float
    ) -> Fact:
        """Write one fact about the job (id, name)."""
        job_id, job_name = job
        row = {"time": time, "job_id": job_id, "job_name": job_name, "kind": kind, "data": data}
        with self.writing() as connection:
            key = connection.execute(insert(FACT).values(row)).inserted_primary_key
        assert key is not None
        return Fact(seq=key[0], time=time, job_id=job_id, job_name=job_name, kind=kind, data=data)

    def after(self, seq: int, job_id: str | None, limit: int) -> list[Fact]:
        """Return facts numbered above `seq`."""
        wanted = select(FACT).where(FACT.c.seq > seq).order_by(FACT.c.seq).limit(limit)
        if job_id is not None:
            wanted = wanted.where(FACT.c.job_id == job_id)
        with self.reading() as connection:
            rows = connection.execute(wanted).mappings().all()
        return [Fact(**{**row, "kind": Kind(row["kind"])}) for row in rows]

    def last_seq(self) -> int:
        """Return the number of the newest fact."""
        with self.reading() as connection:
            return connection.execute(select(func.max(FACT.c.seq))).scalar() or 0

    def close(self) -> None:
        """Let go of the file."""
        self._readers.dispose()
        self._writer.dispose()


def warn_of_old_sqlite(version: tuple[int, ...]) -> None:
    """Say in the log that this SQLite has the WAL-reset race; one writing connection avoids it."""
    if version < _SAFE_SQLITE:
        _log.warning(
            "SQLite %s can corrupt a WAL database written by two connections at once (fixed in "
            "3.51.3); jupyter-train writes with one, other programs should only read the file",
            ".".join(map(str, version)),
        )


def _prepare(engine: Engine, path: Path) -> None:
    """Bring the schema up to date."""
    with engine.connect() as connection:
        found = migrate.version(connection)
        if not migrate.check(found, path):
            return
        connection.rollback()
        if found is not None:
            connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            migrate.back_up(path, found)
    with engine.begin() as connection:
        migrate.upgrade(connection)


def _engine(path: Path, pragmas: tuple[str, ...], **pool: Any) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        json_serializer=_print_json,
        connect_args={"check_same_thread": False},
        **pool,
    )
    begin = "BEGIN" if pragmas is _READER else "BEGIN IMMEDIATE"

    def set_up(connection: sqlite3.Connection, _: object) -> None:
        # sqlite3 would begin transactions by its own rules, and not before a SELECT or DDL.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _print_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
