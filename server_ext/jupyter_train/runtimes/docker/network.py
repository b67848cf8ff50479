"""The one network that containers share: they reach what this machine reaches, not each other."""

import threading
from contextlib import suppress

from .engine import Engine
from .options import NETWORK

_OPTIONS = {"com.docker.network.bridge.enable_icc": "false"}
_LABELS = {"jupyter-train.network": "1"}


class Network:
    """Made when it is first needed, and again if somebody has removed it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._there = False

    def ensure(self) -> None:
        """Make the network unless it is there."""
        with self._lock:
            if not self._there:
                self._make()
                self._there = True

    def forget(self) -> None:
        """Look again at the next start."""
        self._there = False

    def remove(self) -> bool:
        """Remove the network unless containers use it; tells whether it is gone."""
        import docker  # noqa: PLC0415  see engine

        with self._lock:
            try:
                self._engine.call("remove_network", NETWORK)
            except docker.errors.NotFound:
                pass
            except docker.errors.APIError:
                return False
            self._there = False
            return True

    def unused_since(self) -> str | None:
        """Return when the network was made if no container is in it."""
        for found in self._engine.call("networks", names=[NETWORK]):
            if found["Name"] == NETWORK:
                full = self._engine.call("inspect_network", found["Id"])
                return None if full.get("Containers") else str(full.get("Created", ""))
        return None

    def _make(self) -> None:
        import docker  # noqa: PLC0415  see engine

        if self._one():
            return
        try:
            self._engine.call(
                "create_network",
                NETWORK,
                driver="bridge",
                options=_OPTIONS,
                labels=_LABELS,
                check_duplicate=True,
            )
        except docker.errors.APIError as error:
            if error.status_code != 409:  # another manager was quicker
                raise
        self._one()

    def _one(self) -> bool:
        """Whether it is there; of several the oldest stays.

        The engine lets two managers that ask at the same moment make two of one name, and then
        starts no container in either.
        """
        import docker  # noqa: PLC0415  see engine

        found = self._engine.call("networks", names=[NETWORK])
        ours = [each for each in found if each["Name"] == NETWORK]
        for extra in sorted(ours, key=lambda each: (each["Created"], each["Id"]))[1:]:
            with suppress(docker.errors.APIError):  # gone already, or in use
                self._engine.call("remove_network", extra["Id"])
        return bool(ours)
