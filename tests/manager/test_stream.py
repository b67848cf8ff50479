import asyncio
import math
import time

import pytest

from jupyter_train.contract.status import SecondaryStatus
from jupyter_train.engine.feed import METRICS
from jupyter_train.engine.progress import Progress
from jupyter_train.manager.stream import SlowClientError

JOBS = {"op": "subscribe", "id": 1, "topic": "jobs"}
JOB = {"op": "subscribe", "id": 2, "topic": "job", "job": "j1"}
SERIES = {"op": "subscribe", "id": 3, "topic": "series", "job": "j1"}
LOG = {"op": "subscribe", "id": 4, "topic": "log", "job": "j1"}


def texts(messages):
    return [line[1] for message in messages if message.get("lines") for line in message["lines"]]


def test_the_list_begins_with_a_snapshot_and_goes_on_with_facts(world, asking):
    first, second = asking(2, JOBS, then=lambda: world.move("j1", "Downloading"))
    assert (first["type"], first["seq"]) == ("jobs", 1)
    assert [job["TrainingJobName"] for job in first["jobs"]] == ["j1"]
    assert [(fact["seq"], fact["kind"]) for fact in second["facts"]] == [(2, "JobMoved")]
    assert second["facts"][0]["summary"]["SecondaryStatus"] == "Downloading"


def test_a_long_list_comes_in_pages_and_facts_come_between_them(world, asking):
    for number in range(2, 1203):
        world.add_job(f"j{number}")
    asked = {**JOBS, "limit": 100_000}
    pages = asking(4, asked, then=lambda: world.move("j1", "Downloading"))
    kinds = [(page["type"], len(page.get("jobs", ())), page.get("more")) for page in pages]
    lists = [each for each in kinds if each[0] != "facts"]
    assert lists == [("jobs", 500, True), ("older", 500, True), ("older", 202, False)]
    names = {job["TrainingJobName"] for page in pages for job in page.get("jobs", ())}
    assert len(names) == 1202


def test_a_list_is_no_longer_than_was_asked_for(world, asking):
    for number in range(2, 10):
        world.add_job(f"j{number}")
    (page,) = asking(1, {**JOBS, "limit": 5})
    assert (len(page["jobs"]), page["more"]) == (5, False)


def test_tags_are_in_the_list_and_a_change_of_them_is_a_fact(world, asking):
    world.jobs.set_tags("id-j1", {"team": "vision"})
    (page,) = asking(1, JOBS)
    assert page["jobs"][0]["Tags"] == [{"Key": "team", "Value": "vision"}]


def test_a_reader_that_comes_back_gets_the_facts_it_missed_and_no_snapshot(world, asking):
    world.add_job("j2")
    world.delete("j2")
    (message,) = asking(1, {**JOBS, "after": 1})
    assert [fact["kind"] for fact in message["facts"]] == ["JobSubmitted", "JobDeleted"]
    assert [fact["summary"] for fact in message["facts"]] == [None, None]


def test_a_number_of_another_folders_journal_gets_the_snapshot(asking):
    (message,) = asking(1, {**JOBS, "after": 99})
    assert (message["type"], message["seq"]) == ("jobs", 1)


def test_one_jobs_facts_come_at_once_and_whenever_they_change(world, asking):
    first, second = asking(2, JOB, then=lambda: world.move("j1", "Downloading"))
    assert first["detail"]["SecondaryStatus"] == "Starting"
    assert second["detail"]["SecondaryStatus"] == "Downloading"
    assert second["seq"] == 2


def progress(done):
    return Progress(unit="step", done=done, total=100, time=10.0, since=1.0, start=0)


def test_how_far_a_job_is_comes_with_it_and_then_as_it_moves(world, asking):
    world.progress["id-j1"] = progress(30)

    def move_on():
        world.progress["id-j1"] = progress(40)
        world.feed.notify(METRICS)

    first, second = asking(2, JOB, then=move_on)
    assert first["detail"]["Progress"]["Done"] == 30
    assert (second["type"], second["progress"]["Done"]) == ("progress", 40)


def test_a_list_says_how_far_the_jobs_that_train_are(world, asking):
    for to in ("Downloading", "Training"):
        world.move("j1", SecondaryStatus(to))

    def move_on():
        world.progress["id-j1"] = progress(40)
        world.feed.notify(METRICS)

    page, news = asking(2, JOBS, then=move_on)
    assert "Progress" not in page["jobs"][0]
    assert news["progress"]["j1"] == {
        "Unit": "step", "Done": 40, "Total": 100, "Time": 10.0, "Since": 1.0, "Start": 0
    }  # fmt: skip


def test_who_asks_for_the_time_is_told_the_one_by_which_jobs_are_dated(asking):
    before = time.time()
    (answer,) = asking(1, {"op": "clock"})
    assert (answer["type"], answer["id"]) == ("clock", 0)
    assert before <= answer["time"] <= time.time()


def test_a_job_that_goes_says_so(world, asking):
    assert asking(2, JOB, then=lambda: world.delete("j1"))[1] == {"id": 2, "type": "deleted"}


def test_points_come_after_their_names_and_each_once(world, asking):
    world.log("loss", [3.0, 2.0])
    names, first, second = asking(3, SERIES, then=lambda: world.log("loss", [1.0]))
    assert [each["Name"] for each in names["series"]] == ["loss"]
    assert (list(first.values), first.next, first.replaces) == ([3.0, 2.0], 2, False)
    assert (list(second.values), second.next) == ([1.0], 3)


def test_points_go_on_after_the_count_a_reader_has(world, asking):
    world.log("loss", range(10))
    series = world.curves.series("id-j1")[0].id
    _, block = asking(2, {**SERIES, "after": {str(series): 7}})
    assert (list(block.values), block.next) == ([7.0, 8.0, 9.0], 10)


def test_a_long_series_comes_thinned_first_and_raw_from_then_on(world, asking):
    world.log("loss", range(20_000))
    _, first, second = asking(3, SERIES, then=lambda: world.log("loss", [5.0, 6.0]))
    assert (first.replaces, first.next) == (True, 20_000)
    assert len(first.values) <= 4000
    assert (second.replaces, list(second.values), second.next) == (False, [5.0, 6.0], 20_002)


def test_a_count_that_cannot_be_begins_the_series_anew(world, asking):
    world.log("loss", [1.0, 2.0])
    series = world.curves.series("id-j1")[0].id
    _, block = asking(2, {**SERIES, "after": {str(series): 50}})
    assert (block.replaces, list(block.values), block.next) == (True, [1.0, 2.0], 2)


def test_what_is_no_number_travels_as_a_word_in_text_and_as_itself_in_points(world, asking):
    world.log("loss", [math.nan])
    names, block = asking(2, SERIES)
    assert names["series"][0]["LastValue"] == "NaN"
    assert math.isnan(block.values[0])


def test_lines_come_after_a_position_and_then_as_they_are_printed(world, asking):
    world.print("one", "two")
    first, second = asking(2, LOG, then=lambda: world.print("three"))
    assert texts([first, second]) == ["one", "two", "three"]
    assert second["first"] == first["next"]
    (again,) = asking(1, {**LOG, "after": first["next"]})
    assert texts([again]) == ["three"]


def test_a_reader_that_is_far_behind_goes_on_with_the_last_lines(world, asking, monkeypatch):
    monkeypatch.setattr("jupyter_train.manager.subscriptions._FAR_BEHIND_BYTES", 20)
    world.print("one")
    (first,) = asking(1, {**LOG, "tail": 9})
    wanted = {**LOG, "tail": 1, "after": {first["stream"]: first["next"]}}
    world.print("near", "end")
    assert texts(asking(1, wanted)) == ["near", "end"]
    world.print("far behind", "end of it")
    assert texts(asking(1, wanted)) == ["end of it"]


def test_a_tail_begins_with_the_last_lines(world, asking):
    world.print("one", "two", "three")
    assert texts(asking(2, {**LOG, "tail": 2}, then=lambda: world.print("four"))) == [
        "two",
        "three",
        "four",
    ]


def test_a_stream_that_comes_later_is_new_from_its_first_line(world, asking):
    world.print("one", "two")
    again = lambda: world.print("a", "b", "c", stream="j1/algo-1-0-2")  # noqa: E731 - one step
    assert texts(asking(2, {**LOG, "tail": 1}, then=again)) == ["two", "a", "b", "c"]


def test_a_line_of_megabytes_is_cut_for_display(world, asking):
    world.print("x" * 3_000_000)
    (message,) = asking(1, LOG)
    assert len(message["lines"][0][1]) < 300_000
    assert message["lines"][0][1].endswith("characters more)")


def test_a_long_log_comes_in_parts_and_is_whole(world, asking):
    world.print(*(f"line {number}" for number in range(5000)))
    messages = asking(3, LOG)
    assert texts(messages) == [f"line {number}" for number in range(5000)]


def test_each_stream_of_a_job_is_followed(world, asking):
    world.print("a", stream="j1/algo-1-0")
    world.print("b", stream="j1/algo-2-0")
    assert [message["stream"] for message in asking(2, LOG)] == ["j1/algo-1-0", "j1/algo-2-0"]
    positions = {"j1/algo-1-0": 0, "j1/algo-2-0": world.logs.open("id-j1", "j1/algo-2-0").end}
    assert texts(asking(1, {**LOG, "after": positions})) == ["a"]


def test_log_and_series_end_with_the_job_when_everything_was_sent(world, asking):
    world.print("last words")
    messages = asking(3, LOG, SERIES, then=world.end)
    ends = sorted(each["id"] for each in messages if each["type"] == "end")
    assert (texts(messages), ends) == (["last words"], [3, 4])


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({**JOB, "job": "nobody"}, "ResourceNotFound"),
        ({**JOB, "job": 7}, "ValidationException"),
        ({**JOBS, "after": -1}, "ValidationException"),
        ({**JOBS, "limit": True}, "ValidationException"),
        ({**SERIES, "after": {"loss": 3}}, "ValidationException"),
        ({**SERIES, "after": [1]}, "ValidationException"),
        ({**LOG, "tail": "all"}, "ValidationException"),
        ({"op": "subscribe", "id": 2, "topic": "weather"}, "ValidationException"),
        ({"op": "dance", "id": 2}, "ValidationException"),
        ({"op": "rate"}, "ValidationException"),
    ],
)
def test_a_bad_message_is_answered_and_harms_no_other_subscription(world, asking, message, code):
    messages = asking(3, JOBS, message, then=lambda: world.move("j1", "Downloading"))
    kinds = sorted(each["type"] for each in messages)
    assert kinds == ["error", "facts", "jobs"]
    assert [each["code"] for each in messages if each["type"] == "error"] == [code]


@pytest.mark.parametrize("text", ["", "{", "[]", "7", b"\xff"])
def test_what_is_no_message_is_answered(world, text):
    async def talk():
        async with world.client() as (listener, _, task):
            task.get_coro().cr_frame.f_locals["self"].hear(text)
            return await listener.count(1)

    assert asyncio.run(talk())[0]["code"] == "SerializationException"


def test_a_number_in_use_is_refused_and_free_again_after_unsubscribing(world, asking):
    messages = asking(2, JOBS, JOBS, {"op": "unsubscribe", "id": 1}, JOBS)
    assert sorted(each["type"] for each in messages) == ["error", "jobs"]


def test_a_client_that_takes_nothing_is_dropped_and_another_goes_on(world):
    async def talk():
        async with (
            world.client(drop_after=0.05) as (slow, say_slow, slow_task),
            world.client() as (quick, say, _),
        ):
            slow.stuck = True
            say_slow(**LOG)
            say(**LOG)
            world.print("one")
            await asyncio.wait([slow_task], timeout=5)
            world.print("two")
            return slow_task.exception(), texts(
                await quick.until(lambda heard: len(texts(heard)) == 2)
            )

    error, heard = asyncio.run(talk())
    assert isinstance(error, SlowClientError)
    assert heard == ["one", "two"]


def test_nothing_piles_up_for_a_client_that_takes_its_time(world):
    async def talk():
        async with world.client() as (listener, say, _):
            say(op="rate", interval_ms=200)
            say(**LOG)
            await asyncio.sleep(0.05)
            for number in range(100):
                world.print(f"line {number}")
                await asyncio.sleep(0)
            return await listener.until(lambda heard: len(texts(heard)) == 100)

    assert len(asyncio.run(talk())) <= 2


def test_a_conversation_that_ends_leaves_no_watch_behind(world, asking):
    asking(3, JOBS, JOB, SERIES, then=lambda: world.print("x"))
    assert world.feed._watches == {}
