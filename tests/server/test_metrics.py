"""Figures of jobs at the Jupyter server's /metrics: asked for when jobs change, and only then."""

import asyncio
import json
import re
import threading

import pytest

from jupyter_train.server.events import JobEvents
from jupyter_train.server.link import Link
from jupyter_train.server.metrics import JobMetrics


@pytest.fixture
def figures(jp_fetch):
    async def figures():
        text = (await jp_fetch("metrics")).body.decode()
        return dict(re.findall(r"^(jupyter_train_\S+) (\S+)$", text, re.MULTILINE))

    return figures


async def until(condition):
    for _ in range(1000):
        if await condition():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


@pytest.fixture
def answers(small_manager):
    """What the manager says of its jobs: five, of which the second waits since the time 100."""
    pages = {
        None: [{"SecondaryStatus": "Training", "CreationTime": 50.0}],
        "more": [{"SecondaryStatus": "Pending", "CreationTime": 100.0}],
    }

    def listed(asked):
        token = asked.get("NextToken")
        more = {} if token else {"NextToken": "more"}
        return {"TrainingJobSummaries": pages[token], **more}

    told = small_manager.app.settings["answers"]
    told["DescribeManager"] = lambda _: {"Jobs": {"InProgress": 2, "Failed": 3}}
    told["ListTrainingJobs"] = listed
    return told


@pytest.fixture
def followed(jp_asyncio_loop, jp_serverapp, small_manager, answers):
    """Figures fed by a followed stream, as the extension feeds its own."""
    link = Link(small_manager.connect)
    metrics = JobMetrics(link, clock=lambda: 130.0, every=0.0)
    metrics.register()
    work = JobEvents(link, lambda _: None, metrics.heard, again=0.01).run()
    task = jp_asyncio_loop.create_task(work)
    yield link, small_manager.app.settings["open"]
    task.cancel()
    jp_asyncio_loop.run_until_complete(asyncio.wait([task]))
    metrics.close()
    link.close()


async def change(streams, seq):
    for stream in list(streams):
        message = {"id": 1, "type": "facts", "seq": seq, "facts": []}
        await stream.write_message(json.dumps(message))


async def test_jobs_by_status_and_the_oldest_that_waits_are_told_when_jobs_change(
    followed, figures, answers
):
    link, streams = followed
    assert "jupyter_train_jobs" not in str(await figures())
    link.search()
    await until(lambda: asyncio.sleep(0, bool(streams)))
    await change(streams, 1)
    await until(lambda: has(figures, 'jupyter_train_jobs{status="Failed"}', "3.0"))
    assert (await figures())['jupyter_train_jobs{status="InProgress"}'] == "2.0"
    assert (await figures())["jupyter_train_oldest_pending_seconds"] == "30.0"
    answers["DescribeManager"] = lambda _: {"Jobs": {"Failed": 4}}
    await change(streams, 2)
    await until(lambda: has(figures, 'jupyter_train_jobs{status="Failed"}', "4.0"))


async def has(figures, name, value):
    return (await figures()).get(name) == value


async def test_of_a_manager_that_is_away_nothing_is_told(followed, figures, small_manager):
    link, streams = followed
    link.search()
    await until(lambda: asyncio.sleep(0, bool(streams)))
    await change(streams, 1)
    await until(lambda: has(figures, 'jupyter_train_jobs{status="Failed"}', "3.0"))
    await small_manager.stop()
    await until(lambda: has(figures, 'jupyter_train_jobs{status="Failed"}', None))


async def test_browsers_that_follow_are_counted(jp_ws_fetch, link, figures):
    assert (await figures())["jupyter_train_stream_clients"] == "0.0"
    stream = await jp_ws_fetch("jupyter-train", "stream")
    await until(lambda: has(figures, "jupyter_train_stream_clients", "1.0"))
    stream.close()
    await until(lambda: has(figures, "jupyter_train_stream_clients", "0.0"))


async def test_a_browser_that_goes_while_the_manager_is_looked_for_is_not_counted(
    jp_serverapp, stream_address, figures
):
    asked, may_fail = threading.Event(), threading.Event()

    def connect():
        asked.set()
        may_fail.wait(10)
        raise OSError

    port, path = stream_address
    link = jp_serverapp.web_app.settings["jupyter_train_link"] = Link(connect)
    _, browser = await asyncio.open_connection("127.0.0.1", port)
    browser.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
    await until(lambda: asyncio.sleep(0, asked.is_set()))
    browser.close()
    assert (await figures())["jupyter_train_stream_clients"] == "0.0"
    may_fail.set()
    link.close()
    assert (await figures())["jupyter_train_stream_clients"] == "0.0"
