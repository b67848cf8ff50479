"""A notebook's way to its manager, started when needed, found again when it went."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..client.connection import Connection, ManagerGoneError
from ..client.find import connect


class Session:
    """One state folder as a notebook sees it; stands where the SDK takes a `sagemaker_session`."""

    def __init__(self, home: Path | str | None = None) -> None:
        self.home = home
        self._connection: Connection | None = None

    def connect(self) -> Connection:
        """Return a connection to a manager that answers now; it is started if need be."""
        self.close()
        self._connection = connect(self.home)
        return self._connection

    def read(
        self, operation: str, request: Mapping[str, Any], service: str = "sagemaker"
    ) -> dict[str, Any]:
        """Do an operation that may be done twice, the second time by a manager started anew."""
        connection = self._connection or self.connect()
        try:
            return connection.call(operation, request, service=service)
        except ManagerGoneError:
            return self.connect().call(operation, request, service=service)

    def close(self) -> None:
        """Close what is open; the session stays usable."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.close()
