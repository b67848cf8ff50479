"""A job's log as a file, read from the manager page by page: however long, little is held here."""

import json
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Any

from tornado.httpclient import HTTPResponse

from ..contract.names import LOG_GROUP
from .forward import Forwarder

_LINES = 10_000


class RefusedError(Exception):
    """The manager refused; its answer is for who asked."""

    def __init__(self, answer: HTTPResponse) -> None:
        super().__init__(answer.code)
        self.status = HTTPStatus(answer.code)
        self.body = answer.body


class LogFile:
    """The log of a job: of one stream, or of each after a line with its name."""

    def __init__(self, forwarder: Forwarder, job: str, stream: str | None) -> None:
        self._forwarder = forwarder
        self._job = job
        self._stream = stream

    async def pages(self) -> AsyncIterator[bytes]:
        """Yield the file as it is now, piece by piece; RefusedError comes before any of it."""
        names = [self._stream] if self._stream else await self._streams()
        if not names:
            await self._check()
        for name in names:
            if len(names) > 1:
                yield f"==> {name} <==\n".encode()
            async for page in self._lines(name):
                yield page

    async def _streams(self) -> list[str]:
        found: list[str] = []
        asked: dict[str, Any] = {
            "logGroupName": LOG_GROUP,
            "logStreamNamePrefix": f"{self._job}/",
        }
        while True:
            answer = await self._ask("logs", "DescribeLogStreams", asked)
            found += [each["logStreamName"] for each in answer["logStreams"]]
            if "nextToken" not in answer:
                return found
            asked["nextToken"] = answer["nextToken"]

    async def _check(self) -> None:
        """Let the manager refuse a job that it does not know; another may have no log yet."""
        await self._ask("sagemaker", "DescribeTrainingJob", {"TrainingJobName": self._job})

    async def _lines(self, stream: str) -> AsyncIterator[bytes]:
        position, end = 0, None
        while end is None or position < end:
            asked = {
                "TrainingJobName": self._job,
                "LogStreamName": stream,
                "Position": position,
                "After": _LINES,
            }
            answer = await self._ask("jupytertrain", "GetLogWindow", asked)
            end = answer["End"] if end is None else end
            if not answer["Lines"]:
                return
            yield b"".join(each["Text"].encode() + b"\n" for each in answer["Lines"])
            position = answer["Next"]

    async def _ask(self, service: str, operation: str, asked: Mapping[str, Any]) -> Any:
        answer = await self._forwarder.call(service, operation, json.dumps(asked).encode())
        if answer.code != HTTPStatus.OK:
            raise RefusedError(answer)
        return json.loads(answer.body)
