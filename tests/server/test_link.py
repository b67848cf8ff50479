"""A link lets go of what it held, whatever it is doing."""

import asyncio
import threading

import psutil

from jupyter_train.server.link import Link


def test_a_link_may_be_closed_before_its_search_has_begun(small_manager):
    may_end = threading.Event()
    link = Link(small_manager.connect)
    link._thread.submit(may_end.wait, 10)
    found = link.search()
    link.close()
    may_end.set()
    assert found.cancelled()


async def test_a_manager_that_is_forgotten_has_no_sockets_left(small_manager):
    def sockets():
        there = psutil.Process().net_connections()
        return [each for each in there if each.raddr and each.raddr.port == small_manager.port]

    link = Link(small_manager.connect)
    await link.ask("ListTags", {})
    assert sockets()
    link.forget(await link.find())
    assert not sockets()
    await asyncio.to_thread(link.close)
