"""Beside the job, in its container: the way to the manager, and the times of the log.

`python3 -I -S companion.py [FOLDER]`, in the background, until the container ends.  What connects
to 127.0.0.1:7170 speaks to the manager's socket in the folder's `link`; each second the size of
`log` is noted in `marks` while it grows.  It says nothing, it minds no polite signal, and it needs
no manager: while there is none, callers are told to try again.  Without a `link` only marks are
left.  One file, no imports of the package, and none that takes long.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes as long to import as this program to start
    from typing import Callable, Iterable

FOLDER = "/opt/jupyter-train"
ADDRESS = ("127.0.0.1", 7170)
MARK_SECONDS = 1.0
CHUNK = 1 << 16
MOST_RELAYS = 200
DRAIN_SECONDS = 30.0
READ, WRITE = 1, 2

# XML, and the code in a header: each of AWS's protocols finds in it what its clients try again on.
AWAY_BODY = (
    b"<ErrorResponse><Error><Code>ServiceUnavailable</Code><Message>the manager of this job is away"
    b"; try again</Message></Error></ErrorResponse>"
)
AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/xml\r\nRetry-After: 1\r\n"
    b"x-amzn-errortype: ServiceUnavailable\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(AWAY_BODY), AWAY_BODY)
)


class Way:
    """One direction of a connection: what came from `source` and has not gone to `sink` yet."""

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self.source, self.sink = source, sink
        self.waiting = b""
        self.is_over = False  # nothing more will come
        self.is_shut = False  # and `sink` knows it, or takes nothing more

    def read(self) -> None:
        """Take what came; the end of it, too."""
        with contextlib.suppress(BlockingIOError):
            self.waiting = self.source.recv(CHUNK)
            self.is_over = not self.waiting

    def write(self) -> None:
        """Pass on what waits, then that it was all."""
        try:
            sent = self.sink.send(self.waiting) if self.waiting else 0
            self.waiting = self.waiting[sent:]
            if self.is_over and not self.waiting and not self.is_shut:
                self.is_shut = True
                self.sink.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            pass
        except OSError:
            # It takes nothing more; what it has said is passed on all the same.
            self.waiting, self.is_shut = b"", True


class Relay:
    """One connection of the job, and its own connection to the manager."""

    def __init__(self, client: socket.socket, manager: socket.socket) -> None:
        self.ends = (client, manager)
        self.ways = (Way(client, manager), Way(manager, client))

    def wants(self) -> Iterable[tuple[socket.socket, int]]:
        """Return what each end is waited for."""
        to, back = self.ways
        client, manager = self.ends
        yield client, wanted(to, back)
        yield manager, wanted(back, to)

    def turn(self, end: socket.socket, ready: int) -> bool:
        """Do what one end is ready for; False when the connection is over."""
        try:
            for way in self.ways:
                if ready & READ and way.source is end and not (way.waiting or way.is_over):
                    way.read()
                    way.write()
                elif ready & WRITE and way.sink is end:
                    way.write()
        except OSError:
            return False
        return not all(way.is_shut for way in self.ways)


class Refusal:
    """One connection that came while there is no manager: the answer, then patience.

    Closed at once, with a request unread, the answer would be thrown away on its way.
    """

    def __init__(self, client: socket.socket) -> None:
        self.ends = (client,)
        self.until = time.monotonic() + DRAIN_SECONDS
        self.is_answered = False

    def wants(self) -> Iterable[tuple[socket.socket, int]]:
        """Return what the client is waited for."""
        yield self.ends[0], READ

    def turn(self, end: socket.socket, ready: int) -> bool:  # noqa: ARG002  there is one end
        """Answer the first words, pass over the others; False when the client has left."""
        try:
            said = end.recv(CHUNK)
            if said and not self.is_answered:
                end.send(AWAY)
                end.shutdown(socket.SHUT_WR)
                self.is_answered = True
        except BlockingIOError:
            return True
        except OSError:
            return False
        return bool(said) and time.monotonic() < self.until


class Switchboard:
    """All connections, in one loop."""

    def __init__(self, path: str, address: tuple[str, int]) -> None:
        self.path = path
        self.poll = select.poll()
        self.calls: dict[int, tuple[Relay | Refusal, socket.socket]] = {}
        self.asked: dict[int, int] = {}
        self.listener = listen(address)
        self.listens = False

    def turn(self, seconds: float) -> None:
        """Wait for something to happen, and do what it asks for."""
        self.hear(len(self.calls) < 2 * MOST_RELAYS)
        for number, event in self.poll.poll(seconds * 1000):
            if self.listener is not None and number == self.listener.fileno():
                self.accept()
            elif number in self.calls:
                self.serve(number, event)

    def hear(self, wanted: bool) -> None:
        """Take new connections, or let them wait."""
        if self.listener is None or wanted == self.listens:
            return
        if wanted:
            self.poll.register(self.listener, select.POLLIN)
        else:
            self.poll.unregister(self.listener)
        self.listens = wanted

    def accept(self) -> None:
        """Take one new connection."""
        assert self.listener is not None
        try:
            client = self.listener.accept()[0]
        except OSError:  # it has left again, or there are no descriptors
            return
        client.setblocking(False)
        manager = connect(self.path)
        call = Refusal(client) if manager is None else Relay(client, manager)
        for end in call.ends:
            self.calls[end.fileno()] = (call, end)
        self.ask(call)

    def serve(self, number: int, event: int) -> None:
        """Do what one end of a connection is ready for."""
        call, end = self.calls[number]
        ready = READ * bool(event & select.POLLIN) | WRITE * bool(event & select.POLLOUT)
        if event & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
            ready = READ | WRITE  # the call itself says what is wrong
        if call.turn(end, ready):
            self.ask(call)
        else:
            self.drop(call)

    def ask(self, call: Relay | Refusal) -> None:
        """Tell the kernel what this connection is waited for now."""
        for end, wanted in call.wants():
            number = end.fileno()
            if wanted == self.asked.get(number, 0):
                continue
            if wanted:
                mask = select.POLLIN * bool(wanted & READ) | select.POLLOUT * bool(wanted & WRITE)
                self.poll.register(number, mask)
            else:
                # Not with an empty mask: a hang-up would be reported again and again.
                self.poll.unregister(number)
            self.asked[number] = wanted

    def drop(self, call: Relay | Refusal) -> None:
        """Close both ends."""
        for end in call.ends:
            number = end.fileno()
            del self.calls[number]
            if self.asked.pop(number, 0):
                self.poll.unregister(number)
            end.close()


class Marks:
    """Notes how long the log is, while it grows."""

    def __init__(self, folder: str) -> None:
        self.log = os.path.join(folder, "log")
        self.marks = os.path.join(folder, "marks")
        self.size = 0

    def note(self) -> None:
        """Add a line if there is more than last time."""
        # On a full disk the job matters, its marks do not.
        with contextlib.suppress(OSError):
            size = os.stat(self.log).st_size
            if size != self.size:
                self.size = size
                with open(self.marks, "ab", 0) as file:
                    file.write(b"%.3f %d\n" % (time.time(), size))


def wanted(outgoing: Way, incoming: Way) -> int:
    """Return what an end is waited for: `outgoing` comes from it, `incoming` goes to it."""
    reads = not (outgoing.waiting or outgoing.is_over)
    return READ * reads | WRITE * bool(incoming.waiting)


def listen(address: tuple[str, int]) -> socket.socket | None:
    """Listen where the job looks for the manager; None where that cannot be."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
        listener.setblocking(False)
    except OSError:
        listener.close()
        return None
    return listener


def connect(path: str) -> socket.socket | None:
    """Return a connection to the manager, None while there is none."""
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        manager.setblocking(False)
        manager.connect(path)
    except OSError:
        manager.close()
        return None
    return manager


def be_quiet() -> None:
    """Mind no polite signal, and have nothing of the job's output in hand."""
    for polite in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(polite, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)


def work(folder: str, address: tuple[str, int] = ADDRESS) -> None:
    """Relay and mark until the container ends."""
    marks = Marks(folder)
    link = os.path.join(folder, "link")
    turn: Callable[[float], None] = time.sleep
    if os.path.isdir(link):
        turn = Switchboard(os.path.join(link, "manager.sock"), address).turn
    due = time.monotonic()
    while True:
        now = time.monotonic()
        if now >= due:
            marks.note()
            due = now + MARK_SECONDS
        # A failing call, for instance for want of memory, must not become a busy loop or the end.
        try:
            turn(due - now if due > now else 0)
        except OSError:
            time.sleep(MARK_SECONDS)


if __name__ == "__main__":
    be_quiet()
    work(sys.argv[1] if len(sys.argv) > 1 else FOLDER)
