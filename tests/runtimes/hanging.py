"""A door before an engine that lets through all but what it is told to hang on."""

import re
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class HangingDoor:
    """Passes bytes on; a request whose first line fits `hangs` is never answered."""

    def __init__(self, path, host, hangs):
        self.host = f"unix://{path}"
        self.hung = 0
        self._engine, self._hangs = urlsplit(host).path, re.compile(hangs)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._open = [self._listener]
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self):
        """Hang up on everybody, first on who has yet to come."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, engine = self._listener.accept()[0], socket.socket(socket.AF_UNIX)
                engine.connect(self._engine)
                self._open += [client, engine]
                for pair in ((client, engine), (engine, client)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source, target):
        with suppress(OSError):
            while data := source.recv(65536):
                if self._hangs.match(data.split(b"\r\n")[0]):
                    self.hung += 1
                else:
                    target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)
