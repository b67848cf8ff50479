import json
import shutil
import time

import pytest

from jupyter_train.client.connection import ApiError


@pytest.fixture
def attempts(manager_process):
    folder = manager_process.home / "attempts"
    folder.mkdir(exist_ok=True)
    yield folder
    for path in folder.iterdir():
        shutil.rmtree(path)


@pytest.fixture
def left(attempts):
    """A folder of an attempt whose job nobody knows, and one that is kept."""
    for name in ("gone-a1-r0", "kept-a1-r0"):
        (attempts / name).mkdir()
        (attempts / name / "log").write_bytes(b"x" * 300_000)
    (attempts / "kept-a1-r0" / "keep").touch()
    return attempts


def listed(manager_process):
    with manager_process.connect() as connection:
        found = connection.call("ListLeftovers", service="jupytertrain")["Leftovers"]
    return {each["Name"]: each for each in found if each["Kind"] == "attempt"}


def test_what_is_left_is_shown_and_stays_unless_someone_says_yes(manager_process, left):
    for answer in ("", "n\n", "nonsense\n"):
        done = manager_process.cli("prune", input=answer)
        assert done.returncode == 0
        assert "gone-a1-r0" in done.stdout
        assert "kept: its job is not known any more" in done.stdout
        assert "--kept" in done.stderr
    assert (left / "gone-a1-r0").is_dir()
    done = manager_process.cli("prune", input="y\n")
    assert "removed " in done.stdout
    assert [path.name for path in left.iterdir()] == ["kept-a1-r0"]
    manager_process.cli("prune", "--yes", "--kept")
    assert list(left.iterdir()) == []


def test_json_removes_nothing_unless_told_to_and_says_what_was_freed(manager_process, left):
    asked = json.loads(manager_process.cli("prune", "--json").stdout)
    assert asked["Deleted"] == []
    done = json.loads(manager_process.cli("prune", "--json", "--yes", "--kept").stdout)
    # The engine's network is every manager's: it may be a leftover too, and be in use by then.
    deleted = {each["Name"]: each for each in done["Deleted"] if each["Kind"] == "attempt"}
    assert deleted.keys() == {"gone-a1-r0", "kept-a1-r0"}
    assert deleted["gone-a1-r0"]["SizeInBytes"] >= 300_000
    assert list(left.iterdir()) == []


def test_a_job_that_runs_is_not_listed_and_survives(manager_process, attempts, tmp_path):
    script = tmp_path / "waits.py"
    script.write_text("import time\ntime.sleep(60)\n")
    manager_process.cli("run", str(script), "--name", "lives", "--no-wait")
    with manager_process.connect() as connection:
        ask = {"TrainingJobName": "lives"}
        while connection.call("DescribeTrainingJob", ask)["SecondaryStatus"] != "Training":
            time.sleep(0.05)
        assert listed(manager_process) == {}
        manager_process.cli("prune", "--yes", "--kept")
        assert len(list(attempts.iterdir())) == 1
        assert connection.call("DescribeTrainingJob", ask)["SecondaryStatus"] == "Training"
    assert manager_process.cli("rm", "-f", "lives").returncode == 0


def test_a_name_that_would_move_the_cursor_is_shown_without_it(manager_process, attempts):
    (attempts / "a\x1b[31mb").mkdir()
    assert "\x1b" not in manager_process.cli("prune", input="n\n").stdout
    manager_process.cli("prune", "--yes")
    assert list(attempts.iterdir()) == []


@pytest.mark.parametrize("id_", ["../../keys.json", "/etc/passwd", "x", "A" * 16, "0" * 17])
def test_what_is_no_id_is_refused(manager_process, id_):
    with manager_process.connect() as connection, pytest.raises(ApiError) as refused:
        connection.call("DeleteLeftovers", {"LeftoverIds": [id_]}, service="jupytertrain")
    assert refused.value.code == "ValidationException"
    assert (manager_process.home / "keys.json").exists()


def test_an_id_of_nothing_is_skipped(manager_process):
    with manager_process.connect() as connection:
        ask = {"LeftoverIds": ["0" * 16]}
        done = connection.call("DeleteLeftovers", ask, service="jupytertrain")
    assert done["Deleted"] == []
    assert done["Skipped"][0]["Reason"] == "it is no leftover, or no longer"


def test_a_container_whose_attempt_is_gone_is_removed(own_manager, docker_engine):
    own_manager.cli("ps")
    home = own_manager.home
    with own_manager.connect() as connection:
        assert connection.call("DescribeManager", service="jupytertrain")["Engines"][1]["Available"]
    labels = {
        "jupyter-train.attempts": str(home / "attempts"),
        "jupyter-train.manager": "m",
        "jupyter-train.attempt": "gone-a1-r0",
    }
    made = docker_engine.api.containers.create(
        docker_engine.image, ["true"], name="jt-m-gone-a1-r0", labels=labels
    )
    try:
        done = json.loads(own_manager.cli("prune", "--yes", "--json").stdout)
        assert "jt-m-gone-a1-r0" in [each["Name"] for each in done["Deleted"]]
        assert not docker_engine.api.containers.list(all=True, filters={"id": made.id})
    finally:
        for each in docker_engine.api.containers.list(all=True, filters={"id": made.id}):
            each.remove(force=True)
