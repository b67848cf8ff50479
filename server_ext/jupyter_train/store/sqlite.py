"""A SQLite file used directly: one writing connection, query-only readers beside it."""

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy.exc import OperationalError

from .migrate import NewerSchemaError

_CHECKPOINT = 4000
"""Pages of log between checkpoints, each of which waits for the disk; SQLite takes 1,000."""


class Database:
    """One file.  Its schema has a number (user_version); a newer one is refused."""

    def __init__(self, path: Path, schema: str, version: int, synchronous: str) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._idle: list[sqlite3.Connection] = []
        self._lock_of_idle = threading.Lock()
        self._closed = False
        make_private(path)
        with full_disk_is_an_os_error(), ExitStack() as undo:
            self._writer = self._connect(
                "journal_mode=WAL",
                f"synchronous={synchronous}",
                f"wal_autocheckpoint={_CHECKPOINT}",
            )
            undo.callback(self._writer.close)
            self._prepare(schema, version)
            undo.pop_all()

    def _connect(self, *pragmas: str) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for pragma in ("busy_timeout=5000", *pragmas):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _prepare(self, schema: str, version: int) -> None:
        (found,) = self._writer.execute("PRAGMA user_version").fetchone()
        if found > version:
            raise NewerSchemaError(
                f"{self._path} has schema {found} and this version knows up to {version}; "
                "upgrade jupyter-train"
            )
        if found < version:
            self._writer.executescript(f"BEGIN;{schema};PRAGMA user_version={version};COMMIT")

    def sync(self) -> None:
        """Make every commit so far survive a loss of power: one that is synced syncs all before."""
        with self._lock, full_disk_is_an_os_error():
            (mode,) = self._writer.execute("PRAGMA synchronous").fetchone()
            (version,) = self._writer.execute("PRAGMA user_version").fetchone()
            self._writer.execute("PRAGMA synchronous=FULL")
            try:
                self._writer.execute(f"PRAGMA user_version={version}")
            finally:
                self._writer.execute(f"PRAGMA synchronous={mode}")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the writing connection in a transaction that an exception undoes."""
        with self._lock, full_disk_is_an_os_error():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            finally:
                # SQLite has already rolled back after some errors, a full disk among them.
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that sees one state of the file throughout."""
        with self._lock_of_idle:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect("query_only=ON")
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.execute("ROLLBACK")
            self._put_back(connection)

    def _put_back(self, connection: sqlite3.Connection) -> None:
        with self._lock_of_idle:
            if not self._closed and len(self._idle) < 8:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock_of_idle:
            self._closed = True
            for connection in self._idle:
                connection.close()
            self._idle.clear()
        self._writer.close()


def make_private(path: Path) -> None:
    """Make a database file its owner's alone; SQLite gives the files beside it the same mode."""
    path.touch(mode=0o600)
    path.chmod(0o600)


@contextmanager
def full_disk_is_an_os_error() -> Iterator[None]:
    """Turn what SQLite says about a full disk into what the system says about it."""
    try:
        yield
    except (sqlite3.OperationalError, OperationalError) as error:
        cause = _disk_error(error)
        if cause is None:
            raise
        raise OSError(errno.ENOSPC, f"the database could not be written: {cause}") from error


def _disk_error(error: BaseException | None) -> BaseException | None:
    # SQLite undoes the whole transaction on a full disk; what is raised then may be that a
    # savepoint is gone, and the disk's error is its context.
    while error is not None:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            return error
        error = getattr(error, "orig", None) or error.__context__
    return None
