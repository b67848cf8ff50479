"""Archives listed and read where they lie, hostile ones too."""

import gzip
import io
import tarfile
import tracemalloc

import pytest

from jupyter_train.engine import contents
from jupyter_train.engine.archive import ArchiveError
from jupyter_train.engine.contents import HEADERS, list_members, read_member


def info(name, size=0, **members):
    made = tarfile.TarInfo(name)
    made.size = size
    for key, value in members.items():
        setattr(made, key, value)
    return made


def archive(path, *infos, mode="w:gz", **options):
    with tarfile.open(path, mode, **options) as tar:
        for each in infos:
            tar.addfile(each, io.BytesIO(b"7" * each.size))
    return path


@pytest.mark.parametrize("mode", ["w:gz", "w"])
def test_names_are_told_as_they_are_and_lead_nowhere(tmp_path, mode):
    link = info("way", type=tarfile.SYMTYPE, linkname="/etc/passwd")
    pipe = info("pipe", type=tarfile.FIFOTYPE)
    made = archive(tmp_path / "a", info("../../x", 3), info("/y", 2), link, pipe, mode=mode)
    found = [(each.name, each.kind) for each in list_members(made).members]
    assert found == [("../../x", "file"), ("/y", "file"), ("way", "link"), ("pipe", "other")]
    assert read_member(made, "../../x", 1, 100) == b"77"
    with pytest.raises(ArchiveError, match="there is no file 'way'"):
        read_member(made, "way", 0, 100)


def test_a_list_ends_after_many_members_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "MOST_MEMBERS", 3)
    made = archive(tmp_path / "a", *(info(f"{n}", 1) for n in range(4)))
    assert (len(list_members(made).members), list_members(made).is_whole) == (3, False)
    with pytest.raises(ArchiveError):
        read_member(made, "3", 0, 1)


def test_what_lies_behind_too_many_bytes_is_not_gone_to(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "MOST_BYTES", 10_000)
    made = archive(tmp_path / "a", info("large", 20_000), info("behind", 1))
    found = list_members(made)
    assert ([each.name for each in found.members], found.is_whole) == (["large"], False)
    assert read_member(made, "large", 15, 5) == b"77777"
    with pytest.raises(ArchiveError):
        read_member(made, "behind", 0, 1)


def test_a_name_of_many_megabytes_is_not_taken_into_memory(tmp_path):
    header = info("x", 200 << 20, type=tarfile.XHDTYPE)
    made = tmp_path / "a"
    with gzip.open(made, "wb", 1) as file:
        file.write(header.tobuf())
        for _ in range(200):
            file.write(b"0" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(ArchiveError, match="between two members"):
        list_members(made)
    assert tracemalloc.get_traced_memory()[1] < 8 * HEADERS
    tracemalloc.stop()


def test_an_archive_that_was_cut_off_is_told_so(tmp_path):
    made = archive(tmp_path / "a", info("x", 5000))
    made.write_bytes(made.read_bytes()[:-20])
    with pytest.raises(ArchiveError, match="no whole tar archive"):
        list_members(made)


@pytest.mark.parametrize("time", [float("nan"), float("inf"), -1.0, 1e300])
def test_a_time_that_is_none_is_no_time(tmp_path, time):
    odd = info("x", pax_headers={"mtime": str(time)})
    made = archive(tmp_path / "a", odd, format=tarfile.PAX_FORMAT)
    assert list_members(made).members[0].modified == 0
