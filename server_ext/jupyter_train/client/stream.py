"""Read the manager's stream: subscribe, then iterate."""

import json
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from .connection import Connection
from .websocket import WebSocket

_HEAD = struct.Struct("<IIIId")


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """One block of points of one series: append them, or (`replaces`) begin anew with them.

    `next` is the number to give as `after` of this series to go on behind them.
    """

    subscription: int
    series: int
    replaces: bool
    next: int
    steps: "array[float]"
    times: "array[float]"
    values: "array[float]"


Message = dict[str, Any] | Points


class StreamReader:
    """The messages of one stream, in order; TimeoutError when none comes in `timeout` s."""

    def __init__(self, connection: Connection, *, timeout: float | None = None) -> None:
        url = f"{connection.url}/stream"
        self._socket = WebSocket(url, connection.token)
        self._timeout = timeout
        self._last = 0

    def subscribe(self, topic: str, **members: Any) -> int:
        """Ask for a topic (`jobs`, `job`, `series`, `log`); returns the subscription's number."""
        self._last += 1
        message = {"op": "subscribe", "id": self._last, "topic": topic, **members}
        self._socket.send(json.dumps(message))
        return self._last

    def unsubscribe(self, number: int) -> None:
        """End one subscription."""
        self._socket.send(json.dumps({"op": "unsubscribe", "id": number}))

    def rate(self, interval_ms: int) -> None:
        """Ask for at most one round of news in this time."""
        self._socket.send(json.dumps({"op": "rate", "interval_ms": interval_ms}))

    def send(self, text: str) -> None:
        """Send a message as it is."""
        self._socket.send(text)

    def __iter__(self) -> Iterator[Message]:
        while True:
            yield from self.receive(self._timeout)

    def receive(self, timeout: float | None = None) -> list[Message]:
        """Return the next messages; ConnectionError when the manager went."""
        data = self._socket.receive(timeout)
        return [*read_points(data)] if isinstance(data, bytes) else [json.loads(data)]

    def hang_up(self) -> None:
        """End the stream under a thread that waits for messages."""
        self._socket.hang_up()

    def close(self) -> None:
        """Close the stream."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.close()


def read_points(data: bytes) -> Iterator[Points]:
    """Take a binary frame apart."""
    at = 0
    while at < len(data):
        subscription, series, kind, count, after = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        columns = array("d")
        columns.frombytes(data[at : at + 24 * count])
        at += 24 * count
        yield Points(
            subscription=subscription,
            series=series,
            replaces=kind == 1,
            next=int(after),
            steps=columns[:count],
            times=columns[count : 2 * count],
            values=columns[2 * count :],
        )
