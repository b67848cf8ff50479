"""What every ObjectStore must do: inherit the class and give it an `objects` fixture."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..store.base import (
    BadBucketError,
    BadKeyError,
    NoSuchBucketError,
    NoSuchKeyError,
    ObjectStore,
)

BAD_KEYS = (
    "", "/", "a/", "/a", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a/..", "a\0b",
    "x" * 256, "é" * 128, "a/" * 600 + "b", "\ud800",
)  # fmt: skip
BAD_BUCKETS = (
    "", "ab", "a" * 64, "Upper", "under_score", "-a-", "a-", ".ab", "a..b", "192.168.0.1",
    "xn--abc", "sthree-x", "amzn-s3-demo-x", "abc-s3alias", "abc--ol-s3", "a/b", "..", ".tmp",
)  # fmt: skip


def names(objects: ObjectStore, prefix: str = "", after: str = "") -> list[str]:
    """Return the keys of the bucket "data"."""
    return [found.key for found in objects.keys("data", prefix, after)]


class ObjectStoreSuite:
    """The fixture `objects` is a store with the empty bucket "data"."""

    def test_an_object_comes_back_as_it_was_put(self, objects: ObjectStore) -> None:
        """With what was said about it."""
        put = objects.put(
            "data", "a/b.txt", [b"hel", b"lo"], content_type="text/plain", metadata={"k": "v"}
        )
        assert objects.info("data", "a/b.txt") == put
        assert (put.size, put.content_type, put.metadata) == (5, "text/plain", {"k": "v"})
        assert put.etag == hashlib.md5(b"hello", usedforsecurity=False).hexdigest()
        assert Path(objects.path("data", "a/b.txt")).read_bytes() == b"hello"

    def test_an_object_is_replaced_as_a_whole(self, objects: ObjectStore) -> None:
        """Nothing is left of what was said about the old one."""
        objects.put("data", "a", [b"old, and longer"], metadata={"k": "v"})
        objects.put("data", "a", [b"new"])
        found = objects.info("data", "a")
        assert (found.size, found.metadata) == (3, {})

    def test_a_body_that_breaks_off_changes_nothing(self, objects: ObjectStore) -> None:
        """Neither does it leave an object."""

        def body() -> Iterator[bytes]:
            yield b"half"
            raise ConnectionError

        objects.put("data", "a", [b"old"])
        for key in ("a", "b"):
            with pytest.raises(ConnectionError):
                objects.put("data", key, body())
        assert (names(objects), objects.info("data", "a").size) == (["a"], 3)

    def test_a_file_that_a_job_wrote_is_an_object(self, objects: ObjectStore) -> None:
        """Also in place of one that was put."""
        objects.put("data", "model/a", [b"put"], metadata={"k": "v"})
        folder = Path(objects.path("data", "model"))
        for name, text in (("a", b"other"), ("b", b"new")):
            (folder / name).write_bytes(text)
            found = objects.info("data", f"model/{name}")
            assert found.etag == hashlib.md5(text, usedforsecurity=False).hexdigest()
            assert (found.size, found.metadata) == (len(text), {})
        assert names(objects) == ["model/a", "model/b"]

    def test_keys_come_in_the_order_of_their_bytes(self, objects: ObjectStore) -> None:
        """A slash is a byte like others, and text is UTF-8."""
        wanted = ["a-b", "a.txt", "a/b", "a/b.c", "a0", "b", "z", "é", "\uffff", "\U00010000"]
        for key in reversed(wanted):
            objects.put("data", key, [b"x"])
        assert names(objects) == wanted == sorted(wanted, key=str.encode)
        for number, key in enumerate(wanted):
            assert names(objects, after=key) == wanted[number + 1 :]
        assert names(objects, after="a/") == wanted[2:]

    def test_keys_are_narrowed_by_a_prefix(self, objects: ObjectStore) -> None:
        """Which need not end at a slash."""
        for key in ("train/a", "train/b/c", "training", "valid/a"):
            objects.put("data", key, [b"x"])
        assert names(objects, "train") == ["train/a", "train/b/c", "training"]
        assert names(objects, "train/") == ["train/a", "train/b/c"]
        assert names(objects, "train/b/c") == ["train/b/c"]
        assert names(objects, "train/", after="train/a") == ["train/b/c"]
        assert names(objects, "x") == names(objects, "train/a/") == names(objects, "../") == []

    def test_a_deleted_object_is_gone(self, objects: ObjectStore) -> None:
        """One that is not there can be deleted too; a folder is no object."""
        objects.put("data", "a/b", [b"x"])
        for key in ("a/b", "a/b", "a", "a/b/c", "unknown"):
            objects.delete("data", key)
        assert names(objects) == []
        with pytest.raises(NoSuchKeyError, match="a/b"):
            objects.info("data", "a/b")

    def test_what_is_not_there_is_named(self, objects: ObjectStore) -> None:
        """Bucket and key."""
        objects.put("data", "folder/a", [b"x"])
        for key in ("absent", "folder", "folder/a/b"):
            with pytest.raises(NoSuchKeyError, match=key):
                objects.info("data", key)
        for ask in (objects.info, objects.path, objects.delete):
            with pytest.raises(NoSuchBucketError, match="absent"):
                ask("absent", "a")
        with pytest.raises(NoSuchBucketError):
            objects.put("..", "a", [b"x"])
        with pytest.raises(NoSuchBucketError):
            list(objects.keys("absent"))

    @pytest.mark.parametrize("key", BAD_KEYS)
    def test_a_key_that_cannot_be_a_file_is_refused(self, objects: ObjectStore, key: str) -> None:
        """By every call."""
        with pytest.raises(BadKeyError):
            objects.put("data", key, [b"x"])
        for ask in (objects.info, objects.delete):
            with pytest.raises(BadKeyError):
                ask("data", key)
        assert names(objects) == []

    def test_a_key_below_another_one_is_refused(self, objects: ObjectStore) -> None:
        """A file cannot be a folder too; an empty folder does not stand in the way."""
        objects.put("data", "a", [b"x"])
        with pytest.raises(BadKeyError, match="cannot both be files"):
            objects.put("data", "a/b", [b"x"])
        objects.put("data", "c/d/e", [b"x"])
        with pytest.raises(BadKeyError, match="cannot both be files"):
            objects.put("data", "c", [b"x"])
        objects.delete("data", "c/d/e")
        objects.put("data", "c", [b"x"])
        assert names(objects) == ["a", "c"]

    def test_backslashes_and_escapes_are_characters_of_a_name(self, objects: ObjectStore) -> None:
        """Nothing is decoded on the way."""
        odd = ["%2e%2e%2fa", "..\\a", "...", "~", " ", "a\nb", "-rf"]
        for key in odd:
            objects.put("data", key, [b"x"])
        assert set(names(objects)) == set(odd)

    @pytest.mark.parametrize("bucket", BAD_BUCKETS)
    def test_a_bucket_is_named_by_s3s_rules(self, objects: ObjectStore, bucket: str) -> None:
        """Or refused."""
        with pytest.raises(BadBucketError):
            objects.create_bucket(bucket)

    def test_buckets_are_listed_by_name(self, objects: ObjectStore) -> None:
        """Making one again is no error."""
        for bucket in ("jupyter-train", "a.b", "data"):
            objects.create_bucket(bucket)
        assert objects.buckets() == ["a.b", "data", "jupyter-train"]

    def test_a_path_is_inside_its_bucket(self, objects: ObjectStore) -> None:
        """For a key, a prefix and the whole bucket, there already or not."""
        root = Path(objects.path("data", ""))
        assert Path(objects.path("data", "a/b/")) == root / "a" / "b"
        assert Path(objects.path("data", "/")) == root
        with pytest.raises(BadKeyError):
            objects.path("data", "a/../..")
