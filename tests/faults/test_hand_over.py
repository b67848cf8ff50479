"""A newer client finds an older manager: it hands over, and its jobs run on."""

import time
from dataclasses import replace

import pytest

from jupyter_train.client import find
from jupyter_train.contract.manager_file import print_facts


def pretend_version(manager, version):
    path = manager.home / "manager.json"
    path.write_text(print_facts(replace(find.find_manager(manager.home), version=version)))


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def newer_client(monkeypatch):
    monkeypatch.setattr(find, "program_version", lambda: "0.2.0")


def test_an_older_manager_hands_over_and_its_jobs_run_on(own_manager, tmp_path, newer_client):
    go = tmp_path / "go"
    (tmp_path / "train.py").write_text(
        "import pathlib, time\nprint('begun', flush=True)\n"
        f"while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)\nprint('done')\n"
    )
    own_manager.cli("run", str(tmp_path / "train.py"), "--name", "job", "--no-wait")
    pretend_version(own_manager, "0.1.0")
    before = find.find_manager(own_manager.home)
    with own_manager.connect() as connection:
        assert connection.facts.pid != before.pid
        assert connection.token == before.token
        go.touch()
        describe = lambda: connection.call("DescribeTrainingJob", {"TrainingJobName": "job"})  # noqa: E731 - a condition
        wait_until(lambda: describe()["TrainingJobStatus"] == "Completed")
    assert own_manager.cli("logs", "job").stdout.split() == ["begun", "done"]


@pytest.mark.parametrize("version", ["0.2.0", "0.3.1", "0+source"])
def test_a_manager_that_is_not_older_stays(own_manager, newer_client, version):
    pretend_version(own_manager, version)
    before = find.find_manager(own_manager.home)
    with own_manager.connect() as connection:
        assert connection.facts.pid == before.pid


def test_who_only_looks_ends_no_manager(own_manager, newer_client):
    pretend_version(own_manager, "0.1.0")
    with find.connect(own_manager.home, start=False) as connection:
        assert connection.facts.version == "0.1.0"
