"""Jobs that do what no job should: the manager stays well, and what they left is told truly."""

import psutil
import pytest

from jupyter_train.client.stream import StreamReader

CATASTROPHIC = ("slow", "((a|a)+)+$")


@pytest.mark.parametrize("code", [0, 1])
def test_a_catastrophic_pattern_is_switched_off_and_said_and_the_others_go_on(desk, code):
    script = f"""
        for n in range(50):
            print("a" * 60 + f"! loss={{n}}")
        raise SystemExit({code})
    """
    name = f"slow-{code}"
    desk.submit(name, script, metrics=[CATASTROPHIC, ("loss", "loss=([0-9]+)")])
    assert desk.ended(name)["TrainingJobStatus"] == ["Completed", "Failed"][code]
    assert desk.values(name, "loss") == list(range(50))
    assert "metric definition 'slow' took too long and was switched off" in desk.said(name)


def test_a_line_of_ten_megabytes_comes_in_pieces_and_whole(desk):
    script = """
        print("before")
        print("x" * 10_000_000 + "loss=1")
        print("loss=2")
    """
    desk.submit("long", script, metrics=[("loss", "loss=([0-9]+)")])
    assert desk.ended("long")["TrainingJobStatus"] == "Completed"
    lines = desk.lines("long")
    assert (lines[0], lines[-1]) == ("before", "loss=2")
    assert "".join(lines[1:-1]) == "x" * 10_000_000 + "loss=1"
    assert max(len(line) for line in lines) <= 256 * 1024
    assert desk.values("long", "loss") == [1, 2]


EVERY_BYTE = """
    import sys, time
    for n in range(3):
        sys.stdout.buffer.write(bytes(range(256)) + b"\\n")
        print(f"loss={n} \\x1b[31m<b>", flush=True)
"""


def test_every_byte_there_is_neither_breaks_the_log_nor_the_stream(desk):
    desk.submit("bytes", EVERY_BYTE, metrics=[("loss", "loss=([0-9]+)")])
    assert desk.ended("bytes")["TrainingJobStatus"] == "Completed"
    wanted = (bytes(range(256)) + b"\n").replace(b"\r", b"\n").decode("utf-8", "replace")
    expected = [[*wanted.split("\n")[:-1], f"loss={n} \x1b[31m<b>"] for n in range(3)]
    expected = [line for part in expected for line in part]
    assert desk.lines("bytes") == expected
    with StreamReader(desk.connection, timeout=20) as reader:
        reader.subscribe("log", job="bytes", after=0)
        (message,) = reader.receive(20)
    assert [text for _, text, _ in message["lines"]] == expected
    assert desk.values("bytes", "loss") == [0, 1, 2]


# A chain, never an avalanche: each process makes one other, 30 in all, and all refuse to end.
CHAIN = """
    import os, signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for n in range(30):
        if os.fork():
            break
        os.setsid()
    print(f"process {n} loss={n}", flush=True)
    time.sleep(100)
"""


def living(home):
    found = psutil.process_iter(["cwd", "status"])
    return [
        each.pid
        for each in found
        if (each.info["cwd"] or "").startswith(str(home / "attempts"))
        and each.info["status"] != psutil.STATUS_ZOMBIE
    ]


@pytest.fixture
def impatient_desk(tmp_path, own_manager, desk_of):
    """A manager that gives a job two seconds to end."""
    own_manager.end()
    (own_manager.home / "config.toml").write_text("stop_grace = 2\n")
    return desk_of(own_manager)


def test_a_chain_of_processes_that_refuse_to_end_is_ended(impatient_desk):
    desk = impatient_desk
    desk.submit("chain", CHAIN)
    desk.until(lambda: len(living(desk.home)) >= 30)
    desk.connection.call("StopTrainingJob", {"TrainingJobName": "chain"})
    assert desk.ended("chain")["TrainingJobStatus"] == "Stopped"
    assert living(desk.home) == []
    assert len(desk.lines("chain")) >= 30


def test_two_hundred_thousand_lines_at_once_all_come_once(desk):
    script = """
        import sys
        sys.stdout.write("".join(f"line {n}\\n" for n in range(200_000)))
    """
    desk.submit("flood", script)
    assert desk.ended("flood")["TrainingJobStatus"] == "Completed"
    assert desk.lines("flood") == [f"line {n}" for n in range(200_000)]


def test_a_hundred_thousand_points_all_come_once(desk):
    script = """
        from jupyter_train_toolkit import log
        for n in range(100_000):
            log({"loss": n}, n)
    """
    desk.submit("points", script)
    assert desk.ended("points")["TrainingJobStatus"] == "Completed"
    assert desk.series("points")["loss"]["Count"] == 100_000
    assert desk.values("points", "loss", 100_000) == list(range(100_000))
