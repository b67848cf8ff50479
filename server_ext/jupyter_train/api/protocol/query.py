"""AWS query: a form in, XML out; the words of STS and IAM."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from botocore.model import OperationModel, ServiceModel

from ..errors import Failure, SerializationError, UnknownOperationError
from ..message import Request, Response
from .base import Protocol, operation_of
from .elements import element, print_xml, text_element

_MOST_FIELDS = 1000


def form(request: Request) -> list[tuple[str, str]]:
    """Return the fields of a form body; nothing for a body that is none."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("application/x-www-form-urlencoded"):
        return []
    try:
        text = request.body.decode()
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise SerializationError(f"the form cannot be read: {error}") from error


class QueryProtocol(Protocol):
    """Form in, XML out."""

    def operation(self, request: Request, model: ServiceModel) -> OperationModel:
        """Return the operation of the form's Action."""
        name = dict(form(request)).get("Action", "")
        if not name:
            raise UnknownOperationError(f"the form names no Action of {model.service_name}")
        return operation_of(model, name)

    def read(self, request: Request, operation: OperationModel) -> dict[str, Any]:
        """Return the fields as the input's members; lists of strings are all that nests."""
        fields = form(request)
        shape: Any = operation.input_shape
        known = {} if shape is None else shape.members
        found: dict[str, Any] = {}
        for name, value in fields:
            member, _, place = name.partition(".")
            if member in {"Action", "Version"}:
                continue
            is_list = member in known and known[member].type_name == "list" and place
            if is_list:
                found.setdefault(member, []).append(value)
            else:
                found[name] = _typed(known[name].type_name if name in known else "", value)
        return found

    def answer(self, operation: OperationModel, output: Mapping[str, Any], id: str) -> Response:
        """Return <…Response><…Result>."""
        root = element(f"{operation.name}Response")
        shape: Any = operation.output_shape
        if shape is not None:
            wrapper = shape.serialization.get("resultWrapper", f"{operation.name}Result")
            root.append(element(wrapper, shape, output))
        metadata = element("ResponseMetadata")
        metadata.append(text_element("RequestId", id))
        root.append(metadata)
        space = operation.service_model.metadata.get("xmlNamespace", "")
        return _response(200, print_xml(root, space), id)

    def failure(self, failure: Failure, id: str) -> Response:
        """Return <ErrorResponse>."""
        root = element("ErrorResponse")
        error = element("Error")
        error.append(text_element("Type", "Sender" if failure.status < 500 else "Receiver"))
        error.append(text_element("Code", failure.code))
        error.append(text_element("Message", failure.message))
        root.append(error)
        root.append(text_element("RequestId", id))
        return _response(failure.status, print_xml(root), id)


def _typed(kind: str, value: str) -> Any:
    if kind in {"integer", "long"} and value.lstrip("-").isdecimal():
        return int(value)
    if kind == "boolean":
        return {"true": True, "false": False}.get(value.lower(), value)
    return value


def _response(status: int, body: bytes, id: str) -> Response:
    headers = {"Content-Type": "text/xml", "x-amzn-RequestId": id}
    return Response(status=status, headers=headers, body=body)
