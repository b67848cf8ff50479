"""REST-XML, S3's: the operation in method, path and query; members in path, query and headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.model import OperationModel, ServiceModel, Shape

from ..errors import Failure, UnknownOperationError
from ..message import FileSlice, Request, Response
from .base import Protocol
from .elements import element, print_xml, text_element

_LEVELS = ("/", "/{Bucket}", "/{Bucket}/{Key+}")
_ROOTS = {
    "ListBuckets": "ListAllMyBucketsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
}

# S3 has words of its own for what other services call otherwise.
_CODES = {
    "ValidationException": "InvalidArgument",
    "AccessDeniedException": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "UnrecognizedClientException": "InvalidAccessKeyId",
    "MissingAuthenticationTokenException": "AccessDenied",
    "IncompleteSignatureException": "AuthorizationHeaderMalformed",
    "UnknownOperationException": "NotImplemented",
    "InternalFailure": "InternalError",
}


class RestXmlProtocol(Protocol):
    """Path-style S3."""

    def operation(self, request: Request, model: ServiceModel) -> OperationModel:
        """Return the operation that asks for most of what the request has."""
        fitting = [each for each in _routes(model) if each.fits(request)]
        if not fitting:
            raise UnknownOperationError(f"S3 has no operation {request.method} {request.path}")
        best = max(fitting, key=lambda each: (each.weight, -len(each.name)))
        return model.operation_model(best.name)

    def read(self, request: Request, operation: OperationModel) -> dict[str, Any]:
        """Return the members of path, query and headers; the body stays in the request."""
        shape: Any = operation.input_shape
        bucket, key = split_path(request.path)
        places = {
            "uri": {"Bucket": bucket, "Key": key},
            "querystring": dict(request.parameters),
            "header": request.headers,
        }
        found: dict[str, Any] = {}
        for name, member in shape.members.items():
            place = member.serialization.get("location", "")
            wire = member.serialization.get("name", name)
            if place == "headers":
                found[name] = _prefixed(request.headers, wire)
            wire = wire.lower() if place == "header" else wire
            if wire in places.get(place, {}):
                found[name] = _typed(member, places[place][wire])
        return found

    def answer(self, operation: OperationModel, output: Mapping[str, Any], id: str) -> Response:
        """Return headers and XML, or the part of a file that is the object."""
        shape: Any = operation.output_shape
        headers = {"x-amz-request-id": id, **_headers(shape, output)}
        status = 206 if "ContentRange" in output else operation.http.get("responseCode", 200)
        body = output.get("Body")
        if isinstance(body, FileSlice):
            return Response(status=status, headers=headers, slice=body)
        return Response(status=status, headers=headers, body=_body(operation, output, headers))

    def failure(self, failure: Failure, id: str) -> Response:
        """Return <Error>."""
        code = _CODES.get(failure.code, failure.code)
        root = element("Error")
        for name, text in (("Code", code), ("Message", failure.message), ("RequestId", id)):
            root.append(text_element(name, text))
        headers = {"Content-Type": "application/xml", "x-amz-request-id": id}
        status = 501 if code == "NotImplemented" else failure.status
        return Response(status=status, headers=headers, body=print_xml(root))


def split_path(path: str) -> tuple[str, str]:
    """Return bucket and key, each decoded once."""
    bucket, _, key = path.removeprefix("/").partition("/")
    return unquote(bucket), unquote(key)


def http_time(seconds: float) -> str:
    """Return a time as HTTP headers print it."""
    return format_datetime(datetime.fromtimestamp(int(seconds), UTC), usegmt=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    name: str
    method: str
    level: str
    query: frozenset[str]
    headers: frozenset[str]

    @property
    def weight(self) -> int:
        return len(self.query) + len(self.headers)

    def fits(self, request: Request) -> bool:
        bucket, key = split_path(request.path)
        level = _LEVELS[2] if key else _LEVELS[1] if bucket else _LEVELS[0]
        if (request.method, level) != (self.method, self.level):
            return False
        pairs = {text for name, value in request.parameters for text in (name, f"{name}={value}")}
        return self.query <= pairs and self.headers <= request.headers.keys()


@lru_cache(maxsize=2)
def _routes(model: ServiceModel) -> list[_Route]:
    return [_route(model.operation_model(name)) for name in model.operation_names]


def _route(operation: OperationModel) -> _Route:
    target = urlsplit(operation.http["requestUri"])
    fixed = parse_qsl(target.query, keep_blank_values=True)
    query = {f"{name}={value}" if value else name for name, value in fixed}
    headers: set[str] = set()
    shape: Any = operation.input_shape
    for name in () if shape is None else shape.required_members:
        where = shape.members[name].serialization
        if where.get("location") == "querystring":
            query.add(where["name"])
        if where.get("location") == "header":
            headers.add(where["name"].lower())
    return _Route(
        name=operation.name,
        method=operation.http["method"],
        level=target.path,
        query=frozenset(query),
        headers=frozenset(headers),
    )


def _prefixed(headers: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): value
        for name, value in headers.items()
        if name.startswith(prefix)
    }


def _typed(shape: Shape, text: str) -> Any:
    """Return a value of the shape's type; text that is none is left for validation to refuse."""
    if shape.type_name in {"integer", "long"}:
        return int(text) if text.isascii() and text.lstrip("-").isdigit() else text
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    if shape.type_name == "timestamp":
        try:
            return parsedate_to_datetime(text).timestamp()
        except ValueError:
            return text
    return text


def _headers(shape: Any, output: Mapping[str, Any]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, member in {} if shape is None else shape.members.items():
        where, value = member.serialization, output.get(name)
        if value is None:
            continue
        if where.get("location") == "headers":
            headers.update({where["name"] + key: text for key, text in value.items()})
        elif where.get("location") == "header":
            headers[where["name"]] = (
                http_time(value) if member.type_name == "timestamp" else str(value)
            )
    return headers


def _body(operation: OperationModel, output: Mapping[str, Any], headers: dict[str, str]) -> bytes:
    shape: Any = operation.output_shape
    members = {} if shape is None else shape.members
    if all(each.serialization.get("location") for each in members.values()):
        return b""
    if shape.serialization.get("payload") or operation.http["method"] == "HEAD":
        return b""
    headers["Content-Type"] = "application/xml"
    root = element(_ROOTS.get(operation.name, f"{operation.name}Result"), shape, output)
    return print_xml(root, "http://s3.amazonaws.com/doc/2006-03-01/")
