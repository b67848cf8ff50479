"""Signed calls to one manager over connections that stay open."""

import http.client
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Self
from urllib.parse import quote, urlsplit

from ..contract.manager_file import ManagerFacts

TARGETS = {"sagemaker": "SageMaker", "logs": "Logs_20140328", "jupytertrain": "JupyterTrain"}
"""X-Amz-Target prefix of each service we call."""

ENDPOINTS = ("SAGEMAKER", "CLOUDWATCH_LOGS", "SAGEMAKER_METRICS", "STS", "IAM", "JUPYTERTRAIN")
"""Services whose endpoint variable points at the manager; S3 has a path of its own."""

_CHUNK = 1 << 20


class ApiError(Exception):
    """The manager refused a call: AWS's error code, a message for people, the HTTP status."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.status = status


class ManagerGoneError(ConnectionError):
    """The manager does not answer."""


class Connection:
    """One manager: where it is, and calls to it; may be shared by threads."""

    def __init__(self, facts: ManagerFacts) -> None:
        self.facts = facts
        self.home = Path(facts.home)
        self.url = facts.url
        self.token = facts.token
        self.region = facts.region
        self.access_key = facts.access_key
        self.secret_key = facts.secret_key
        self._address = urlsplit(facts.url)
        self._idle: list[http.client.HTTPConnection] = []

    def call(
        self,
        operation: str,
        request: Mapping[str, Any] | None = None,
        *,
        service: str = "sagemaker",
        timeout: float = 60,
    ) -> dict[str, Any]:
        """Do one AWS operation; ApiError carries the refusal."""
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"{TARGETS[service]}.{operation}",
        }
        body = json.dumps(request or {}).encode()
        with self._exchange("POST", f"/t/{self.token}/", body, headers, timeout) as answer:
            data = answer.read()
        return dict(json.loads(data)) if data else {}

    def put_object(self, bucket: str, key: str, body: bytes | Path, timeout: float = 600) -> None:
        """Store an object of these bytes or of this file."""
        path = self._object_path(bucket, key)
        if isinstance(body, bytes):
            headers = {"Content-Length": str(len(body))}
            with self._exchange("PUT", path, body, headers, timeout) as answer:
                answer.read()
            return
        with body.open("rb") as file:
            headers = {"Content-Length": str(os.fstat(file.fileno()).st_size)}
            with self._exchange("PUT", path, file, headers, timeout) as answer:
                answer.read()

    def get_object(self, bucket: str, key: str, target: Path, timeout: float = 600) -> None:
        """Fetch an object into a file: all of it, or the file stays as it was."""
        part = target.with_name(f"{target.name}.{os.getpid()}.part")
        path = self._object_path(bucket, key)
        try:
            with (
                self._exchange("GET", path, b"", {}, timeout) as answer,
                part.open("wb") as file,
            ):
                while data := answer.read(_CHUNK):
                    file.write(data)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def environment(self, *, keys: bool = True) -> dict[str, str]:
        """Return the variables that point AWS clients at this manager.

        With `keys`, our keys sign the calls.  Without, the endpoints carry the token in their
        path, and the user's own AWS keys may stay as they are.
        """
        base = self.url if keys else f"{self.url}/t/{self.token}"
        found = {f"AWS_ENDPOINT_URL_{name}": base for name in ENDPOINTS}
        found["AWS_ENDPOINT_URL_S3"] = base if keys else f"{base}/s3"
        if keys:
            found["AWS_ACCESS_KEY_ID"] = self.access_key
            found["AWS_SECRET_ACCESS_KEY"] = self.secret_key
        return found | {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}

    def close(self) -> None:
        """Close what is open; a later call opens anew."""
        while self._idle:
            self._idle.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _object_path(self, bucket: str, key: str) -> str:
        return f"/t/{self.token}/s3/{bucket}/{quote(key)}"

    @contextmanager
    def _exchange(
        self,
        method: str,
        path: str,
        body: bytes | BinaryIO,
        headers: dict[str, str],
        timeout: float,
    ) -> Iterator[http.client.HTTPResponse]:
        link, answer = self._answer(method, path, body, headers, timeout)
        with ExitStack() as undo:
            # What is left unread on the socket would be taken for the next answer.
            undo.callback(link.close)
            _check(answer)
            yield answer
            undo.pop_all()
        self._idle.append(link)

    def _answer(
        self,
        method: str,
        path: str,
        body: bytes | BinaryIO,
        headers: dict[str, str],
        timeout: float,
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        while True:
            link, is_reused = self._link(timeout)
            try:
                link.request(method, path, body, headers)
                return link, link.getresponse()
            except (OSError, http.client.HTTPException) as error:
                link.close()
                # The manager closes idle sockets, and a restart closes all: only a socket that was
                # open before tells nothing about the manager, so it is tried again on a new one.
                if is_reused and not isinstance(error, TimeoutError):
                    self.close()
                    if not isinstance(body, bytes):
                        body.seek(0)
                    continue
                raise ManagerGoneError(
                    f"the manager at {self.url} ({self.home}) does not answer: {error!r}"
                ) from error

    def _link(self, timeout: float) -> tuple[http.client.HTTPConnection, bool]:
        try:
            link = self._idle.pop()
        except IndexError:
            host, port = self._address.hostname or "", self._address.port
            return http.client.HTTPConnection(host, port, timeout=timeout), False
        if link.sock is not None:
            link.sock.settimeout(timeout)
        return link, link.sock is not None


def _check(answer: http.client.HTTPResponse) -> None:
    if answer.status < 300:
        return
    body = answer.read().decode("utf-8", "replace")
    try:
        data = json.loads(body)
    except ValueError:
        # S3 answers in XML: <Error><Code>..</Code><Message>..</Message></Error>
        code, message = _between(body, "Code") or "InternalFailure", _between(body, "Message")
        raise ApiError(
            code, message or body.strip()[:500] or answer.reason, answer.status
        ) from None
    code = str(data.get("__type") or data.get("code") or "InternalFailure").rpartition("#")[2]
    raise ApiError(code, str(data.get("message") or data.get("Message") or ""), answer.status)


def _between(text: str, tag: str) -> str:
    return text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
