import asyncio
import signal

import pytest

from jupyter_train.runtimes.base import AttemptSpec, Phase, StartError
from jupyter_train.testing.runtime import KEY
from jupyter_train.testing.scripted import ScriptedHost, ScriptedRuntime


@pytest.fixture
def host(tmp_path):
    return ScriptedHost("scripted", tmp_path)


@pytest.fixture
def runtime():
    return ScriptedRuntime(clock=lambda: 7.0)


@pytest.fixture
def spec(host):
    return AttemptSpec(manager_id="m", key=KEY, folder=host.folder / str(KEY), argv=("true",))


def phase(runtime, host):
    return asyncio.run(runtime.observe(host, [KEY]))[KEY].phase


def test_an_attempt_ends_as_the_test_says(runtime, host, spec):
    assert phase(runtime, host) is Phase.ABSENT
    for _ in range(2):
        asyncio.run(runtime.start(host, spec))
    assert (runtime.started, phase(runtime, host)) == ([spec], Phase.RUNNING)
    runtime.write(spec, "line\n")
    runtime.end(spec, 3)
    seen = asyncio.run(runtime.observe(host, [KEY]))[KEY]
    assert (seen.exit_code, seen.ended) == (3, 7.0)
    assert (host.folder / str(KEY) / "log").read_text() == "line\n"


def test_another_instance_sees_what_the_first_one_left(runtime, host, spec):
    asyncio.run(runtime.start(host, spec))
    runtime.lose(spec)
    assert phase(ScriptedRuntime(), host) is Phase.LOST


def test_a_signal_ends_it_unless_it_is_to_be_ignored(runtime, host, spec):
    asyncio.run(runtime.start(host, spec))
    runtime.ends_on_signal = False
    assert asyncio.run(runtime.signal(host, spec, signal.SIGTERM)) == 1
    assert phase(runtime, host) is Phase.RUNNING
    asyncio.run(runtime.kill(host, spec))
    assert phase(runtime, host) is Phase.EXITED
    assert [number for _, number in runtime.signals] == [signal.SIGTERM, signal.SIGKILL]


def test_a_start_fails_with_the_message_it_was_given(runtime, host, spec):
    runtime.start_error = "no room"
    with pytest.raises(StartError, match="no room"):
        asyncio.run(runtime.start(host, spec))
