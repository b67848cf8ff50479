"""A socket before the engine's own: renamed, it is gone, as that of an engine that has stopped."""

import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Door(socketserver.ThreadingUnixStreamServer):
    """Passes bytes on to the engine, both ways, while its own socket is in its place."""

    daemon_threads = True

    def __init__(self, place: Path, engine: str) -> None:
        self.place, self.engine = place, engine
        super().__init__(str(place), Visit)


class Visit(socketserver.BaseRequestHandler):
    """One connection."""

    def handle(self) -> None:
        """Pass on what comes from either side until both have said all."""
        assert isinstance(self.server, Door)
        with socket.socket(socket.AF_UNIX) as far:
            far.connect(self.server.engine)
            others = {self.request: far, far: self.request}
            with suppress(OSError):
                while others and self.server.place.exists():
                    for each in select.select(list(others), [], [], 0.2)[0]:
                        pass_on(each, others)


def pass_on(near: socket.socket, others: dict[socket.socket, socket.socket]) -> None:
    """Pass on one piece; its end is passed on too."""
    if data := near.recv(1 << 16):
        others[near].sendall(data)
    else:
        others.pop(near).shutdown(socket.SHUT_WR)


@contextmanager
def door(place: Path, host: str) -> Iterator[str]:
    """Open a door to the engine at `host`; the address of the door, or of an engine elsewhere."""
    if not host.startswith("unix://"):
        yield host
        return
    with Door(place, host.removeprefix("unix://")) as opened:
        threading.Thread(target=opened.serve_forever, daemon=True).start()
        yield f"unix://{place}"
        opened.shutdown()
