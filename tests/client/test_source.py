import tarfile

import pytest

from jupyter_train.client.source import MissingPathError, find_source, package_source, text_source


def names(path):
    with tarfile.open(path) as archive:
        return archive.getnames()


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    (folder / "lib" / "__pycache__").mkdir(parents=True)
    (folder / "train.py").write_text("print('hi')")
    (folder / "lib" / "net.py").write_text("")
    (folder / "lib" / "__pycache__" / "net.pyc").write_bytes(b"0")
    return folder


def test_a_script_alone_is_packed_by_its_name(project, tmp_path):
    source = find_source(project / "train.py")
    package_source(source, tmp_path / "a.tar.gz")
    assert (source.program, names(tmp_path / "a.tar.gz")) == ("train.py", ["train.py"])


def test_a_source_folder_is_packed_without_caches(project, tmp_path):
    package_source(find_source("train.py", project), tmp_path / "a.tar.gz")
    assert names(tmp_path / "a.tar.gz") == ["lib/net.py", "train.py"]


def test_a_script_may_be_named_by_its_whole_path_inside_the_source_folder(project):
    assert find_source(project / "lib" / "net.py", project).program == "lib/net.py"


def test_the_same_files_make_the_same_bytes_whatever_their_times(project, tmp_path):
    package_source(find_source("train.py", project), tmp_path / "a.tar.gz")
    (project / "train.py").touch()
    package_source(find_source("train.py", project), tmp_path / "b.tar.gz")
    assert (tmp_path / "a.tar.gz").read_bytes() == (tmp_path / "b.tar.gz").read_bytes()


def test_links_are_packed_as_the_files_they_name(project, tmp_path):
    (project / "soft.py").symlink_to("train.py")
    (project / "hard.py").hardlink_to(project / "train.py")
    package_source(find_source("train.py", project), tmp_path / "a.tar.gz")
    with tarfile.open(tmp_path / "a.tar.gz") as archive:
        texts = [archive.extractfile(each).read() for each in archive.getmembers()]
    assert texts.count(b"print('hi')") == 3


def test_dependencies_lie_beside_the_script(project, tmp_path):
    source = find_source(project / "train.py", dependencies=[project / "lib"])
    package_source(source, tmp_path / "a.tar.gz")
    assert names(tmp_path / "a.tar.gz") == ["train.py", "lib/net.py"]


@pytest.mark.parametrize(
    ("script", "folder", "said"),
    [
        ("absent.py", None, "there is no script absent.py"),
        ("absent.py", "project", "no script absent.py in the source folder"),
        ("../a.py", "project", "no script ../a.py in the source folder"),
        ("train.py", "nowhere", "there is no source folder"),
    ],
)
def test_what_is_not_there_is_named(project, tmp_path, monkeypatch, script, folder, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("")
    with pytest.raises(MissingPathError, match=said):
        find_source(script, folder)


def test_a_missing_dependency_is_named(project):
    with pytest.raises(MissingPathError, match=r"there is no dependency .*gone"):
        find_source(project / "train.py", dependencies=[project / "gone"])


def test_a_text_is_packed_as_a_file_and_the_same_text_as_the_same_bytes(tmp_path):
    archives = [tmp_path / name for name in ("a.tar.gz", "b.tar.gz")]
    for archive in archives:
        package_source(text_source("cell.py", "print('é')\n"), archive)
    assert archives[0].read_bytes() == archives[1].read_bytes()
    with tarfile.open(archives[0]) as packed:
        assert packed.getnames() == ["cell.py"]
        assert packed.extractfile("cell.py").read().decode() == "print('é')\n"
