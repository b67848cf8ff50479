"""AWS JSON 1.0 and 1.1: POST /, the operation in X-Amz-Target, times as epoch seconds."""

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from botocore.model import OperationModel, ServiceModel

from ..errors import Failure, SerializationError, UnknownOperationError
from ..message import Request, Response
from .base import Protocol, operation_of

TARGET = "x-amz-target"
_CONTENT_TYPE = "application/x-amz-json-1.1"


class JsonProtocol(Protocol):
    """`application/x-amz-json-1.1`, the words of sagemaker, logs and jupytertrain."""

    def operation(self, request: Request, model: ServiceModel) -> OperationModel:
        """Return the operation of X-Amz-Target, whose prefix must be the signed service's."""
        target = request.headers.get(TARGET, "")
        prefix, _, name = target.partition(".")
        if prefix != model.metadata["targetPrefix"] or request.method != "POST":
            raise UnknownOperationError(
                f"{request.method} {request.path} with target {target!r} is no operation of "
                f"{model.service_name}; its targets begin with {model.metadata['targetPrefix']}."
            )
        return operation_of(model, name)

    def read(self, request: Request, operation: OperationModel) -> dict[str, Any]:
        """Return the body's members; a member that is null is as good as absent."""
        try:
            data = json.loads(request.body or b"{}", parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise SerializationError(f"the body is not JSON: {error}") from error
        if not isinstance(data, dict):
            raise SerializationError(
                f"the body is a JSON {type(data).__name__} and not an object with the members of "
                f"{operation.name}"
            )
        return {name: value for name, value in data.items() if value is not None}

    def answer(self, operation: OperationModel, output: Mapping[str, Any], id: str) -> Response:
        """Return the output as a JSON object; an operation without output has an empty body."""
        body = print_json(output) if operation.output_shape else b""
        return _response(200, body, id)

    def failure(self, failure: Failure, id: str) -> Response:
        """Return `__type` and `message`."""
        body = print_json({"__type": failure.code, "message": failure.message})
        return _response(failure.status, body, id)


def print_json(value: Any) -> bytes:
    """Return JSON; what it has no number for is a string, as in all of AWS's JSON."""
    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps(_without_nan(value), allow_nan=False, separators=(",", ":"))
    return text.encode()


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nan(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _response(status: int, body: bytes, id: str) -> Response:
    headers = {"Content-Type": _CONTENT_TYPE, "x-amzn-RequestId": id}
    return Response(status=status, headers=headers, body=body)
