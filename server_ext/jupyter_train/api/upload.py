"""The body of an S3 upload: unwrapped from aws-chunked, held against its checksums on the way."""

import base64
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from .errors import ApiError
from .message import Request

_PIECE = 1 << 20
_LONGEST_LINE = 8192
_MOST_TRAILERS = 20
_PREFIX = "x-amz-checksum-"
_SIGNED_CHUNKS = "STREAMING-AWS4-"


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


_HASHES: dict[str, Callable[[], Any]] = {
    "content-md5": lambda: hashlib.md5(usedforsecurity=False),
    f"{_PREFIX}crc32": _Crc32,
    f"{_PREFIX}sha1": lambda: hashlib.sha1(usedforsecurity=False),
    f"{_PREFIX}sha256": hashlib.sha256,
}


def pieces(request: Request) -> Iterator[bytes]:
    """Yield an upload's content; raises ApiError at its end if it is not what was promised."""
    headers = request.headers
    payload = headers.get("x-amz-content-sha256", "")
    if payload.startswith(_SIGNED_CHUNKS):
        raise ApiError(
            f"a body signed chunk by chunk ({payload}) is not read here; sign it as a whole, or "
            "send UNSIGNED-PAYLOAD with a checksum",
            code="NotImplemented",
            status=501,
        )
    hashes = {name: _hash(name) for name in _promised(headers)}
    trailers: dict[str, str] = {}
    with _open(request) as file:
        plain = _is_chunked(headers)
        for part in _unwrapped(file, trailers) if plain else iter(lambda: file.read(_PIECE), b""):
            for each in hashes.values():
                each.update(part)
            yield part
    for name, each in hashes.items():
        _compare(name, {**headers, **trailers}.get(name, ""), each.digest())


def _open(request: Request) -> BinaryIO:
    return io.BytesIO(request.body) if request.spooled is None else request.spooled.open("rb")


def _is_chunked(headers: Mapping[str, str]) -> bool:
    return headers.get("x-amz-content-sha256", "").startswith(
        "STREAMING-"
    ) or "aws-chunked" in headers.get("content-encoding", "")


def _promised(headers: Mapping[str, str]) -> list[str]:
    later = [each.strip().lower() for each in headers.get("x-amz-trailer", "").split(",")]
    named = [name for name in headers if name.startswith(_PREFIX) or name == "content-md5"]
    beside = {f"{_PREFIX}type", f"{_PREFIX}mode", f"{_PREFIX}algorithm"}
    return [name for name in {*named, *later} - beside if name]


def _hash(name: str) -> Any:
    if name not in _HASHES:
        raise ApiError(
            f"{name} cannot be checked here; there is: {', '.join(_HASHES)}",
            code="NotImplemented",
            status=501,
        )
    return _HASHES[name]()


def _compare(name: str, promised: str, digest: bytes) -> None:
    found = base64.b64encode(digest).decode()
    if found != promised:
        raise ApiError(
            f"{name} of the body is {found} and {promised!r} was promised", code="BadDigest"
        )


def _unwrapped(file: BinaryIO, trailers: dict[str, str]) -> Iterator[bytes]:
    """Yield the content of aws-chunked framing, and note the trailers."""
    while size := _chunk_size(file):
        while size:
            part = file.read(min(size, _PIECE))
            if not part:
                raise _broken("the body ends within a chunk")
            size -= len(part)
            yield part
        if file.read(2) != b"\r\n":
            raise _broken("a chunk is not ended by CR LF")
    for _ in range(_MOST_TRAILERS):
        name, colon, value = file.readline(_LONGEST_LINE).decode("latin-1").partition(":")
        if not colon:
            return
        trailers[name.strip().lower()] = value.strip()


def _chunk_size(file: BinaryIO) -> int:
    line = file.readline(_LONGEST_LINE)
    digits = line.split(b";")[0].strip()
    try:
        size = int(digits, 16)
    except ValueError:
        size = -1
    if size < 0:
        raise _broken(f"a chunk begins with {line[:40]!r} and not with its size in hex")
    return size


def _broken(message: str) -> ApiError:
    return ApiError(f"the aws-chunked body is broken: {message}", code="IncompleteBody")
