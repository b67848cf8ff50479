import asyncio
from contextlib import aclosing

import pytest

from jupyter_train.hosts.base import HostUnreachableError
from jupyter_train.testing.host import HostSuite
from jupyter_train.testing.scripted import ScriptedHost


@pytest.fixture
def host(tmp_path):
    (tmp_path / "host").mkdir()
    return ScriptedHost("scripted", tmp_path / "host")


class TestScriptedHost(HostSuite):
    pass


def test_a_cut_ends_a_reader_and_fails_calls_until_it_is_healed(host):
    async def read_and_cut():
        (host.folder / "log").write_bytes(b"first")
        async with aclosing(host.follow(host.folder / "log", 0)) as chunks:
            seen = [await anext(chunks)]
            host.cut()
            seen += [chunk async for chunk in chunks]
        with pytest.raises(HostUnreachableError, match="host scripted was cut off"):
            await host.size(host.folder / "log")
        host.heal()
        return seen, await host.size(host.folder / "log")

    assert asyncio.run(read_and_cut()) == ([b"first"], 5)
