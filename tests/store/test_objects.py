import os
import threading
from collections import Counter
from itertools import cycle
from pathlib import Path

import pytest

from jupyter_train.store import objects as module
from jupyter_train.store.base import BadKeyError, NoSuchKeyError
from jupyter_train.store.objects import FolderObjects
from jupyter_train.testing.object_store import ObjectStoreSuite, names


class TestFolderObjects(ObjectStoreSuite):
    @pytest.fixture
    def objects(self, folder_objects):
        return folder_objects


@pytest.fixture
def bucket(folder_objects):
    return Path(folder_objects.path("data", ""))


@pytest.fixture
def outside(tmp_path):
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("secret")
    return folder


def test_nothing_is_put_deleted_or_read_through_a_link_that_leaves(folder_objects, bucket, outside):
    (bucket / "out").symlink_to(outside)
    for attempt in (
        lambda: folder_objects.put("data", "out/new", [b"x"]),
        lambda: folder_objects.put("data", "out/deep/new", [b"x"]),
        lambda: folder_objects.delete("data", "out/secret"),
        lambda: folder_objects.info("data", "out/secret"),
        lambda: folder_objects.path("data", "out"),
    ):
        with pytest.raises(BadKeyError, match="leads out of its bucket"):
            attempt()
    assert ([path.name for path in outside.iterdir()], names(folder_objects)) == (["secret"], [])
    assert names(folder_objects, "out/") == []


def test_a_link_to_a_file_outside_is_replaced_or_deleted_but_not_read(
    folder_objects, bucket, outside
):
    for name in ("a", "b"):
        (bucket / name).symlink_to(outside / "secret")
    with pytest.raises(BadKeyError, match="leads out"):
        folder_objects.info("data", "a")
    assert names(folder_objects) == []
    folder_objects.put("data", "a", [b"mine"])
    folder_objects.delete("data", "b")
    assert ((outside / "secret").read_text(), names(folder_objects)) == ("secret", ["a"])


def test_a_link_inside_the_bucket_is_read_and_a_circle_ends(folder_objects, bucket):
    folder_objects.put("data", "steps/10", [b"model"])
    (bucket / "latest").symlink_to(bucket / "steps" / "10")
    (bucket / "steps" / "circle").symlink_to(bucket)
    assert folder_objects.info("data", "latest").size == 5
    assert names(folder_objects) == ["latest", "steps/10"]


def test_a_bucket_that_is_a_link_to_another_place_is_used_there(folder_objects, outside, bucket):
    (bucket.parent / "elsewhere").symlink_to(outside)
    assert [found.key for found in folder_objects.keys("elsewhere")] == ["secret"]
    folder_objects.put("elsewhere", "a", [b"x"])
    assert (outside / "a").read_bytes() == b"x"


def test_what_was_put_is_described_after_opening_again(folder_objects, tmp_path):
    put = folder_objects.put("data", "a", [b"x"], content_type="text/plain", metadata={"k": "v"})
    again = FolderObjects(tmp_path / "objects")
    assert again.info("data", "a") == put
    again.close()


def test_the_side_file_can_be_lost_and_objects_stay(folder_objects, tmp_path):
    put = folder_objects.put("data", "a", [b"x"], metadata={"k": "v"})
    again = FolderObjects(tmp_path / "objects", tmp_path / "other.sqlite")
    found = again.info("data", "a")
    assert (found.etag, found.metadata) == (put.etag, {})
    again.close()


def test_a_large_file_of_a_job_is_not_read_for_its_etag(folder_objects, bucket, monkeypatch):
    monkeypatch.setattr(module, "_HASHED", 10)
    (bucket / "large").write_bytes(b"x" * 11)
    assert folder_objects.info("data", "large").etag.endswith("-1")
    assert len(folder_objects.put("data", "put", [b"x" * 11]).etag) == 32


def test_a_put_that_finds_no_room_leaves_what_was_there(folder_objects, tmp_path, file_limit):
    folder_objects.put("data", "a", [b"old"])
    file_limit(1 << 20)
    with pytest.raises(OSError, match="too large"):
        folder_objects.put("data", "a", [b"x" * (1 << 19)] * 4)
    assert Path(folder_objects.path("data", "a")).read_bytes() == b"old"
    assert list((tmp_path / "objects" / ".tmp").iterdir()) == []
    file_limit(1 << 30)
    assert folder_objects.put("data", "a", [b"new"]).size == 3


def test_what_a_killed_put_left_is_removed_on_opening(folder_objects, tmp_path):
    (tmp_path / "objects" / ".tmp" / "left").write_bytes(b"half")
    FolderObjects(tmp_path / "objects").close()
    assert list((tmp_path / "objects" / ".tmp").iterdir()) == []


def test_a_name_that_is_no_text_is_no_object(folder_objects, bucket):
    (Path(os.fsdecode(os.fsencode(bucket) + b"/\xff\xfe"))).write_bytes(b"x")
    folder_objects.put("data", "a", [b"x"])
    assert names(folder_objects) == ["a"]


def test_folders_that_cannot_hold_the_next_page_are_not_read(folder_objects, bucket, monkeypatch):
    for number in range(10):
        folder_objects.put("data", f"{number}/x", [b"x"])
    read = []
    scan = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: (read.append(Path(path).name), scan(path))[1])
    assert names(folder_objects, after="8/x") == ["9/x"]
    assert names(folder_objects, prefix="3/") == ["3/x"]
    assert read == ["data", "8", "9", "3"]


def test_many_threads_put_the_same_key_and_one_of_them_wins(folder_objects):
    bodies = [bytes([65 + number]) * 1000 for number in range(8)]
    threads = [
        threading.Thread(target=folder_objects.put, args=("data", "a/b", [body])) for body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Path(folder_objects.path("data", "a/b")).read_bytes() in bodies
    assert folder_objects.info("data", "a/b").size == 1000


def test_a_place_in_a_bucket_is_not_left_by_a_link(folder_objects, bucket):
    folder_objects.put("data", "others/secret", [b"secret"])
    (bucket / "mine").mkdir()
    (bucket / "mine" / "file").symlink_to("../others/secret")
    (bucket / "mine" / "folder").symlink_to("../others")
    for attempt in (
        lambda: folder_objects.info("data", "mine/file", within="mine"),
        lambda: folder_objects.path("data", "mine/folder/secret", within="mine"),
        lambda: folder_objects.put("data", "mine/folder/new", [b"x"], within="mine"),
        lambda: folder_objects.delete("data", "mine/folder/secret", within="mine"),
    ):
        with pytest.raises(BadKeyError, match="out of its place"):
            attempt()
    folder_objects.put("data", "mine/file", [b"mine"], within="mine")
    assert (bucket / "others" / "secret").read_text() == "secret"
    assert names(folder_objects) == ["mine/file", "others/secret"]


def test_a_folder_that_becomes_a_link_at_any_moment_leads_nowhere(folder_objects, bucket, outside):
    (bucket / "mine" / "real").mkdir(parents=True)
    (bucket / "mine" / "link").symlink_to(outside)
    over = threading.Event()

    def swap():
        real, link, place = (bucket / "mine" / name for name in ("real", "link", "folder"))
        for number, each in enumerate(cycle((real, link))):
            if over.is_set():
                return
            try:
                each.rename(place)
                place.rename(each)
            except OSError:  # the store has just made a folder of this name
                place.rename(place.with_name(f"made-{number}"))

    swapper = threading.Thread(target=swap)
    swapper.start()
    done = Counter()
    for number in range(150):
        for attempt in (
            lambda n=number: folder_objects.put("data", f"mine/folder/{n}", [b"x"], within="mine"),
            lambda: folder_objects.info("data", "mine/folder/secret", within="mine"),
            lambda: folder_objects.delete("data", "mine/folder/secret", within="mine"),
        ):
            try:
                attempt()
                done["done"] += 1
            except (BadKeyError, NoSuchKeyError, OSError) as error:
                done[type(error).__name__] += 1
    over.set()
    swapper.join()
    assert [(each.name, each.read_text()) for each in outside.iterdir()] == [("secret", "secret")]
    assert done["BadKeyError"] > 0
