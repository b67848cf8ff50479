"""The one door: who calls, what is asked, is it well formed, do it, answer; deny by default."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.model import OperationModel

from ..engine.manager import Manager
from .context import About, Context
from .errors import IdentityError, UnknownOperationError, failure_of
from .identity import Caller, Identity, Keys, check_payload, signed_service
from .message import MEMORY_LIMIT, OBJECT_LIMIT, Request, Response
from .models import SERVICES, Models
from .pages import Pages
from .protocol.aws_json import TARGET, JsonProtocol
from .protocol.base import Protocol
from .protocol.query import QueryProtocol, form
from .protocol.rest_xml import RestXmlProtocol
from .registry import Registry
from .validate import validate

_PROTOCOLS: Mapping[str, Protocol] = {
    "json": JsonProtocol(),
    "query": QueryProtocol(),
    "rest-xml": RestXmlProtocol(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A call that is known for what it is: who, what, and over which protocol."""

    caller: Caller
    request: Request
    operation: OperationModel


class Router:
    """Takes requests of all services on one address; knows no transport."""

    def __init__(self, manager: Manager, keys: Keys, about: About) -> None:
        self.identity = Identity(keys, manager.clock)
        self._manager = manager
        self._about = about
        self._models = Models()
        self._registry = Registry()
        self._pages = Pages(keys.secret_key)

    def warm_up(self) -> None:
        """Load what the first submission of a job needs: 0.3 s that it need not wait for."""
        for service in ("sagemaker", "jupytertrain", "s3", "logs"):
            self._models.service(service)
            self._registry.names(service)

    def body_limit(self, head: Request) -> int:
        """Return how many bytes of body a request may bring, judged by its head alone."""
        if head.method != "PUT":
            return MEMORY_LIMIT
        try:
            caller, request = self.identity.identify(head)
        except IdentityError:
            return 0
        return OBJECT_LIMIT if _service(caller, request) == "s3" else MEMORY_LIMIT

    async def handle(self, request: Request) -> Response:
        """Answer a request; every failure is an answer too."""
        response = await self._answer(request)
        has_no_body = request.method == "HEAD" or response.status in {204, 304}
        return replace(response, body=b"") if has_no_body else response

    async def _answer(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        protocol = self._protocol(request)
        try:
            caller, request = self.identity.identify(request)
            service = _service(caller, request)
            protocol = self._protocol(request, service)
            request = _without_service(request, caller, service)
            await _check_body(caller, request)
            operation = protocol.operation(request, self._models.service(service))
            call = _Call(caller=caller, request=request, operation=operation)
            output = await self._perform(call, protocol.read(request, operation))
            return protocol.answer(operation, output, request_id)
        except Exception as error:  # noqa: BLE001 - the one place where a request becomes a 500
            return protocol.failure(failure_of(error), request_id)

    async def _perform(self, call: _Call, input: dict[str, Any]) -> Mapping[str, Any]:
        service = call.operation.service_model.service_name
        perform = self._registry.find(service, call.operation.name)
        validate(call.operation.input_shape, input)
        context = Context(
            manager=self._manager,
            caller=call.caller,
            request=call.request,
            models=self._models,
            pages=self._pages,
            about=self._about,
        )
        return await perform(context, input)

    def _protocol(self, request: Request, service: str = "") -> Protocol:
        claimed = service or signed_service(request) or ("" if request.path == "/" else "s3")
        if TARGET in request.headers or claimed not in SERVICES:
            return _PROTOCOLS["json"]
        return _PROTOCOLS[self._models.service(claimed).metadata["protocol"]]


_BY_TARGET = {"SageMaker": "sagemaker", "Logs_20140328": "logs", "JupyterTrain": "jupytertrain"}
_BY_VERSION = {"2011-06-15": "sts", "2010-05-08": "iam"}
_S3_FOLDER = "/s3"


def _service(caller: Caller, request: Request) -> str:
    """Return the service a call is for: what it is signed for, else what it looks like."""
    service = caller.service or _apparent_service(request)
    if service not in SERVICES:
        raise UnknownOperationError(f"no service {service!r} here; there is: {', '.join(SERVICES)}")
    return service


def _apparent_service(request: Request) -> str:
    if TARGET in request.headers:
        return _BY_TARGET.get(request.headers[TARGET].partition(".")[0], request.headers[TARGET])
    if request.path == _S3_FOLDER or request.path.startswith(f"{_S3_FOLDER}/"):
        return "s3"
    version = dict(form(request)).get("Version", "")
    return _BY_VERSION.get(version, f"{request.method} {request.path}")


def _without_service(request: Request, caller: Caller, service: str) -> Request:
    if service == "s3" and not caller.service:
        return replace(request, path=request.path.removeprefix(_S3_FOLDER) or "/")
    return request


async def _check_body(caller: Caller, request: Request) -> None:
    if request.broken is not None:
        raise request.broken
    if request.spooled is None:
        check_payload(caller, request)
    else:
        await asyncio.to_thread(check_payload, caller, request)
