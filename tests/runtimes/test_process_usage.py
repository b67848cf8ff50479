"""What the processes of an attempt use: read from a made-up /proc, and from the real one."""

import os
import sys
import time

import pytest

from jupyter_train.runtimes.process_usage import usage_of

TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")


@pytest.fixture
def process(tmp_path):
    """Make up a process."""

    def make(pid, parent, session, *, seconds=0, pages=(0, 0), io=(0, 0)):
        folder = tmp_path / str(pid)
        folder.mkdir()
        times = f"{seconds * TICKS} 0 {seconds * TICKS} 0"
        # A name may hold spaces and parentheses.
        (folder / "stat").write_text(
            f"{pid} (a) b) S {parent} {parent} {session} 0 0 0 0 0 0 0 {times} 20 0 1 0 99 0 0"
        )
        (folder / "statm").write_text(f"900 {pages[0]} {pages[1]} 1 0 1 0\n")
        (folder / "io").write_text(f"rchar: 1\nread_bytes: {io[0]}\nwrite_bytes: {io[1]}\n")

    return make


def test_a_family_is_its_shims_session_and_all_below_it(process, tmp_path):
    process(1, 0, 1, seconds=100)
    process(10, 1, 10, seconds=1)
    process(11, 10, 10, seconds=2)
    process(12, 11, 12, seconds=4)
    process(20, 1, 20, seconds=8)
    process(21, 1, 20, seconds=16)
    used = usage_of({10: "a", 20: "b"}, str(tmp_path))
    assert {name: each.cpu_seconds for name, each in used.items()} == {"a": 14, "b": 48}


def test_what_processes_share_is_there_once(process, tmp_path):
    process(10, 1, 10, pages=(100, 60), io=(5, 7))
    process(11, 10, 10, pages=(50, 40), io=(1, 1))
    used = usage_of({10: "a"}, str(tmp_path))["a"]
    assert used.memory == (40 + 10 + 60) * PAGE
    assert (used.disk_read, used.disk_written, used.network_in) == (6, 8, None)


def test_one_that_ends_while_it_is_looked_at_and_one_above_itself_hurt_nobody(process, tmp_path):
    process(10, 1, 10, seconds=1)
    (tmp_path / "11").mkdir()
    process(12, 13, 12)
    process(13, 12, 13)
    (tmp_path / "10" / "io").unlink()
    assert usage_of({10: "a"}, str(tmp_path))["a"].cpu_seconds == 2
    assert usage_of({10: "a"}, str(tmp_path / "absent")) == {}


def test_a_look_at_all_of_a_machine_is_cheap():
    usage_of({os.getpid(): "us"})
    begun = time.thread_time()
    for _ in range(10):
        usage_of({os.getpid(): "us"})
    assert (time.thread_time() - begun) / 10 < 0.05  # 0.001 s here, for 130 processes
