"""The routes of the browser's doorway: calls, downloads, launches; each authorised by name."""

import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.httpclient import HTTPClientError

from ..client.connection import ApiError, ManagerGoneError
from .access import allowed
from .check import check
from .form import FieldError
from .forward import Forwarder
from .inspection import inspect
from .launch import cloned, launch
from .link import Link, UnreachableError
from .log_file import LogFile, RefusedError
from .proxy import StreamHandler
from .terminal import NoTerminalsError, open_terminal
from .tryout import tried

# Operations that change nothing start with one of these; the rest need leave to write.
READING = ("Describe", "List", "Get", "Filter", "Check", "Validate", "Search", "Try")

_JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_CONTENT_TYPE = "application/x-amz-json-1.1"


class Doorway(APIHandler):
    """What the routes share: the link to the manager, and refusals in AWS's form."""

    @property
    def link(self) -> Link:
        """The link to the manager."""
        found: Link = self.settings["jupyter_train_link"]
        return found

    def refuse(self, status: HTTPStatus, code: str, message: str, **more: Any) -> None:
        """Answer with an error as AWS words it."""
        self.set_status(status)
        self.finish(
            json.dumps({"__type": code, "message": message, **more}),
            set_content_type=_CONTENT_TYPE,
        )

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer as AWS does where the manager is missing; else as Jupyter does."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        if isinstance(error, UnreachableError | ManagerGoneError | HTTPClientError):
            message = f"The training manager does not answer: {error}"
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", message)
            return
        super().write_error(status_code, **kwargs)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log a missing manager as one line: it is no fault of this server."""
        if isinstance(value, UnreachableError | ManagerGoneError | HTTPClientError):
            self.log.warning("jupyter-train: %s", value)
            return
        super().log_exception(typ, value, tb)


class CallHandler(Doorway):
    """One AWS operation, passed on; its answer or refusal passed back."""

    @web.authenticated
    async def post(self, service: str, operation: str) -> None:
        """Authorise by what the operation does, then pass it on."""
        pass_on = self._read if operation.startswith(READING) else self._write
        await pass_on(service, operation)

    @allowed("read")
    async def _read(self, service: str, operation: str) -> None:
        await self._pass_on(service, operation)

    @allowed("write")
    async def _write(self, service: str, operation: str) -> None:
        await self._pass_on(service, operation)

    async def _pass_on(self, service: str, operation: str) -> None:
        answer = await Forwarder(self.link).call(service, operation, self.request.body)
        self.set_status(answer.code)
        kind = answer.headers.get("Content-Type", _CONTENT_TYPE)
        self.finish(answer.body, set_content_type=kind)


class ObjectHandler(Doorway):
    """One object of the embedded store as a download."""

    @web.authenticated
    @allowed("read")
    async def get(self, bucket: str, key: str) -> None:
        """Stream the object; the browser saves it and never shows it."""
        name = quote(key.rsplit("/", 1)[-1])
        self._is_found = False
        answer = await Forwarder(self.link).fetch(bucket, key, self._header, self._data(name))
        if self._is_found:
            self.finish(set_content_type="application/octet-stream")
        else:
            message = f"There is no object {key} in bucket {bucket}."
            self.refuse(HTTPStatus(answer.code), "NoSuchKey", message)

    def _header(self, line: str) -> None:
        first, _, rest = line.partition(" ")
        if first.startswith("HTTP/"):
            self._is_found = rest.startswith("200")
        elif self._is_found and first.lower() == "content-length:":
            self.set_header("Content-Length", rest.strip())

    def _data(self, name: str) -> Any:
        def on_data(data: bytes) -> Any:
            if not self._is_found:
                return None
            self.set_header("Content-Type", "application/octet-stream")
            self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{name}")
            self.write(data)
            return self.flush()  # awaited before more is read: a slow browser slows the source

        return on_data


class LogHandler(Doorway):
    """A job's log as a download."""

    @web.authenticated
    @allowed("read")
    async def get(self, job: str) -> None:
        """Stream the lines; what breaks off in between is cut, so that no half passes for all."""
        stream = self.get_query_argument("stream", None)
        name = quote((stream or job).replace("/", "_"))
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{name}.log")
        try:
            async for page in LogFile(Forwarder(self.link), job, stream).pages():
                self.set_header("Content-Type", "text/plain; charset=utf-8")
                self.write(page)
                await self.flush()  # more is read when the browser has taken this
        except (RefusedError, UnreachableError, ManagerGoneError, HTTPClientError) as error:
            self._give_up(error)
        else:
            self.finish(set_content_type="text/plain; charset=utf-8")

    def _give_up(self, error: Exception) -> None:
        if self._headers_written:
            self.request.connection.close()  # type: ignore[union-attr] # typed as the interface of all protocols
            return
        self.clear_header("Content-Disposition")
        if not isinstance(error, RefusedError):
            raise error
        self.set_status(error.status)
        self.finish(error.body, set_content_type=_CONTENT_TYPE)


class FormHandler(Doorway):
    """What is known of a launch form before it is sent."""

    @web.authenticated
    @allowed("read")
    @allowed("read", "contents")
    async def post(self, question: str) -> None:
        """Answer, which takes a look at files of the file browser; nothing is created."""
        await self.answer(_QUESTIONS[question])

    async def answer(self, question: Any) -> None:
        """Answer what is asked of a form; refusals name its field where they can."""
        try:
            answer = await question(self.link, self.get_json_body(), self.settings)
        except FieldError as error:
            self.refuse(HTTPStatus.BAD_REQUEST, error.code, str(error), field=error.field)
        except ApiError as error:
            self.refuse(HTTPStatus(error.status), error.code, error.message)
        else:
            self.finish(json.dumps(answer), set_content_type=_CONTENT_TYPE)


class LaunchHandler(FormHandler):
    """A job from a script or folder under the contents root."""

    @web.authenticated
    @allowed("write")
    async def post(self) -> None:
        """Pack, upload and submit."""
        await self.answer(launch)


class TerminalHandler(Doorway):
    """A terminal in a running job, among the terminals of this server."""

    @web.authenticated
    @allowed("write")
    @allowed("write", "terminals")
    async def post(self) -> None:
        """Start it; whether the job admits one is for the manager to say, in the terminal."""
        asked = self.get_json_body()
        job = asked.get("TrainingJobName") if isinstance(asked, dict) else None
        if not isinstance(job, str) or not _JOB_NAME.fullmatch(job):
            message = f"TrainingJobName is the name of a training job, not {job!r}"
            self.refuse(HTTPStatus.BAD_REQUEST, "ValidationException", message)
            return
        home = (await self.link.find()).home
        try:
            answer = open_terminal(self.settings, home, job)
        except NoTerminalsError as error:
            self.refuse(HTTPStatus.NOT_FOUND, "ResourceNotFound", str(error))
        else:
            self.finish(json.dumps(answer), set_content_type=_CONTENT_TYPE)


_QUESTIONS = {"check": check, "clone": cloned, "inspect": inspect, "metrics": tried}

ROUTES = [
    (r"/jupyter-train/api/(sagemaker|logs|jupytertrain)/([A-Za-z0-9]+)", CallHandler),
    (r"/jupyter-train/objects/([^/]+)/(.+)", ObjectHandler),
    (r"/jupyter-train/logs/([^/]+)", LogHandler),
    (r"/jupyter-train/launch", LaunchHandler),
    (r"/jupyter-train/launch/(check|clone|inspect|metrics)", FormHandler),
    (r"/jupyter-train/terminal", TerminalHandler),
    (r"/jupyter-train/stream", StreamHandler),
]
