"""Event files that jobs write: found wherever a framework puts them, each point stored once."""

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from jupyter_train.contract.samples import samples
from jupyter_train.engine.tensorboard import CHUNK, EventFiles, Ledger, Place
from jupyter_train.hosts.local import LocalHost
from jupyter_train.testing.event_files import event, field, scalar, scalars

NAME = "events.out.tfevents.1.host"


class World:
    """One attempt's folder, a store that keeps what is committed, and readers one after another."""

    def __init__(self, folder, defined=()):
        self.folder = folder / "ml"
        self.kept = folder / "kept"
        self.cursors, self.series, self.commits = {}, {}, []
        self.logged = set()
        self.defined = defined
        self.since = 0.0
        self.died = None

    def write(self, name, data, place=None):
        path = (place or self.folder) / name / NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(data)
        return path

    def cursor(self, source):
        return self.cursors.get(source, 0)

    async def commit(self, source, offset, found):
        if self.died == len(self.commits):
            raise KeyboardInterrupt
        self.commits.append(source)
        self.cursors[source] = offset
        for name, each in found.items():
            self.series.setdefault(name, []).extend(
                zip(each.steps.tolist(), each.values.tolist(), strict=True)
            )

    async def names(self):
        return self.logged

    def reader(self):
        places = (Place(folder=self.kept, source="kept"), Place(folder=self.folder, source="1/ml"))
        ledger = Ledger(
            claims="1/names", cursor=self.cursor, commit=self.commit,
            logged=self.names, defined=self.defined,
        )  # fmt: skip
        return EventFiles(LocalHost("here", self.folder), places, ledger, self.since)

    def read(self):
        """Read everything with a reader that knows nothing but the store."""
        asyncio.run(self.reader().finish())
        return self.series


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.mark.parametrize(
    "folder",
    ["code/runs/Nov24_host", "code/lightning_logs/version_0", "code/logs/fit/2026", "code",
     "output/tensorboard", "model/runs/a", "code/out/runs/Nov24_host"],
)  # fmt: skip
def test_a_file_is_found_where_frameworks_put_it_and_its_tag_is_the_name(world, folder):
    world.write(folder, scalars("loss", 0.5, 0.25))
    assert world.read() == {"loss": [(0, 0.5), (1, 0.25)]}


def test_every_point_comes_once_however_often_one_looks(world):
    data = scalars("loss", *range(5))
    for cut in range(0, len(data) + 1, 7):
        path = world.write("code/runs/a", b"")
        path.write_bytes(data[:cut])
        world.read()
    path.write_bytes(data)
    assert world.read() == {"loss": [(n, n) for n in range(5)]}


@pytest.mark.parametrize("death", range(6))
def test_a_reader_that_dies_at_any_commit_is_gone_on_from(world, death):
    for run in "ab":
        world.write(f"code/runs/{run}", scalars("loss", *range(3)))
    world.died = death
    with suppress(KeyboardInterrupt):
        world.read()
    world.died = None
    assert world.read() == {
        "loss": [(n, n) for n in range(3)],
        "b/loss": [(n, n) for n in range(3)],
    }


def test_two_runs_with_one_tag_are_told_apart_by_their_folders(world):
    for run in ("runs/a", "runs/b", "z/b"):
        world.write(f"code/{run}", scalars("loss", 1) + scalars(run, 2))
    assert set(world.read()) == {"loss", "b/loss", "z/b/loss", "runs/a", "runs/b", "z/b"}


def test_the_files_of_one_run_are_one_series(world):
    world.write("code/runs/a", scalars("loss", 1))
    (world.folder / "code/runs/a" / f"{NAME}.2").write_bytes(scalars("loss", 2, start=1))
    assert world.read() == {"loss": [(0, 1), (1, 2)]}


def test_training_and_validation_keep_their_folders_names(world):
    world.write("code/logs/validation", scalars("epoch_loss", 1))
    world.read()
    world.write("code/logs/train", scalars("epoch_loss", 2))
    assert world.read() == {"validation/epoch_loss": [(0, 1)], "train/epoch_loss": [(0, 2)]}


def test_who_has_a_name_keeps_it_though_the_other_comes_first_later(world):
    world.write("code/runs/b", scalars("loss", 1))
    world.read()
    world.write("code/runs/a", scalars("loss", 2))
    world.write("code/runs/b", scalars("loss", 3, start=1))
    assert world.read() == {"loss": [(0, 1), (1, 3)], "a/loss": [(0, 2)]}


def test_a_name_that_the_toolkit_logs_itself_is_the_toolkits(world):
    world.logged = {"loss"}
    world.write("code/runs/a", scalars("loss", 1) + scalars("acc", 1))
    assert world.read() == {"acc": [(0, 1)]}


def test_a_name_that_a_definition_has_is_the_logs(tmp_path):
    world = World(tmp_path, defined={"loss"})
    world.write("code/runs/a", scalars("loss", 1) + scalars("system/x", 1))
    assert set(world.read()) == {"a/loss", "a/system/x"}


def test_what_was_there_before_the_job_is_not_its(world):
    path = world.write("code/runs/old", scalars("loss", 1))
    os.utime(path, (1000, 1000))
    world.since = time.time() - 60
    world.write("code/runs/new", scalars("acc", 1))
    assert set(world.read()) == {"acc"}


def test_a_place_inside_another_is_read_once(world):
    world.kept = world.folder / "kept"
    world.write("runs", scalars("loss", 1), world.kept)
    assert world.read() == {"loss": [(0, 1)]}
    assert [each for each in world.cursors if NAME in each] == [f"kept/runs/{NAME}"]


def test_a_record_longer_than_what_is_read_at_once_is_passed_over(world):
    image = event(1, field(1, b"image") + field(4, bytes(CHUNK + 1000)))
    world.write("code/runs/a", scalars("loss", 1) + image + scalars("loss", 2, start=1))
    assert world.read() == {"loss": [(0, 1), (1, 2)]}


def test_more_than_is_read_at_once_is_read_to_its_end(world):
    count = 3 * CHUNK // len(scalars("loss", 1))
    world.write("code/runs/a", scalars("loss", *range(count)))
    assert len(world.read()["loss"]) == count


def test_damage_ends_a_file_and_no_other(world):
    world.write("code/runs/a", scalars("loss", 1) + bytes(50) + scalars("loss", 2))
    world.write("code/runs/b", scalars("acc", 1))
    assert world.read() == {"loss": [(0, 1)], "acc": [(0, 1)]}


def test_links_and_pipes_are_no_event_files(world, tmp_path):
    outside = world.write("out", scalars("secret", 1), tmp_path)
    runs = world.folder / "code" / "runs"
    runs.mkdir(parents=True)
    (runs / NAME).symlink_to(outside)
    (runs / "more").symlink_to(outside.parent)
    os.mkfifo(runs / f"{NAME}.pipe")
    assert world.read() == {}


def test_a_folder_that_becomes_a_link_after_it_was_looked_at_leads_nowhere(world, tmp_path):
    world.write("code/runs/a", scalars("loss", 1))
    world.write("code/runs/b", scalars("acc", 1))
    outside = world.write("out", scalars("secret", 1), tmp_path).parent

    async def scene():
        reader = world.reader()
        found = await reader._grown()
        (world.folder / "code/runs/a").rename(world.folder / "code/moved")
        (world.folder / "code/runs/a").symlink_to(outside)
        for each in found:
            await reader._read(each)

    asyncio.run(scene())
    assert world.series == {"acc": [(0, 1)]}


def test_names_that_are_no_text_are_kept_apart(world):
    for name in (b"\xff", b"\xfe"):
        world.write(os.fsdecode(name), scalars("loss", 1))
    assert set(world.read()) == {"loss", "\\xff/loss"}
    "".join(world.cursors).encode()


SCRIPT = """
import os, pathlib, time
from jupyter_train.testing.event_files import scalars
folder = pathlib.Path("{folder}")
folder.mkdir(parents=True, exist_ok=True)
with open(folder / "events.out.tfevents.1.host", "ab", buffering=0) as file:
    for n in range({count}):
        data = scalars("loss", n / 4, start=n)
        file.write(data[:20])
        time.sleep({pause})
        file.write(data[20:])
"""


@pytest.fixture
def with_writer(workshop, monkeypatch):
    """Documents of jobs that write event files."""
    package = Path(__file__).resolve().parents[2] / "server_ext"

    def document(folder="runs/a", count=5, pause=0.0, **members):
        path = {"PYTHONPATH": str(package)}
        script = SCRIPT.format(folder=folder, count=count, pause=pause)
        return workshop.document(script, Environment=path, **members)

    return document


def curve(manager, record, name="loss"):
    [series] = [each for each in manager.curves.series(record.id) if each.name == name]
    return manager.curves.after(record.id, series.id, 0)


def test_a_running_job_is_watched_by_its_event_files(workshop, wait, with_writer):
    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(with_writer(count=400, pause=0.01), {}, "me")
            record = await wait.until(
                manager, "job-1", condition=lambda job: bool(manager.curves.series(job.id))
            )
            running = not record.is_terminal
            record = await wait.ended(manager, "job-1")
            return running, curve(manager, record)

    running, found = asyncio.run(scene())
    assert running
    assert found.steps.tolist() == list(range(400))


@pytest.mark.parametrize("folder", ["../output/tensorboard", "../checkpoints/runs"])
def test_the_places_that_outlive_a_job_are_looked_at(workshop, wait, with_writer, folder):
    kept = {
        "TensorBoardOutputConfig": {"S3OutputPath": "s3://jupyter-train/boards"},
        "CheckpointConfig": {"S3Uri": "s3://jupyter-train/saved"},
    }

    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(with_writer(folder, **kept), {}, "me")
            return curve(manager, await wait.ended(manager, "job-1"))

    assert len(asyncio.run(scene())) == 5


def test_a_script_that_knows_nothing_of_us_shows_its_curve(play):
    script = """
        from torch.utils.tensorboard import SummaryWriter
        with SummaryWriter() as writer:
            for n in range(10):
                writer.add_scalar("loss/train", 1 / (n + 1), n)
    """
    record, lines, series = play(script)
    assert record.status == "Completed", lines
    assert (series["loss/train"].count, series["loss/train"].last_step) == (10, 9)


def test_managers_that_follow_one_another_store_each_point_once(workshop, wait, with_writer):
    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(with_writer(count=300, pause=0.01), {}, "me")
            await wait.until(manager, "job-1", condition=lambda job: manager.curves.series(job.id))
        async with workshop.manager() as manager:
            return curve(manager, await wait.ended(manager, "job-1"))

    found = asyncio.run(scene())
    assert found.steps.tolist() == list(range(300))
    assert np.array_equal(found.values, samples(range(300), range(300), np.arange(300) / 4).values)


def test_looking_costs_little_however_full_a_folder_is(world):
    for n in range(3000):
        path = world.folder / "code" / str(n // 100) / f"{n}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    world.write("code/runs/a", event(0, scalar("loss", 1)))
    begun = time.monotonic()
    asyncio.run(world.reader()._grown())
    assert time.monotonic() - begun < 0.5  # 0.003 s here
