"""Brings the journal's schema up to date: backup first, and never down."""

import shutil
from pathlib import Path

from sqlalchemy import Connection, inspect, text

HEAD = "0002"
"""The newest step in `migrations/versions`; a test holds the two together."""

_STEPS = Path(__file__).parent / "migrations"


class NewerSchemaError(Exception):
    """The file was written by a newer version of this program."""


def version(connection: Connection) -> str | None:
    """Return the number of the last step taken, None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def check(found: str | None, where: object) -> bool:
    """Return whether steps are missing; raise NewerSchemaError if we are the older one."""
    if found is not None and found > HEAD:
        raise NewerSchemaError(
            f"{where} has schema {found} and this version knows up to {HEAD}; "
            "upgrade jupyter-train, or put back the backup beside the file"
        )
    return found != HEAD


def upgrade(connection: Connection) -> None:
    """Take every step that is missing; in a transaction of the caller's."""
    # Imported here: Alembic takes 100 ms to import, and is needed once per release.
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def back_up(path: Path, found: str) -> Path:
    """Copy a database file that nobody has open, as `<name>.<schema>.bak`."""
    copy = path.with_name(f"{path.name}.{found}.bak")
    shutil.copy(path, copy)  # with its mode
    return copy
