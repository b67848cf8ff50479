"""What attempts left with the engine: containers nobody needs, a network nobody is in."""

import time
from collections.abc import Collection
from typing import Any

from ...contract.names import AttemptKey
from ..base import Leftover
from .ending import epoch
from .engine import Engine
from .network import Network
from .options import HELPER_LABEL, NETWORK
from .settings import ATTEMPTS_LABEL

HELPER_SECONDS = 600.0
CONTAINER, NETWORK_KIND = "container", "network"


class Remains:
    """Lists and removes them."""

    def __init__(self, engine: Engine, network: Network) -> None:
        self._engine = engine
        self._network = network

    def find(self, folder: str, living: Collection[AttemptKey]) -> list[Leftover]:
        """Return what was left of attempts below `folder`."""
        ours = self._list(f"{ATTEMPTS_LABEL}={folder}")
        left = [found for each in ours if (found := _leftover(each)).key not in living]
        helpers = [_leftover(each) for each in self._list(HELPER_LABEL)]
        left += [each for each in helpers if time.time() - each.created > HELPER_SECONDS]
        created = self._network.unused_since()
        if created is not None and not living:
            left.append(Leftover(kind=NETWORK_KIND, name=NETWORK, created=_epoch(created)))
        return left

    def _list(self, label: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self._engine.call(
            "containers", all=True, filters={"label": label}
        )
        return listed

    def remove(self, leftover: Leftover) -> None:
        """Remove one; one that is gone is no error."""
        import docker  # noqa: PLC0415  see engine

        if leftover.kind == NETWORK_KIND:
            self._network.remove()
            return
        try:
            self._engine.call("remove_container", leftover.name, v=True, force=True)
        except docker.errors.APIError as error:
            if error.status_code not in (404, 409):  # 409: it is being removed
                raise


def _leftover(listed: dict[str, Any]) -> Leftover:
    # Names follow an attempt that is renamed, labels do not.
    name = listed["Names"][0].lstrip("/") if listed.get("Names") else listed["Id"]
    return Leftover(
        kind=CONTAINER,
        name=name,
        created=float(listed.get("Created", 0)),
        key=_key(name, listed["Labels"].get("jupyter-train.manager", "")),
    )


def _key(name: str, manager: str) -> AttemptKey | None:
    try:
        return AttemptKey.parse(name.removeprefix(f"jt-{manager}-"))
    except ValueError:
        return None


def _epoch(text: str) -> float:
    try:
        return epoch(text)
    except ValueError:
        return time.time()
