"""Level-triggered notices."""

import asyncio

from jupyter_train.engine.feed import Feed

A, B = ("job", "a"), ("job", "b")


def test_many_notices_wake_a_watcher_once_with_all_topics():
    async def scene():
        feed = Feed()
        with feed.watch(A, B) as watch:
            feed.notify(A)
            feed.notify(A, B)
            return await watch.changed(), await watch.changed(timeout=0)

    assert asyncio.run(scene()) == ({A, B}, set())


def test_a_notice_that_came_before_the_wait_is_not_missed():
    async def scene():
        feed = Feed()
        with feed.watch(A) as watch:
            feed.notify(A)
            await asyncio.sleep(0)
            return await watch.changed(timeout=5)

    assert asyncio.run(scene()) == {A}


def test_a_watcher_that_left_hears_nothing_and_is_not_kept():
    async def scene():
        feed = Feed()
        with feed.watch(A) as watch:
            pass
        feed.notify(A)
        return await watch.changed(timeout=0), feed._watches

    assert asyncio.run(scene()) == (set(), {})
