"""Playing jobs to their end, and waiting for what happens to them."""

import asyncio

import pytest


async def until(manager, name, *, condition, seconds=30):
    """Wait on the feed until a job's record meets a condition; returns the record."""
    job_id = manager.jobs.find(name).id
    topics = ("job", job_id), ("log", job_id), ("series", job_id)
    async with asyncio.timeout(seconds):
        with manager.feed.watch(*topics) as watch:
            while not condition(record := manager.jobs.find(name)):
                await watch.changed()
    return record


async def ended(manager, name, seconds=30):
    """Wait until a job has ended and was tidied up; returns its record."""
    record = await until(
        manager, name, condition=lambda record: record.is_terminal, seconds=seconds
    )
    while (folder := manager.attempt_folder(record)) and not (folder / "keep").exists():  # noqa: ASYNC110 - nothing announces that a folder is gone
        await asyncio.sleep(0.01)
    return record


def log_of(manager, record):
    """Return all lines of a job."""
    lines = []
    for name in manager.logs.streams(record.id):
        stream = manager.logs.open(record.id, name)
        lines += [line.text for line in stream.read(0, 1_000_000, 1 << 30)]
    return lines


@pytest.fixture
def play(workshop):
    """Run one script as a job to its end; returns (record, log lines, manager's last words)."""

    def run(script, **members):
        async def scene():
            async with workshop.manager() as manager:
                await manager.submit(workshop.document(script, **members), {}, "me")
                record = await ended(manager, "job-1")
                series = {each.name: each for each in manager.curves.series(record.id)}
                return record, log_of(manager, record), series

        return asyncio.run(scene())

    return run


@pytest.fixture
def wait():
    """The helpers above, for tests that drive a manager themselves."""

    class Waits:
        pass

    Waits.until, Waits.ended, Waits.log_of = staticmethod(until), staticmethod(ended), log_of
    return Waits
