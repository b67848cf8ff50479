"""The keys and the port of a state folder: made once, the same after every restart."""

import json
import os
import secrets
import uuid
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

KEYS_FILE = "keys.json"

# AWS's own look: an access key of 20 capitals and digits, a secret of 40 characters.
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What clients sign with or show; `port` is 0 until the first one was bound."""

    access_key: str
    secret_key: str
    token: str
    manager_id: str
    port: int = 0

    def __repr__(self) -> str:
        return f"Keys(manager_id={self.manager_id!r}, port={self.port})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may show."""
        return self.secret_key, self.token


class KeysError(Exception):
    """The keys file cannot be used."""


def load_keys(home: Path) -> Keys:
    """Return the keys of a state folder, made now if it is new."""
    path = home / KEYS_FILE
    if not path.exists():
        keys = _new_keys()
        save_keys(home, keys)
        return keys
    os.chmod(path, 0o600)  # noqa: PTH101 - it holds secrets, whatever was done to it meanwhile
    try:
        data = json.loads(path.read_text("utf-8"))
        return Keys(**{each.name: data[each.name] for each in fields(Keys)})
    except (ValueError, TypeError, KeyError) as error:
        raise KeysError(
            f"{path} holds no keys ({error!r}); move it away, and new ones are made"
        ) from error


def save_keys(home: Path, keys: Keys) -> None:
    """Keep keys: all of them, or those that were there before."""
    write_private(home / KEYS_FILE, json.dumps(asdict(keys), indent=2) + "\n")


def with_port(home: Path, keys: Keys, port: int) -> Keys:
    """Return the keys with the port that was bound, kept if it is a new one."""
    if port == keys.port:
        return keys
    changed = replace(keys, port=port)
    save_keys(home, changed)
    return changed


def write_private(path: Path, text: str) -> None:
    """Write a 0600 file atomically."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _new_keys() -> Keys:
    return Keys(
        access_key="AKJT" + "".join(secrets.choice(_CAPITALS) for _ in range(16)),
        secret_key=secrets.token_urlsafe(30),
        token=secrets.token_urlsafe(32),
        manager_id=uuid.uuid4().hex[:12],
    )
