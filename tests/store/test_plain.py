"""Files are opened for what they are, whatever a job puts in their place meanwhile."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from jupyter_train.store.plain import (
    NotPlainError,
    is_plain,
    open_plain,
    open_real,
    real_folder,
    written,
)


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_text("secret")
    return path


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    return path


def test_a_link_is_not_opened(folder, secret):
    (folder / "link").symlink_to(secret)
    with pytest.raises(NotPlainError, match="a link, a folder, a pipe or a device"):
        open_plain(folder / "link")
    assert (is_plain(folder / "link"), is_plain(secret)) == (False, True)


@pytest.mark.timeout(10)
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe")
    with pytest.raises(NotPlainError):
        open_plain(folder / "pipe")


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero", "/"])
def test_devices_and_folders_are_no_files(path):
    with pytest.raises(NotPlainError):
        open_plain(path)


def test_a_folder_that_became_a_link_is_not_entered(folder, secret):
    inside = folder / "inside"
    inside.mkdir()
    (inside / "secret").write_text("mine")
    with open_real(inside / "secret") as file:
        assert file.read() == b"mine"
    inside.rename(folder / "away")
    inside.symlink_to(secret.parent)
    with pytest.raises(NotADirectoryError):
        open_real(inside / "secret")


def test_nothing_is_written_through_a_link(folder, secret):
    (folder / ".new.new").symlink_to(secret)
    (folder / "new").symlink_to(secret)
    with written(folder / "new") as file:
        file.write(b"new")
    assert (secret.read_text(), (folder / "new").read_text()) == ("secret", "new")
    assert sorted(each.name for each in folder.iterdir()) == ["new"]


def test_half_a_file_is_not_seen_and_not_left(folder):
    with suppress(ZeroDivisionError), written(folder / "a" / "new") as file:
        file.write(b"half")
        1 / 0  # noqa: B018  any error
    assert list((folder / "a").iterdir()) == []


def test_folders_are_made_where_that_is_wanted_only(folder):
    with pytest.raises(FileNotFoundError), real_folder(folder / "a"):
        pass
    with real_folder(folder / "a" / "b", create=True) as made:
        os.close(os.open("c", os.O_CREAT | os.O_WRONLY, dir_fd=made))
    assert (folder / "a" / "b" / "c").exists()


def test_no_descriptor_is_left_open(folder):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in (folder / "none" / "x", folder):
        with pytest.raises(OSError, match=r"."):
            open_real(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
