"""A shell in a job: one client, one shell, nothing piled up, nothing left."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress

import pytest

from jupyter_train.contract.events import Kind
from jupyter_train.engine.errors import RefusedError
from jupyter_train.engine.remote_debug import check_shell
from jupyter_train.manager.shell import TYPED_AHEAD, Shells, Terminal
from jupyter_train.manager.stream import SlowClientError
from jupyter_train.runtimes.base import Shell


class Puppet(Shell):
    """A shell that prints what a test puts in and remembers what was typed."""

    def __init__(self):
        self.prints = asyncio.Queue()
        self.reads = 0
        self.typed = b""
        self.sizes = []
        self.takes = asyncio.Event()
        self.takes.set()
        self.is_closed = False
        self.code = 7

    async def read(self):
        self.reads += 1
        return await self.prints.get()

    async def write(self, data):
        await self.takes.wait()
        self.typed += data

    async def resize(self, rows, columns):
        self.sizes.append((rows, columns))

    async def exit_code(self):
        return self.code

    async def close(self):
        self.is_closed = True


class Stage:
    """A job that trains and admits shells, and the shells opened in it."""

    def __init__(self, world):
        self.world = world
        self.opened = []
        self.shells = Shells(self.open, world.jobs, world.feed)
        self.admit()
        world.move("j1", "Downloading")
        world.move("j1", "Training")

    def admit(self, admitted=True):
        record = self.world.jobs.find("j1")
        document = {**record.document, "RemoteDebugConfig": {"EnableRemoteDebug": admitted}}
        self.world.jobs.change(record.changed(101.0, document=document), Kind.JOB_UPDATED, {})
        self.world.feed.notify(("job", record.id))

    async def open(self, job, rows, columns):
        check_shell(self.world.jobs.find(job))
        self.opened.append(Puppet())
        self.opened[-1].sizes.append((rows, columns))
        return self.opened[-1]

    @asynccontextmanager
    async def client(self, job="j1", screen=None, **options):
        heard = Heard()
        terminal = Terminal(self.shells, job, screen or {}, heard.take, **options)
        task = asyncio.create_task(terminal.run())
        self.shells.keep(task)
        try:
            yield heard, terminal, task
        finally:
            task.cancel()
            await asyncio.wait([task])


class Heard:
    """What the client got; `stuck` makes it take nothing more."""

    def __init__(self):
        self.printed = b""
        self.said = []
        self.stuck = False
        self.news = asyncio.Event()

    async def take(self, message):
        if self.stuck:
            await asyncio.Event().wait()
        if isinstance(message, bytes):
            self.printed += message
        else:
            self.said.append(json.loads(message))
        self.news.set()

    async def until(self, condition):
        async with asyncio.timeout(10):
            while not condition(self):
                self.news.clear()
                await self.news.wait()


def said(heard, kind):
    return [each for each in heard.said if each["type"] == kind]


async def opened(heard):
    await heard.until(lambda heard: said(heard, "open"))


@pytest.fixture
def play(world):
    """Run a scene with a stage; what it opened is closed afterwards."""

    def run(scene):
        async def whole():
            stage = Stage(world)
            result = await asyncio.wait_for(scene(stage), 20)
            assert all(shell.is_closed for shell in stage.opened)
            assert world.feed._watches == {}
            assert stage.shells._tasks == set()
            return result

        return asyncio.run(whole())

    return run


def test_bytes_go_both_ways_and_the_end_carries_the_code(play):
    async def scene(stage):
        async with stage.client(screen={"rows": "50", "columns": "132"}) as (heard, terminal, task):
            await opened(heard)
            terminal.hear(b"ls\r\xff\x00")
            shell = stage.opened[0]
            for data in (b"a\xff", b"b", b""):
                shell.prints.put_nowait(data)
            await task
            return heard, shell

    heard, shell = play(scene)
    assert (heard.printed, shell.typed, shell.sizes) == (b"a\xffb", b"ls\r\xff\x00", [(50, 132)])
    assert heard.said[-1] == {"type": "end", "code": 7, "message": ""}


def test_a_resize_reaches_a_shell_that_takes_no_input(play):
    async def scene(stage):
        async with stage.client() as (heard, terminal, _):
            await opened(heard)
            stage.opened[0].takes.clear()
            terminal.hear(b"x")
            terminal.hear(json.dumps({"op": "resize", "rows": 10, "columns": 20}))
            await asyncio.sleep(0.05)
            return stage.opened[0].sizes[-1]

    assert play(scene) == (10, 20)


def test_output_is_read_only_as_fast_as_it_is_taken_and_who_takes_nothing_is_dropped(play):
    async def scene(stage):
        async with stage.client(drop_after=0.1) as (heard, _, task):
            await opened(heard)
            heard.stuck = True
            for _ in range(1000):
                stage.opened[0].prints.put_nowait(b"y\n" * 1000)
            await asyncio.wait([task], timeout=5)
            return stage.opened[0].reads, task.exception()

    reads, error = play(scene)
    assert reads == 1
    assert isinstance(error, SlowClientError)


def test_what_is_typed_ahead_is_bounded(play):
    async def scene(stage):
        async with stage.client() as (heard, terminal, task):
            await opened(heard)
            stage.opened[0].takes.clear()
            for _ in range(TYPED_AHEAD // 4096):
                terminal.hear(b"x" * 4096)
            assert not task.done()
            terminal.hear(b"x")
            await task
            return heard.said[-1], len(terminal._typed)

    end, held = play(scene)
    assert (end["type"], end["code"]) == ("end", None)
    assert "typed ahead" in end["message"]
    assert held == TYPED_AHEAD


def test_what_was_taken_is_told(play):
    async def scene(stage):
        async with stage.client() as (heard, terminal, _):
            await opened(heard)
            terminal.hear(b"x" * 200_000)
            await heard.until(lambda heard: sum(m["bytes"] > 150_000 for m in said(heard, "taken")))
            return len(stage.opened[0].typed)

    assert play(scene) == 200_000


@pytest.mark.parametrize("end", ["Uploading", "Failed"])
def test_the_shell_ends_with_the_job(play, end):
    async def scene(stage):
        async with stage.client() as (heard, _, task):
            await opened(heard)
            stage.world.move("j1", end)
            await task
            return heard.said[-1]

    assert play(scene) == {"type": "end", "code": None, "message": f"the job is {end}"}


def test_a_shell_that_is_killed_with_its_job_says_why_it_ended(play):
    async def scene(stage):
        async with stage.client() as (heard, _, task):
            await opened(heard)
            stage.opened[0].code = 137
            stage.opened[0].prints.put_nowait(b"")
            asyncio.get_running_loop().call_later(0.1, stage.world.move, "j1", "Failed")
            await task
            return heard.said[-1]

    assert play(scene) == {"type": "end", "code": 137, "message": "the job is Failed"}


def test_a_job_that_is_stopping_keeps_its_shell(play):
    async def scene(stage):
        async with stage.client() as (heard, _, task):
            await opened(heard)
            stage.world.move("j1", "Stopping")
            await asyncio.sleep(0.05)
            return task.done()

    assert play(scene) is False


def test_the_shell_ends_when_remote_debugging_is_switched_off(play):
    async def scene(stage):
        async with stage.client() as (heard, _, task):
            await opened(heard)
            stage.admit(False)
            await task
            return heard.said[-1]["message"]

    assert "switched off" in play(scene)


def test_a_client_that_goes_takes_its_shell_and_no_other(play):
    async def scene(stage):
        async with stage.client() as (heard, _, task), stage.client() as (other, _, other_task):
            await opened(heard)
            await opened(other)
            task.cancel()
            await asyncio.wait([task])
            return [shell.is_closed for shell in stage.opened], other_task.done()

    closed, is_done = play(scene)
    assert sorted(closed) == [False, True]
    assert not is_done


def test_a_client_that_goes_while_its_shell_is_opened_leaves_none(play):
    async def scene(stage):
        begun, go = asyncio.Event(), asyncio.Event()
        opens = stage.open

        async def slow(*arguments):
            begun.set()
            await go.wait()
            return await opens(*arguments)

        stage.shells._open = slow
        async with stage.client() as (_, _, task):
            await begun.wait()
            task.cancel()
            asyncio.get_running_loop().call_soon(go.set)
            with suppress(asyncio.CancelledError):
                await task
        return len(stage.opened)

    assert play(scene) == 1


def test_a_manager_that_ends_ends_its_shells(play):
    async def scene(stage):
        async with stage.client() as (heard, _, task):
            await opened(heard)
            await stage.shells.close()
            return task.cancelled()

    assert play(scene)


@pytest.mark.parametrize(
    ("job", "screen", "code", "words"),
    [
        ("nobody", {}, "ResourceNotFound", "no such"),
        ("j1", {"rows": "many"}, "ValidationException", "rows"),
        ("j1", {"columns": "99999"}, "ValidationException", "columns"),
        ("j2", {}, "ValidationException", "it is InProgress (Starting)"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_words(play, job, screen, code, words):
    async def scene(stage):
        stage.world.add_job("j2")
        async with stage.client(job, screen) as (heard, _, task):
            await task
            return heard.said

    (message,) = play(scene)
    assert (message["type"], message["code"]) == ("error", code)
    assert words in message["message"]


def test_a_job_that_admits_no_shell_says_how_it_would(world):
    stage = Stage(world)
    stage.admit(False)
    with pytest.raises(RefusedError) as refused:
        check_shell(world.jobs.find("j1"))
    assert "jupyter train shell --enable j1" in str(refused.value)
    assert "--remote-debug-config EnableRemoteDebug=true" in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", '{"op": "dance"}', '{"op": "resize", "rows": -1}'])
def test_a_message_that_is_none_ends_the_shell(play, text):
    async def scene(stage):
        async with stage.client() as (heard, terminal, task):
            await opened(heard)
            terminal.hear(text)
            await task
            return heard.said[-1]

    assert play(scene)["message"] != ""
