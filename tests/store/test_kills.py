"""A writer killed at any moment: nothing acknowledged is lost, nothing half, nothing doubled."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jupyter_train.store.curves import SqlCurves
from jupyter_train.store.jobs import SqlJobs
from jupyter_train.store.logs import SegmentLogs
from jupyter_train.store.objects import FolderObjects

ROUNDS = int(os.environ.get("JT_FAULT_ROUNDS", "3"))
WRITER = Path(__file__).with_name("killed_writer.py")


def acknowledged(tmp_path, kind, seed):
    """Run a writer of this kind, kill it, and return the last number it saw committed."""
    command = [sys.executable, str(WRITER), kind, str(tmp_path)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    last = int(writer.stdout.readline())
    time.sleep(random.Random(seed).uniform(0.0, 0.25))
    writer.kill()
    told = writer.stdout.read().split("\n")[:-1]
    writer.wait()
    writer.stdout.close()
    return int(told[-1]) if told else last


@pytest.fixture(params=range(ROUNDS))
def kill(request, tmp_path):
    """Kill twice in the same folder, so that the second writer begins on what the first left."""

    def twice(kind):
        acknowledged(tmp_path, kind, request.param)
        return acknowledged(tmp_path, kind, request.param + 1000)

    return twice


def test_acknowledged_jobs_are_whole_after_a_kill(kill, tmp_path):
    told = kill("jobs")
    store = SqlJobs(tmp_path / "journal.sqlite")
    facts = store.after(0, limit=1 << 30)
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
    assert (len(facts) >= told, len(facts) % 2) == (True, 0)
    for fact in facts[::2]:
        assert store.find(fact.job_name).attempt == 1
        assert store.tags(fact.job_id) == {"a": "b"}
    store.close()


def test_samples_and_their_cursor_agree_after_a_kill(kill, tmp_path):
    told = kill("curves")
    store = SqlCurves(tmp_path / "curves.sqlite")
    cursor = store.cursor("job", "metrics")
    assert cursor >= told
    for series in store.series("job"):
        steps = store.after("job", series.id, 0).steps
        assert steps.tolist() == list(range(cursor * 10))
        assert series.count == cursor * 10
    store.close()


def test_lines_and_their_cursor_agree_after_a_kill(kill, tmp_path):
    told = kill("logs")
    stream = SegmentLogs(tmp_path / "logs").open("job", "a")
    lines = stream.read(0, 1 << 30, 1 << 40)
    assert [line.text for line in lines] == [f"line {number}" for number in range(len(lines))]
    assert (stream.source_offset, len(lines) >= told) == (len(lines), True)
    assert [line.time for line in lines] == [1000 + number for number in range(len(lines))]
    for number in (0, len(lines) // 2, len(lines) - 1):
        assert stream.seek_line(number) == lines[number].position


def test_an_object_is_the_old_or_the_new_one_after_a_kill(kill, tmp_path):
    told = kill("objects")
    store = FolderObjects(tmp_path / "objects")
    numbers = []
    for found in store.keys("data"):
        body = Path(store.path("data", found.key)).read_bytes()
        assert (len(set(body)), len(body)) == (1, 100_000)
        numbers.append(body[0])
    assert (told % 200 in numbers) or ((told + 1) % 200 in numbers)
    store.close()
