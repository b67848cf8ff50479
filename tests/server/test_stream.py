"""The stream passes through both ways, holds nothing, and ends when either side ends."""

import asyncio
import socket

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_train.server import proxy


async def test_messages_pass_both_ways_as_they_are(jp_ws_fetch, link):
    stream = await jp_ws_fetch("jupyter-train", "stream")
    await stream.write_message('{"op":"rate"}')
    await stream.write_message(b"\x01\x02", binary=True)
    assert await stream.read_message() == '{"op":"rate"}'
    assert await stream.read_message() == b"\x01\x02"
    stream.close()


async def test_the_manager_s_end_closes_the_stream_with_try_again_later(
    jp_ws_fetch, link, small_manager
):
    stream = await jp_ws_fetch("jupyter-train", "stream")
    await small_manager.stop()
    assert await stream.read_message() is None
    assert stream.close_code == 1013
    stream.close()


async def test_a_browser_that_comes_back_finds_the_manager_again(jp_ws_fetch, link, small_manager):
    first = await jp_ws_fetch("jupyter-train", "stream")
    await small_manager.stop()
    assert await first.read_message() is None
    first.close()
    small_manager.start()
    again = await jp_ws_fetch("jupyter-train", "stream")
    await again.write_message("hello")
    assert await again.read_message() == "hello"
    again.close()


async def test_without_a_manager_there_is_no_stream(jp_ws_fetch, link, small_manager):
    await small_manager.stop()
    with pytest.raises(HTTPClientError) as refusal:
        await jp_ws_fetch("jupyter-train", "stream")
    assert refusal.value.code == 503


async def test_the_manager_hears_when_a_browser_goes(jp_ws_fetch, link, small_manager):
    stream = await jp_ws_fetch("jupyter-train", "stream")
    await stream.write_message("hello")
    await stream.read_message()
    stream.close()
    for _ in range(100):
        if not small_manager.app.settings["open"]:
            break
        await asyncio.sleep(0.02)
    assert not small_manager.app.settings["open"]


async def test_a_browser_that_takes_nothing_is_dropped_and_others_go_on(
    jp_ws_fetch, link, small_manager, stream_address, monkeypatch
):
    monkeypatch.setattr(proxy, "_PATIENCE", 0.3)
    slow = await sleepy_browser(*stream_address)
    other = await jp_ws_fetch("jupyter-train", "stream")
    await other.write_message("still here")
    assert await other.read_message() == "still here"
    other.close()
    for _ in range(150):
        if not small_manager.app.settings["open"]:
            break
        await asyncio.sleep(0.02)
    slow.close()
    assert not small_manager.app.settings["open"]
    assert small_manager.app.settings["sent"] < 60, "megabytes kept for a browser that takes none"


async def sleepy_browser(port, path):
    """Ask for a flood over a bare socket, and never read it."""
    browser = socket.create_connection(("127.0.0.1", port))
    loop = asyncio.get_running_loop()
    browser.setblocking(False)
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]
    await loop.sock_sendall(browser, ("\r\n".join(lines) + "\r\n\r\n").encode())
    assert b" 101 " in await loop.sock_recv(browser, 4096)
    await loop.sock_sendall(browser, b"\x81\x85\0\0\0\0flood")
    return browser
