"""Jobs that do what no job should, on any Runtime: the manager stays well and tells the truth."""

import os
from pathlib import Path

import psutil
import pytest

from ..client.logs import read_log
from ..client.stream import StreamReader
from .desk import Desk

LARGE = int(os.environ.get("JT_FAULT_ROUNDS", "1")) > 1
MIB = 1 << 20
CATASTROPHIC = ("slow", "((a|a)+)+$")
LOSS = ("loss", "loss=([0-9]+)")
EVERY_BYTE = """
    import sys
    for n in range(3):
        sys.stdout.buffer.write(bytes(range(256)) + b"\\n")
        print(f"loss={n} \\x1b[31m<b>", flush=True)
"""
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


class HostileSuite:
    """The fixture `desk` is a desk of a manager with `stop_grace = 2`.

    A runtime of images says which image in `desk.given`.
    """

    def living(self, desk: Desk) -> list[str]:
        """Return what runs of any job of this manager."""
        return [
            f"process {each.pid}"
            for each in psutil.process_iter(["cwd", "status"])
            if (each.info["cwd"] or "").startswith(str(desk.home / "attempts"))
            and each.info["status"] != psutil.STATUS_ZOMBIE
        ]

    @pytest.mark.parametrize("code", [0, 1])
    def test_a_catastrophic_pattern_is_switched_off_and_said_and_the_others_go_on(
        self, desk: Desk, code: int
    ) -> None:
        """However the job ends."""
        script = f"""
            for n in range(50):
                print("a" * 60 + f"! loss={{n}}")
            raise SystemExit({code})
        """
        name = f"slow-{code}"
        desk.submit(name, script, metrics=[CATASTROPHIC, LOSS])
        assert desk.ended(name)["TrainingJobStatus"] == ["Completed", "Failed"][code]
        assert desk.values(name, "loss") == list(range(50))
        said = desk.said(name)
        assert "metric definition 'slow' took too long and was switched off" in said

    def test_a_line_of_ten_megabytes_comes_in_pieces_and_whole(self, desk: Desk) -> None:
        """With what it says at its end."""
        script = """
            print("before")
            print("x" * 10_000_000 + "loss=1")
            print("loss=2")
        """
        desk.submit("long", script, metrics=[LOSS])
        assert desk.ended("long")["TrainingJobStatus"] == "Completed"
        lines = desk.lines("long")
        assert (lines[0], lines[-1]) == ("before", "loss=2")
        assert "".join(lines[1:-1]) == "x" * 10_000_000 + "loss=1"
        assert max(len(line) for line in lines) <= 256 * 1024
        assert desk.values("long", "loss") == [1, 2]

    def test_lines_longer_than_anybodys_pieces_are_whole(self, desk: Desk) -> None:
        """An engine cuts at 16 KiB."""
        desk.submit("whole", "print(','.join(map(str, range(1, 40_001))) + '\\nend')")
        assert desk.ended("whole")["TrainingJobStatus"] == "Completed"
        assert desk.lines("whole") == [",".join(map(str, range(1, 40_001))), "end"]

    def test_every_byte_there_is_neither_breaks_the_log_nor_the_stream(self, desk: Desk) -> None:
        """Nor a curve."""
        desk.submit("bytes", EVERY_BYTE, metrics=[LOSS])
        assert desk.ended("bytes")["TrainingJobStatus"] == "Completed"
        wanted = (bytes(range(256)) + b"\n").replace(b"\r", b"\n").decode("utf-8", "replace")
        parts = [[*wanted.split("\n")[:-1], f"loss={n} \x1b[31m<b>"] for n in range(3)]
        expected = [line for part in parts for line in part]
        assert desk.lines("bytes") == expected
        with StreamReader(desk.connection, timeout=20) as reader:
            reader.subscribe("log", job="bytes", after=0)
            (message,) = reader.receive(20)
        assert isinstance(message, dict)
        assert [text for _, text, _ in message["lines"]] == expected
        assert desk.values("bytes", "loss") == [0, 1, 2]

    def test_a_chain_of_processes_that_refuse_to_end_is_ended(self, desk: Desk) -> None:
        """Each with a session of its own."""
        desk.submit("chain", CHAIN)
        # Of a job that runs GetLogEvents waits for more lines: the folder tells at once.
        logs = desk.home.glob
        desk.until(lambda: b"process 29" in b"".join(map(Path.read_bytes, logs("attempts/*/log"))))
        desk.stop("chain")
        assert desk.ended("chain")["TrainingJobStatus"] == "Stopped"
        desk.until(lambda: not self.living(desk), 10)
        assert len(desk.lines("chain")) >= 30

    def test_a_program_that_kills_itself_is_its_own_failure(self, desk: Desk) -> None:
        """As one that is killed from without is not."""
        desk.submit("suicide", "import os; print('last', flush=True); os.kill(os.getpid(), 9)")
        reason = desk.ended("suicide")["FailureReason"]
        assert reason.startswith("AlgorithmError: last, exit code: 137")

    def test_two_hundred_thousand_lines_at_once_all_come_once(self, desk: Desk) -> None:
        """In their order."""
        script = """
            import sys
            sys.stdout.write("".join(f"line {n}\\n" for n in range(200_000)))
        """
        desk.submit("flood", script)
        assert desk.ended("flood")["TrainingJobStatus"] == "Completed"
        assert desk.lines("flood") == [f"line {n}" for n in range(200_000)]

    @pytest.mark.timeout(600)
    def test_a_huge_log_is_kept_whole_and_in_bounded_time(self, desk: Desk) -> None:
        """Every line of it."""
        count, rest = (1024 if LARGE else 200) * MIB // 1024, "x" * 1015
        desk.submit("huge", f"for n in range({count}): print(f'{{n:07}} ' + 'x' * 1015)")
        assert desk.ended("huge", 400 if LARGE else 90)["TrainingJobStatus"] == "Completed"
        seen = 0
        for each in read_log(desk.connection, "huge"):
            assert each.text == f"{seen:07} {rest}"
            seen += 1
        assert seen == count

    def test_a_hundred_thousand_points_all_come_once(self, desk: Desk) -> None:
        """In their order."""
        script = """
            from jupyter_train_toolkit import log
            for n in range(100_000):
                log({"loss": n}, n)
        """
        desk.submit("points", script)
        assert desk.ended("points")["TrainingJobStatus"] == "Completed"
        assert desk.series("points")["loss"]["Count"] == 100_000
        assert desk.values("points", "loss", 100_000) == list(range(100_000))
