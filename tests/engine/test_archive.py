import io
import os
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_train.engine.archive import ArchiveError, pack, unpack

SYMLINK, HARD_LINK = tarfile.SYMTYPE, tarfile.LNKTYPE
ROOM = {"max_bytes": 1_000_000, "max_members": 100}


def member(name, data=b"data", **changes):
    info = tarfile.TarInfo(name)
    for key, value in changes.items():
        setattr(info, key, value)
    info.size = len(data) if info.isreg() else 0
    return info, data


def archive_of(path, *members, mode="w:gz"):
    with tarfile.open(path, mode) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def link_chain():
    """CVE-2025-4517's class: so long a chain of links that realpath gives up and sees no harm."""
    part, path = "d" * 247, ""
    for letter in "abcdefghijklmnop":
        yield member(path + part, type=tarfile.DIRTYPE)
        yield member(path + letter, type=SYMLINK, linkname=part)
        path += part + "/"
    link = "/".join("abcdefghijklmnop") + "/" + "l" * 254
    yield member(link, type=SYMLINK, linkname="../" * 16)
    yield member("escape", type=SYMLINK, linkname=link + "/../out")
    yield member("escape/escaped")


HOSTILE = {
    "dotdot": [member("../out/escaped")],
    "dotdot inside": [member("a/../../out/escaped")],
    "backslashes": [member("..\\out\\escaped")],
    "absolute": [member("/out/escaped")],
    "a link out and a file through it": [
        member("d", type=SYMLINK, linkname="../out"),
        member("d/escaped"),
    ],
    "an absolute link": [member("d", type=SYMLINK, linkname="/out"), member("d/escaped")],
    "a link that climbs after a name": [
        member("deep/er", type=tarfile.DIRTYPE),
        member("s", type=SYMLINK, linkname="deep/er/../../../out"),
    ],
    "a link to nothing": [member("s", type=SYMLINK, linkname="")],
    "a file through a link inside": [
        member("d", type=tarfile.DIRTYPE),
        member("s", type=SYMLINK, linkname="d"),
        member("s/file"),
    ],
    "a folder over a link": [
        member("s", type=SYMLINK, linkname="d"),
        member("s", type=tarfile.DIRTYPE),
    ],
    "a link over a folder": [
        member("d", type=tarfile.DIRTYPE),
        member("d", type=SYMLINK, linkname="e"),
    ],
    "a hard link": [member("h", type=HARD_LINK, linkname="../out/victim")],
    "a hard link inside": [member("a"), member("h", type=HARD_LINK, linkname="a")],
    "a device": [member("dev", type=tarfile.CHRTYPE, devmajor=1, devminor=3)],
    "a fifo": [member("pipe", type=tarfile.FIFOTYPE)],
    "a chain of links": list(link_chain()),
    "a name too long": [member("/".join(["d" * 200] * 6))],
    "a part too long": [member("d" * 256)],
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("mode", ["w:gz", "w", "w:xz"])
def test_what_is_odd_in_an_archive_is_refused_and_nothing_gets_out(members, mode, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "victim").write_text("secret")
    archive = archive_of(tmp_path / "hostile", *members, mode=mode)
    with pytest.raises(ArchiveError):
        unpack(archive, tmp_path / "in", **ROOM)
    assert names(tmp_path / "out") == ["victim"]
    assert (tmp_path / "out" / "victim").stat().st_nlink == 1
    for path in (tmp_path / "in").rglob("*"):
        assert path.resolve().is_relative_to(tmp_path / "in")


def test_files_folders_and_links_inside_come_out(tmp_path):
    archive = archive_of(
        tmp_path / "source.tar.gz",
        member("./", type=tarfile.DIRTYPE),
        member("./train.py", b"print(1)", mode=0o755, mtime=1000),
        member("data/deep/file", b"x"),
        member("data/link", type=SYMLINK, linkname="deep/file"),
        member("data/up", type=SYMLINK, linkname="../train.py"),
    )
    unpack(archive, tmp_path / "in", **ROOM)
    assert (tmp_path / "in/data/up").read_text() == "print(1)"
    assert (tmp_path / "in/data/link").read_text() == "x"
    found = (tmp_path / "in/train.py").stat()
    assert (found.st_mode & 0o777, found.st_mtime) == (0o755, 1000)


def test_setuid_is_not_kept(tmp_path):
    unpack(archive_of(tmp_path / "a", member("su", mode=0o6755)), tmp_path / "in", **ROOM)
    assert (tmp_path / "in/su").stat().st_mode & 0o7000 == 0


def test_the_last_of_several_files_with_one_name_wins(tmp_path):
    archive = archive_of(
        tmp_path / "a",
        member("f", b"1"),
        member("f", type=SYMLINK, linkname="g"),
        member("f", b"22"),
    )
    unpack(archive, tmp_path / "in", **ROOM)
    assert names(tmp_path / "in") == ["f"]
    assert (tmp_path / "in/f").read_bytes() == b"22"


def test_an_archive_that_grows_too_large_is_refused_before_it_fills_the_disk(tmp_path):
    archive = archive_of(tmp_path / "bomb", member("zeros", b"\0" * 2_000_000))
    with pytest.raises(ArchiveError, match="more than 1000000 bytes, at 'zeros'"):
        unpack(archive, tmp_path / "in", **ROOM)
    assert names(tmp_path / "in") == []


def test_an_archive_of_too_many_files_is_refused(tmp_path):
    archive = archive_of(tmp_path / "many", *(member(f"f{n}") for n in range(101)))
    with pytest.raises(ArchiveError, match="more than 100 members"):
        unpack(archive, tmp_path / "in", **ROOM)


def test_a_torn_archive_is_refused(tmp_path):
    archive = archive_of(tmp_path / "torn", member("f", os.urandom(100_000)))
    archive.write_bytes(archive.read_bytes()[:50_000])
    with pytest.raises(ArchiveError, match="torn is no whole tar archive"):
        unpack(archive, tmp_path / "in", **ROOM)


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "text").write_text("import numpy\n" * 100)
    with pytest.raises(ArchiveError, match="text is no whole tar archive"):
        unpack(tmp_path / "text", tmp_path / "in", **ROOM)


@settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2047), st.integers(0, 255)), min_size=1, max_size=8))
def test_bytes_changed_at_will_get_no_file_out(tmp_path_factory, changes):
    folder = tmp_path_factory.mktemp("fuzz")
    link = member("b", type=SYMLINK, linkname="a")
    archive = archive_of(folder / "a.tar", member("a"), link, mode="w")
    data = bytearray(archive.read_bytes())
    for at, byte in changes:
        data[at] = byte
    archive.write_bytes(data)
    with suppress(ArchiveError):
        unpack(archive, folder / "in", **ROOM)
    assert names(folder) == ["a.tar", "in"]


def model(folder: Path) -> Path:
    (folder / "sub").mkdir(parents=True)
    (folder / "weights").write_bytes(b"w" * 100_000)
    (folder / "sub" / "empty").touch()
    (folder / "sub" / "up").symlink_to("../weights")
    return folder


def test_what_is_packed_comes_out_again(tmp_path):
    pack(model(tmp_path / "model"), tmp_path / "there" / "model.tar.gz")
    unpack(tmp_path / "there" / "model.tar.gz", tmp_path / "in", **ROOM)
    assert (tmp_path / "in/sub/up").read_bytes() == b"w" * 100_000
    assert (tmp_path / "in/sub/empty").read_bytes() == b""
    assert names(tmp_path / "there") == ["model.tar.gz"]


def test_the_same_files_give_the_same_bytes(tmp_path):
    folder = model(tmp_path / "model")
    for name in ("1", "2"):
        pack(folder, tmp_path / name)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_members_come_in_the_order_of_their_names_and_carry_no_owner(tmp_path):
    pack(model(tmp_path / "model"), tmp_path / "model.tar.gz")
    with tarfile.open(tmp_path / "model.tar.gz") as tar:
        members = tar.getmembers()
    assert [info.name for info in members] == ["sub", "sub/empty", "sub/up", "weights"]
    assert {(info.uid, info.gid, info.uname) for info in members} == {(0, 0, "")}


def test_the_second_name_of_a_file_is_packed_whole(tmp_path):
    folder = model(tmp_path / "model")
    os.link(folder / "weights", folder / "zweite")
    pack(folder, tmp_path / "model.tar.gz")
    unpack(tmp_path / "model.tar.gz", tmp_path / "in", **ROOM)
    assert (tmp_path / "in/zweite").read_bytes() == b"w" * 100_000


def test_a_link_out_of_the_folder_is_left_out_and_told(tmp_path, caplog):
    folder = model(tmp_path / "model")
    (tmp_path / "secret").write_text("key")
    (folder / "stolen").symlink_to("../secret")
    (folder / "absolute").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe")
    pack(folder, tmp_path / "model.tar.gz")
    with tarfile.open(tmp_path / "model.tar.gz") as tar:
        assert {"stolen", "absolute", "pipe"}.isdisjoint(tar.getnames())
    assert caplog.text.count("is left out of the archive") == 3


def test_a_folder_that_cannot_be_packed_leaves_no_half_archive(tmp_path):
    with pytest.raises(FileNotFoundError):
        pack(tmp_path / "absent", tmp_path / "model.tar.gz")
    assert names(tmp_path) == []


def test_what_a_killed_manager_left_half_packed_is_gone_after_the_next_try(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".model.tar.gz.new").write_bytes(b"half a model")
    pack(tmp_path / "model", tmp_path / "out" / "model.tar.gz")
    assert names(tmp_path / "out") == ["model.tar.gz"]
