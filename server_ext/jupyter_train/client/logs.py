"""A job's log lines, to the end of the job, whatever happens to the manager meanwhile."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .connection import ApiError, Connection
from .find import connect
from .stream import StreamReader

_PATIENCE = 30.0
_ENDED = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a job's output: `time` ms since the epoch, `position` in its stream."""

    stream: str
    time: int
    text: str
    position: int


def read_log(connection: Connection, job: str, *, tail: int | None = None) -> Iterator[Line]:
    """Yield the lines there are now; the last `tail` ones only, where that is given."""
    group = "/aws/sagemaker/TrainingJobs"
    request = {"logGroupName": group, "logStreamNamePrefix": f"{job}/"}
    found = connection.call("DescribeLogStreams", request, service="logs")
    for stream in found["logStreams"]:
        name = stream["logStreamName"]
        yield from _read_stream(connection, {"logGroupName": group, "logStreamName": name}, tail)


def _read_stream(connection: Connection, ask: dict[str, Any], tail: int | None) -> Iterator[Line]:
    ask = {**ask, "startFromHead": tail is None, **({} if tail is None else {"limit": tail})}
    while True:
        answer = connection.call("GetLogEvents", ask, service="logs")
        for position, event in enumerate(answer["events"]):
            yield Line(
                stream=ask["logStreamName"],
                time=event["timestamp"],
                text=event["message"],
                position=position,
            )
        if tail is not None or not answer["events"]:
            return
        ask["nextToken"] = answer["nextForwardToken"]


def follow_log(
    connection: Connection,
    job: str,
    *,
    tail: int | None = None,
    look: Callable[[Mapping[str, Any]], None] | None = None,
) -> Iterator[Line]:
    """Yield a job's lines as they come until it has ended; survives a restart of the manager.

    `look` is called with the job's description when it changes.
    """
    after: dict[str, int] = {}
    lost: float | None = None
    while True:
        try:
            yield from _follow(connection, job, after, tail, look)
        except ConnectionError:
            lost = time.monotonic() if lost is None or after else lost
            if time.monotonic() - lost > _PATIENCE:
                raise
            time.sleep(0.2)
            connection = connect(connection.home)
        else:
            return


def _follow(
    connection: Connection,
    job: str,
    after: dict[str, int],
    tail: int | None,
    look: Callable[[Mapping[str, Any]], None] | None,
) -> Iterator[Line]:
    with StreamReader(connection) as reader:
        if look is not None:
            reader.subscribe("job", job=job)
        if tail is not None and not after:
            reader.subscribe("log", job=job, tail=tail)
        else:
            reader.subscribe("log", job=job, after=after or 0)
        for message in reader:
            assert isinstance(message, dict)
            if message["type"] == "error":
                raise ApiError(message["code"], message["message"], 400)
            if message["type"] == "end":
                return
            if message["type"] == "job" and look is not None:
                look(message["detail"])
            if message["type"] != "lines":
                continue
            for when, text, position in message["lines"]:
                yield Line(stream=message["stream"], time=when, text=text, position=position)
            after[message["stream"]] = message["next"]


def wait_for_end(connection: Connection, job: str) -> None:
    """Return when a job has ended (or was deleted)."""
    with StreamReader(connection) as reader:
        reader.subscribe("job", job=job)
        for message in reader:
            assert isinstance(message, dict)
            ended = message.get("detail", {}).get("TrainingJobStatus") in _ENDED
            if ended or message["type"] != "job":
                return
