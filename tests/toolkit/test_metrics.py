import os
import resource
import signal
import struct
import subprocess
import sys
import threading
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jupyter_train_toolkit
from jupyter_train.contract import samples
from jupyter_train_toolkit import log, metrics

TOOLKIT = str(Path(jupyter_train_toolkit.__file__).parents[1])


def kept(folder):
    """Return {series: [(step, value)]} of all files, in order."""
    found = defaultdict(list)
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        series, used = samples.decode(data, {})
        assert used == len(data)
        for name, columns in series.items():
            found[name] += zip(columns.steps.tolist(), columns.values.tolist(), strict=True)
    return dict(found)


def test_the_two_descriptions_of_a_record_are_one():
    packed = metrics.RECORD.pack(7, metrics.SAMPLE, -3, 1.5, 2.5)
    (row,) = np.frombuffer(packed, samples.RECORD)
    assert tuple(row) == (7, samples.SAMPLE, -3, 1.5, 2.5)
    assert (metrics.RECORD.size, metrics.NAME) == (samples.RECORD.itemsize, samples.NAME)


def test_what_is_logged_is_read_back(metrics_folder):
    log({"loss": 0.5, "a name of more than thirty-two bytes: Verlust ü": 2}, 10)
    log({"loss": 0.25}, 20)
    assert kept(metrics_folder) == {
        "loss": [(10, 0.5), (20, 0.25)],
        "a name of more than thirty-two bytes: Verlust ü": [(10, 2.0)],
    }


def test_steps_are_counted_where_none_is_given(metrics_folder):
    for value in (3, 2, 1):
        log({"loss": value})
    assert kept(metrics_folder) == {"loss": [(0, 3.0), (1, 2.0), (2, 1.0)]}


class Tensor:
    """As torch's: no float, but turned into one."""

    def __float__(self):
        return 1.5


@pytest.mark.parametrize("value", [1.5, np.float32(1.5), np.array(1.5), Tensor()])
def test_anything_that_can_be_a_float_is_taken(value, metrics_folder):
    for _ in range(2):
        log({"loss": value}, np.int64(1))
    assert kept(metrics_folder) == {"loss": [(1, 1.5), (1, 1.5)]}


def test_values_that_are_no_numbers_of_the_line_are_kept(metrics_folder):
    log({"loss": float("nan"), "lr": float("inf")}, 0)
    found = kept(metrics_folder)
    assert np.isnan(found["loss"][0][1])
    assert found["lr"] == [(0, float("inf"))]


def test_a_value_that_is_no_number_is_named(metrics_folder):
    log({"loss": 1.0}, 0)
    with pytest.raises(TypeError, match="metric 'loss' is 'low'; a number is wanted"):
        log({"loss": "low"}, 1)
    assert kept(metrics_folder) == {"loss": [(0, 1.0)]}


def test_one_call_is_one_write(metrics_folder, monkeypatch):
    sizes = []
    write = os.write
    monkeypatch.setattr(
        os, "write", lambda file, data: sizes.append(len(data)) or write(file, data)
    )
    log({f"m{n}": n for n in range(10)}, 0)
    log({f"m{n}": n for n in range(10)}, 1)
    assert sizes == [10 * (32 + 32 + 32), 10 * 32]


def test_threads_lose_and_mix_nothing(metrics_folder):
    def work(number):
        for step in range(200):
            log({f"series-{number}": step, "shared": number}, step)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = kept(metrics_folder)
    assert len(found.pop("shared")) == 1600
    assert found == {f"series-{n}": [(s, float(s)) for s in range(200)] for n in range(8)}


def test_a_forked_process_has_a_file_of_its_own(metrics_folder):
    program = (
        "import os\nfrom jupyter_train_toolkit import log\nlog({'parent': 1}, 0)\n"
        "if os.fork() == 0:\n    log({'child': 2}, 0)\n    os._exit(0)\n"
        "os.wait()\nlog({'parent': 3}, 1)\n"
    )
    environment = {"PYTHONPATH": TOOLKIT, "JUPYTER_TRAIN_METRICS": str(metrics_folder)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert len(list(metrics_folder.iterdir())) == 2
    assert kept(metrics_folder) == {"parent": [(0, 1.0), (1, 3.0)], "child": [(0, 2.0)]}


def test_outside_a_job_nothing_is_kept_and_that_is_said_once(metrics_folder, monkeypatch, capsys):
    monkeypatch.delenv("JUPYTER_TRAIN_METRICS")
    for _ in range(3):
        log({"loss": 1})
    assert capsys.readouterr().err.splitlines() == [
        "jupyter_train_toolkit: not inside a training job: log() keeps nothing"
    ]
    assert not metrics_folder.exists()


def test_a_folder_that_cannot_be_made_does_not_disturb_the_training(metrics_folder, capsys):
    metrics_folder.write_text("in the way")
    for _ in range(3):
        log({"loss": 1})
    assert capsys.readouterr().err.count("metrics cannot be kept") == 1


@pytest.fixture
def small_disk():
    """Lets files grow to 1000 bytes, as a disk that is full: the last write is cut off."""
    before, handler = (
        resource.getrlimit(resource.RLIMIT_FSIZE),
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
    )
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_told_once_and_what_comes_after_it_is_whole(
    metrics_folder, small_disk, capsys
):
    for step in range(60):
        log({"loss": step}, step)
    assert capsys.readouterr().err.count("could not be kept") == 1
    make_room = small_disk
    make_room()
    log({"loss": 60, "new": 1}, 60)
    found = kept(metrics_folder)
    assert found["new"] == [(60, 1.0)]
    assert found["loss"] == [(step, float(step)) for step in [*range(30), 60]]


@given(st.data())
def test_any_cut_of_a_file_decodes_to_a_prefix(data):
    calls = data.draw(
        st.lists(st.tuples(st.text(max_size=80), st.integers(-(2**63), 2**63 - 1), st.floats()))
    )
    numbers, whole = {}, b""
    for name, step, value in calls:
        if name not in numbers:
            numbers[name] = len(numbers)
            whole += metrics._name_record(numbers[name], name)
        whole += struct.pack("<IIqdd", numbers[name], metrics.SAMPLE, step, 1.0, value)
    cut = data.draw(st.integers(0, len(whole)))
    names = {}
    first, used = samples.decode(whole[:cut], names)
    second, rest = samples.decode(whole[used:], names)
    assert used <= cut
    assert used + rest == len(whole)
    everything, _ = samples.decode(whole, {})
    for name, columns in everything.items():
        halves = [half[name].steps for half in (first, second) if name in half]
        assert np.concatenate(halves).tolist() == columns.steps.tolist()
