"""A request and its answer without transport: what a web server hands to the router, and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

MEMORY_LIMIT = 16 * 1024 * 1024
"""Bodies up to this many bytes travel in memory; the web server spools a longer one to a file."""

JOB_LIMIT = 1024 * 1024
"""The same for what comes from a running job, of which there may be many."""

OBJECT_LIMIT = 5 * 1024 * 1024 * 1024
"""The largest object one PUT may bring: S3's own limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request.

    `path` and `query` are as they came, still percent-encoded; header names are in lower case.
    The body is in `body`, or in the file `spooled`, which stays its sender's: it deletes the file
    once the answer is there (the router may have moved it away by then).  `broken` says why the
    body could not be kept; who may call is told that, and nothing else is done.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    spooled: Path | None = None
    broken: OSError | None = None

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The query's names and values, decoded; AWS knows no `+` for a space."""
        pairs = (pair.partition("=") for pair in self.query.split("&") if pair)
        return [(unquote(name), unquote(value)) for name, _, value in pairs]

    def parameter(self, name: str) -> str:
        """Return one value of the query, "" if it is not there."""
        return next((value for each, value in self.parameters if each == name), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSlice:
    """The part of a file that is to be sent."""

    path: Path
    start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP answer.

    The body is `body`, or `slice` of a file.  A `Content-Length` among the headers is to be sent as
    it stands: the answer to HEAD names the length of a body that does not follow.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    slice: FileSlice | None = None
