"""A state folder on a disk of twelve megabytes: what happens when it is full, and afterwards."""

import os
import sqlite3
import subprocess
import tarfile
from pathlib import Path

import pytest

from jupyter_train.client.connection import ApiError

BLOCK = 64 * 1024


class SmallDisk:
    """A file system of its own that can be filled and emptied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, leave: int = 0) -> None:
        """Take all room there is, but for so many bytes."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * BLOCK)
            except OSError:
                os.truncate(self._ballast, file.seek(0, os.SEEK_END) - leave)

    def empty(self) -> None:
        """Give the room back."""
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "none", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert mounted.returncode == 0, f"this test must be root, to mount a disk: {mounted.stderr}"
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def desk(disk, tmp_path, manager_at, desk_of):
    """A manager whose memories are on the small disk and whose attempts have room elsewhere."""
    (tmp_path / "attempts").mkdir()
    home = disk.folder / "home"
    home.mkdir(mode=0o700)
    (home / "attempts").symlink_to(tmp_path / "attempts")
    return desk_of(manager_at(home))


@pytest.fixture
def crammed_desk(disk, manager_at, desk_of):
    """A manager whose attempts share the small disk with its memories."""
    home = disk.folder / "home"
    home.mkdir(mode=0o700)
    return desk_of(manager_at(home))


def check_files(home):
    """The databases are whole."""
    for name in ("journal.sqlite", "curves.sqlite", "objects.sqlite"):
        connection = sqlite3.connect(home / name)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()


def test_a_job_that_cannot_be_kept_is_refused_and_nothing_of_it_is_there(desk, disk):
    desk.upload("job", "print('hello')")
    disk.fill()
    with pytest.raises(ApiError, match="disk of the manager's state folder is full") as caught:
        desk.connection.call("CreateTrainingJob", desk.request("job"))
    assert (caught.value.code, desk.names()) == ("ResourceLimitExceeded", [])
    disk.empty()
    assert desk.names() == []
    desk.connection.call("CreateTrainingJob", desk.request("job"))
    assert desk.ended("job")["TrainingJobStatus"] == "Completed"
    assert desk.lines("job") == ["hello"]
    check_files(desk.home)


@pytest.mark.parametrize("size", [100_000, 20_000_000])
def test_a_source_that_does_not_fit_is_refused_and_half_of_it_is_nowhere(desk, disk, size):
    disk.fill(leave=50_000)
    with pytest.raises(ApiError, match="disk of the manager's state folder is full"):
        desk.connection.put_object("jupyter-train", "big", os.urandom(size))
    disk.empty()
    assert not (desk.home / "objects" / "jupyter-train" / "big").exists()
    assert list((desk.home / "spool").iterdir()) == []
    desk.connection.put_object("jupyter-train", "big", b"small")


TALKER = """
    import pathlib, time
    from jupyter_train_toolkit import log
    n = 0
    while not pathlib.Path({go!r}).exists():
        print(f"line {{n}} loss={{n}}" + " " * 1000, flush=True)
        log({{"acc": n}}, n)
        n += 1
        time.sleep(0.002)
"""


def test_what_a_job_says_while_the_disk_is_full_is_there_once_when_it_has_room(
    desk, disk, tmp_path
):
    go, log = tmp_path / "go", tmp_path / "attempts"
    desk.submit("job", TALKER.format(go=str(go)), metrics=[("loss", "loss=([0-9]+)")])
    size = lambda: sum(each.stat().st_size for each in log.glob("*/log"))  # noqa: E731 - a measure
    desk.until(lambda: size() > 100_000)
    disk.fill()
    full_at = size()
    desk.until(lambda: size() > full_at + 500_000)
    assert desk.describe("job")["SecondaryStatus"] == "Training"
    disk.empty()
    go.touch()
    assert desk.ended("job")["TrainingJobStatus"] == "Completed"
    lines = [line.rstrip() for line in desk.lines("job")]
    assert lines == [f"line {n} loss={n}" for n in range(len(lines))]
    assert desk.values("job", "loss") == desk.values("job", "acc") == list(range(len(lines)))
    check_files(desk.home)


def test_a_model_that_does_not_fit_is_kept_where_the_reason_says(desk, disk):
    script = """
        import os, pathlib
        pathlib.Path(os.environ["SM_MODEL_DIR"], "weights").write_bytes(os.urandom(20_000_000))
    """
    desk.submit("job", script)
    found = desk.ended("job")
    assert found["TrainingJobStatus"] == "Failed"
    assert found["FailureReason"].startswith("ClientError: [Errno 28] No space left on device")
    kept = Path(found["FailureReason"].rpartition("is kept in ")[2])
    desk.manager.end()
    desk.reconnect()
    (weights,) = kept.rglob("weights")
    assert weights.stat().st_size == 20_000_000
    assert not list((desk.home / "objects" / "jupyter-train" / "job").rglob("*model*"))
    check_files(desk.home)


@pytest.mark.parametrize("folder", ["SM_MODEL_DIR", "SM_OUTPUT_DATA_DIR"])
def test_a_job_that_fills_the_disk_ends_and_leaves_room_again(crammed_desk, folder):
    script = f"""
        import os, pathlib
        with open(os.environ["{folder}"] + "/all", "wb", buffering=0) as file:
            while True:
                file.write(os.urandom(65536))
    """
    crammed_desk.submit("job", script)
    found = crammed_desk.ended("job")
    assert found["TrainingJobStatus"] == "Failed"
    assert "Error" in found["FailureReason"]
    crammed_desk.submit("next", "print('hello')")
    assert crammed_desk.ended("next")["TrainingJobStatus"] == "Completed"
    check_files(crammed_desk.home)


def test_a_job_can_be_stopped_while_the_disk_is_full(desk, disk, tmp_path):
    desk.submit("job", "import time\nprint('on', flush=True)\ntime.sleep(90)")
    desk.until(lambda: desk.describe("job")["SecondaryStatus"] == "Training")
    desk.until(lambda: [1 for log in tmp_path.glob("attempts/*/log") if log.read_text() == "on\n"])
    disk.fill()
    desk.connection.call("StopTrainingJob", {"TrainingJobName": "job"}, timeout=20)
    assert desk.ended("job")["TrainingJobStatus"] == "Stopped"
    assert desk.lines("job") == ["on"]
    check_files(desk.home)


def test_a_manager_that_finds_no_room_at_its_start_says_so_and_starts_later(desk, disk):
    desk.submit("job", "print('hello')")
    assert desk.ended("job")["TrainingJobStatus"] == "Completed"
    desk.manager.end()
    disk.fill()
    refused = desk.manager.cli("ps")
    assert refused.returncode != 0
    assert "[Errno 28]" in refused.stderr.replace("\n", " ")
    disk.empty()
    desk.reconnect()
    assert desk.names() == ["job"]
    check_files(desk.home)


def test_an_archive_of_a_model_that_fits_is_whole(desk):
    script = """
        import os, pathlib
        pathlib.Path(os.environ["SM_MODEL_DIR"], "weights").write_bytes(bytes(20_000_000))
    """
    desk.submit("job", script)
    assert desk.ended("job")["TrainingJobStatus"] == "Completed"
    model = desk.home / "objects" / "jupyter-train" / "job" / "output" / "model.tar.gz"
    with tarfile.open(model) as archive:
        assert archive.getmember("weights").size == 20_000_000
