"""Changes of jobs come as Jupyter events, each once, and no manager is started for them."""

import asyncio
import json

import pytest

from jupyter_train.server.events import SCHEMA_ID, JobEvents, events
from jupyter_train.server.link import Link

FAILED = {"TrainingJobStatus": "Failed", "SecondaryStatus": "Failed", "FailureReason": "exit 1"}


def fact(seq, kind="JobMoved", summary=FAILED, job="j1"):
    return {"seq": seq, "time": 5.0, "job": job, "kind": kind, "summary": summary}


async def until(condition):
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


@pytest.fixture
def told(jp_asyncio_loop, small_manager):
    """What is emitted, the link, and the streams that the manager has open."""
    heard, link = [], Link(small_manager.connect)
    task = jp_asyncio_loop.create_task(JobEvents(link, heard.append, again=0.01).run())
    yield heard, link, small_manager.app.settings["open"]
    task.cancel()
    jp_asyncio_loop.run_until_complete(asyncio.wait([task]))
    link.close()


async def say(streams, **message):
    await until(lambda: streams)
    await next(iter(streams)).write_message(json.dumps({"id": 1, **message}))


async def test_a_change_is_told_with_the_status_after_it(told):
    heard, link, streams = told
    link.search()
    await say(streams, type="facts", seq=3, facts=[fact(3)])
    await until(lambda: heard)
    assert heard == [
        {
            "job": "j1",
            "number": 3,
            "time": 5.0,
            "kind": "JobMoved",
            "status": "Failed",
            "secondary_status": "Failed",
            "failure_reason": "exit 1",
        }
    ]


async def test_nobody_is_told_of_tags_and_what_is_read_together_is_told_once():
    facts = [fact(1), fact(2), fact(3, "TagsChanged"), fact(4, "JobDeleted", None, job="j2")]
    assert [(each["job"], each["number"]) for each in events(facts)] == [("j1", 2), ("j2", 4)]
    assert "status" not in events(facts)[1]


async def test_no_manager_is_looked_for_until_somebody_needs_it(told):
    _, link, streams = told
    await asyncio.sleep(0.05)
    assert not streams
    link.search()
    await until(lambda: streams)


async def test_after_a_loss_it_goes_on_after_the_last_fact(told, small_manager):
    heard, link, streams = told
    link.search()
    await say(streams, type="facts", seq=7, facts=[fact(7)])
    await until(lambda: heard)
    await small_manager.stop()
    await until(lambda: not streams)
    small_manager.start()
    link.search()
    await say(streams, type="facts", seq=8, facts=[fact(8)])
    await until(lambda: len(heard) == 2)
    assert heard[1]["number"] == 8


async def test_events_fit_their_schema_and_reach_who_listens(jp_serverapp):
    heard = []

    async def listen(logger, schema_id, data):
        heard.append((schema_id, data["job"]))

    jp_serverapp.event_logger.add_listener(schema_id=SCHEMA_ID, listener=listen)
    for event in events([fact(1), fact(2, "JobDeleted", None, job="j2")]):
        jp_serverapp.event_logger.emit(schema_id=SCHEMA_ID, data=event)
    await until(lambda: len(heard) == 2)
    assert heard == [(SCHEMA_ID, "j1"), (SCHEMA_ID, "j2")]
