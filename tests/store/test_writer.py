import asyncio
import threading

import pytest
from sqlalchemy import event

from jupyter_train.store.base import NameTakenError
from jupyter_train.store.memory import MemoryJobs
from jupyter_train.store.writer import Writer
from jupyter_train.testing.job_store import job


@pytest.fixture(params=["sql", "memory"])
def jobs(request):
    return request.getfixturevalue("sql_jobs") if request.param == "sql" else MemoryJobs()


def submitting(*names):
    return [lambda store, name=name: store.submit(job(name), {}).seq for name in names]


def run(jobs, use):
    async def main():
        writer = Writer(jobs)
        try:
            return await use(writer)
        finally:
            await writer.close()

    return asyncio.run(main())


def test_a_write_returns_what_it_made(jobs):
    assert run(jobs, lambda writer: writer.do(submitting("a")[0])) == 1
    assert jobs.find("a").seq == 1


def test_writes_happen_in_the_order_in_which_they_were_asked_for(jobs):
    names = [f"job-{number}" for number in range(50)]

    async def use(writer):
        return await asyncio.gather(*map(writer.do, submitting(*names)))

    assert run(jobs, use) == list(range(1, 51))


def test_a_write_that_fails_does_not_hurt_its_neighbours(jobs):
    async def use(writer):
        writes = map(writer.do, submitting("a", "a", "b"))
        return await asyncio.gather(*writes, return_exceptions=True)

    first, second, third = run(jobs, use)
    assert (first, type(second), third) == (1, NameTakenError, 2)
    assert [fact.job_name for fact in jobs.after(0)] == ["a", "b"]


def test_waiting_writes_are_committed_together(sql_jobs):
    held, commits = threading.Event(), []

    event.listen(sql_jobs._journal._writer, "commit", commits.append)

    async def use(writer):
        first = asyncio.ensure_future(writer.do(lambda _: held.wait(10)))
        rest = [asyncio.ensure_future(writer.do(each)) for each in submitting("a", "b", "c")]
        await asyncio.sleep(0)
        held.set()
        await asyncio.gather(first, *rest)

    run(sql_jobs, use)
    assert (len(commits) <= 2, sql_jobs.last_seq()) == (True, 3)


def test_a_write_whose_caller_has_gone_is_not_begun(jobs):
    held = threading.Event()

    async def use(writer):
        first = asyncio.ensure_future(writer.do(lambda _: held.wait(10)))
        await asyncio.sleep(0.05)
        second = asyncio.ensure_future(writer.do(submitting("a")[0]))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.wait([second])
        held.set()
        await first

    run(jobs, use)
    assert jobs.last_seq() == 0


def test_a_disk_that_is_full_fails_the_whole_group_and_the_next_one_works(sql_jobs):
    def fill(store):
        store.submit(job("half"), {})
        raise OSError(28, "No space left on device")

    async def use(writer):
        with pytest.raises(OSError, match="No space"):
            await writer.do(fill)
        return await writer.do(submitting("a")[0])

    assert run(sql_jobs, use) == 1


def test_what_was_asked_for_is_written_before_the_writer_closes(jobs):
    async def use(writer):
        waiting = [asyncio.ensure_future(writer.do(each)) for each in submitting("a", "b")]
        await asyncio.sleep(0)
        await writer.close()
        return await asyncio.gather(*waiting)

    assert run(jobs, use) == [1, 2]


def test_a_closed_writer_refuses(jobs):
    async def use(writer):
        await writer.close()
        with pytest.raises(RuntimeError, match="closed"):
            await writer.do(submitting("a")[0])

    run(jobs, use)
