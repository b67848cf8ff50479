"""A request's body as it comes in: in memory while it is small, then in a file."""

import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from ..api.message import MEMORY_LIMIT


class Body:
    """Takes the parts of one body."""

    def __init__(self, folder: Path, limit: int = MEMORY_LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self._parts = bytearray()
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self.broken: OSError | None = None

    def write(self, part: bytes) -> None:
        """Keep the next part; after an error (`broken`) what comes is passed over."""
        if self.broken is not None:
            return
        try:
            self._keep(part)
        except OSError as error:
            self.broken = error
            self.close()

    def _keep(self, part: bytes) -> None:
        if self._file is None and len(self._parts) + len(part) > self._limit:
            descriptor, name = tempfile.mkstemp(dir=self._folder, prefix="body-")
            # Without a buffer: what does not fit is known at once, not when the file is closed.
            self._path, self._file = Path(name), os.fdopen(descriptor, "wb", buffering=0)
            part, self._parts = bytes(self._parts) + part, bytearray()
        if self._file is None:
            self._parts += part
            return
        left = memoryview(part)
        while left:
            left = left[self._file.write(left) :]

    @property
    def in_memory(self) -> bytes:
        """The body, b"" if it went to a file."""
        return bytes(self._parts)

    def finish(self) -> Path | None:
        """Return the file that holds the body, if one does."""
        if self._file is not None:
            self._file.close()
        return self._path

    def close(self) -> None:
        """Forget the body; its file may have been moved away."""
        self.finish()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
