"""What an administrator may set in `config.toml`; every key is checked, none is guessed."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..engine.placement import Demand
from ..engine.settings import ContainerSettings, Settings
from ..runtimes.docker.options import BRIDGE, NETWORK

CONFIG_FILE = "config.toml"

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)


class ConfigError(Exception):
    """A key of config.toml has a value it cannot have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The manager's options: those of the engine, and the port (None: kept from the last time)."""

    settings: Settings
    port: int | None = None


@dataclass(slots=True)
class _Table:
    """One table of the file; every key that is asked for is known, the rest is refused."""

    path: Path
    name: str
    values: Mapping[str, Any]
    known: set[str] = field(default_factory=set)

    def get(self, key: str, rule: str, read: Callable[[Any], Any]) -> Any:
        """Return a key's value as `read` takes it, None if unset; ValueError refuses."""
        self.known.add(key)
        value = self.values.get(key)
        if value is None:
            return None
        try:
            return read(value)
        except (ValueError, TypeError) as error:
            raise ConfigError(
                f"{self.path}: {self.name}{key} is {value!r}; it must be {rule}"
            ) from error

    def table(self, key: str) -> "_Table":
        """Return a table inside this one, empty if unset."""
        found = self.get(key, "a table", _mapping) or {}
        return _Table(self.path, f"{self.name}{key}.", found)

    def finish(self) -> None:
        """Refuse what nobody asked for."""
        for key in self.values:
            if key not in self.known:
                raise ConfigError(
                    f"{self.path}: there is no key {self.name}{key}; "
                    f"there is: {', '.join(sorted(self.known))}"
                )


def read_config(home: Path) -> Config:
    """Read config.toml; without one, everything is as the host has it."""
    path = home / CONFIG_FILE
    try:
        values = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: no TOML: {error}") from error
    table = _Table(path, "", values)
    port = table.get("port", "a number from 1 to 65535", _whole(1, 65535))
    settings = _settings(home, table)
    table.finish()
    return Config(settings=settings, port=port)


def _settings(home: Path, table: _Table) -> Settings:
    capacity = table.table("capacity")
    found = {
        "region": table.get("region", "a region's name like us-east-1", _region),
        "cpus": capacity.get("cpus", "a number above 0", _positive),
        "memory": capacity.get("memory", "bytes, or a text like '16 GiB'", _size),
        "gpus": capacity.get("gpus", "a list of GPU uuids, [] for none", _texts),
        "data_roots": table.get("data_roots", "a list of absolute folders", _folders),
        "stop_grace": table.get("stop_grace", "seconds from 0 to 3600", _seconds),
        "unreachable_after": table.get("unreachable_after", "seconds from 0 to 3600", _seconds),
        **_instance_types(table.table("instance_types")),
        "currency": table.get("currency", "a currency's code like USD", _currency),
        "containers": _containers(table.table("docker")),
    }
    capacity.finish()
    return Settings(home=home, **{key: value for key, value in found.items() if value is not None})


def _containers(table: _Table) -> ContainerSettings:
    found = {
        "host": table.get("host", "an address like unix:///run/docker.sock", _engine),
        "image_user": table.get("image_user", "a list of role names", _texts),
        "shared_memory": table.get("shared_memory", "bytes, or a text like '1 GiB'", _size),
        "pids": table.get("pids", "a whole number from 16 to 4194304", _whole(16, 1 << 22)),
        "network": table.get("network", "'bridge' or 'jupyter-train'", _network),
    }
    table.finish()
    return ContainerSettings(**{key: value for key, value in found.items() if value is not None})


def _instance_types(types: _Table) -> dict[str, Any]:
    read = {name: _instance_type(types.table(name)) for name in types.values}
    return {
        "instance_types": {name: demand for name, (demand, _) in read.items()},
        "prices": {name: price for name, (_, price) in read.items() if price is not None},
    }


def _instance_type(table: _Table) -> tuple[Demand, float | None]:
    price = table.get("price_per_hour", "a number from 0 on", _price)
    found = {
        "cpus": table.get("cpus", "a number above 0", _positive),
        "memory": table.get("memory", "bytes, or a text like '16 GiB'", _size),
        "gpus": table.get("gpus", "a whole number; -1 for all", _whole(-1, 1024)),
    }
    table.finish()
    return Demand(**{key: value for key, value in found.items() if value is not None}), price


def _network(value: Any) -> str:
    if value not in (BRIDGE, NETWORK):
        raise ValueError
    return str(value)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return read


def _positive(value: Any) -> float:
    if isinstance(value, bool) or not 0 < float(value) < 1e6 or isinstance(value, str):
        raise ValueError
    return float(value)


def _price(value: Any) -> float:
    if isinstance(value, bool | str) or not 0 <= float(value) < 1e9:
        raise ValueError
    return float(value)


def _currency(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value):
        raise ValueError
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, bool | str) or not 0 <= float(value) <= 3600:
        raise ValueError
    return float(value)


def _size(value: Any) -> int:
    match = _SIZE.fullmatch(str(value).strip())
    if match is None or isinstance(value, bool):
        raise ValueError
    return int(float(match[1]) * _UNITS[match[2].upper()])


def _region(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", value):
        raise ValueError
    return value


def _engine(value: Any) -> str:
    # An engine of another machine has none of this one's folders to mount.
    if not isinstance(value, str) or not value.startswith("unix:///"):
        raise ValueError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError
    return tuple(value)


def _folders(value: Any) -> tuple[Path, ...]:
    folders = tuple(Path(each).expanduser() for each in _texts(value))
    if not all(each.is_absolute() for each in folders):
        raise ValueError
    return folders
