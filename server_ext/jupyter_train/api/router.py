"""The one door: who calls, what is asked, is it well formed, do it, answer; deny by default."""

import asyncio
import copy
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.model import OperationModel

from ..engine.manager import Manager
from .context import About, Context
from .errors import ApiError, UnknownOperationError, failure_of
from .identity import Caller, Identity, Keys, check_payload, signed_service
from .job_identity import JobIdentity
from .job_principal import SERVICES as JOB_SERVICES
from .job_principal import JobPrincipal
from .message import JOB_LIMIT, MEMORY_LIMIT, OBJECT_LIMIT, Request, Response
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
        self.identity: Identity | JobIdentity = Identity(keys, manager.clock)
        self._keys = keys
        self._manager = manager
        self._about = about
        self._models = Models()
        self._registry = Registry()
        self._pages = Pages(keys.secret_key)

    def for_job(self, job: JobPrincipal) -> "Router":
        """Return a router for what comes through one job's door: from that job, and nobody else."""
        router = copy.copy(self)
        router.identity = JobIdentity(job, self._keys, self._manager.clock)
        return router

    def warm_up(self) -> None:
        """Load what the first submission of a job needs: 0.3 s that it need not wait for."""
        for service in ("sagemaker", "jupytertrain", "s3", "logs"):
            self._models.service(service)
            self._registry.names(service)

    def body_limit(self, head: Request) -> int:
        """Return how many bytes of body a request may bring, judged by its head alone."""
        small = JOB_LIMIT if isinstance(self.identity, JobIdentity) else MEMORY_LIMIT
        if head.method != "PUT":
            return small
        try:
            caller, request = self.identity.identify(head)
            service = _service(caller, request)
            self._authorise_head(caller, _without_service(request, caller, service), service)
        except ApiError:
            return 0
        return OBJECT_LIMIT if service == "s3" else small

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
            if isinstance(self.identity, JobIdentity) and _asks_for_keys(caller, request):
                return _print_keys(self.identity)
            service = _service(caller, request)
            protocol = self._protocol(request, service)
            request = _without_service(request, caller, service)
            self._authorise_head(caller, request, service)
            await _check_body(caller, request)
            operation = protocol.operation(request, self._models.service(service))
            given = protocol.read(request, operation)
            _authorise(caller, operation, given)
            call = _Call(caller=caller, request=request, operation=operation)
            output = await self._perform(call, given)
            return protocol.answer(operation, output, request_id)
        except Exception as error:  # noqa: BLE001 - the one place where a request becomes a 500
            return protocol.failure(failure_of(error), request_id)

    def _authorise_head(self, caller: Caller, request: Request, service: str) -> None:
        """Refuse what a job may not, by the head alone where that says it all."""
        if service == "s3" and caller.job is not None:
            protocol = self._protocol(request, service)
            operation = protocol.operation(request, self._models.service(service))
            _authorise(caller, operation, protocol.read(request, operation))

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
    if caller.job is not None and service not in JOB_SERVICES:
        raise caller.job.denied(service, "*")
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


def _asks_for_keys(caller: Caller, request: Request) -> bool:
    """Whether this is AWS's question of a container for its keys, and not one about a bucket."""
    is_asked = (request.method, request.path) == ("GET", "/credentials")
    return is_asked and caller.job is not None and not caller.service


def _print_keys(identity: JobIdentity) -> Response:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    body = json.dumps(identity.credentials()).encode()
    return Response(status=200, headers=headers, body=body)


def _authorise(caller: Caller, operation: OperationModel, input: Mapping[str, Any]) -> None:
    """Raise IdentityError unless the caller may do this; the manager's owner may do everything."""
    if caller.job is not None:
        caller.job.check(operation.service_model.service_name, operation.name, input)


async def _check_body(caller: Caller, request: Request) -> None:
    if request.broken is not None:
        raise request.broken
    if request.spooled is None:
        check_payload(caller, request)
    else:
        await asyncio.to_thread(check_payload, caller, request)
