import json

import pytest


@pytest.fixture
def table(manager_process):
    path = manager_process.home / "images.toml"
    yield path
    path.unlink(missing_ok=True)


def test_a_name_is_mapped_shown_and_forgotten(manager_process, table):
    assert manager_process.cli("images", "map", "*/mine:*", "mine:latest").returncode == 0
    assert table.read_text() == '[images]\n"*/mine:*" = "mine:latest"\n'
    found = json.loads(manager_process.cli("images", "--json").stdout)
    assert found["Mappings"] == [{"Name": "*/mine:*", "Local": "mine:latest"}]
    assert "*/mine:*  mine:latest" in manager_process.cli("images").stdout
    assert manager_process.cli("images", "unmap", "*/mine:*").returncode == 0
    assert json.loads(manager_process.cli("images", "--json").stdout)["Mappings"] == []


def test_a_broken_table_is_named_with_its_line(manager_process, table):
    table.write_text('[images]\n"a" = 5\n')
    for words in (("images",), ("images", "map", "b", "c"), ("images", "unmap", "a")):
        done = manager_process.cli(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert "images.toml, line 2: 'a' is 5" in done.stderr


@pytest.mark.parametrize("name", ["", "a b", "a\nb"])
def test_what_is_no_name_is_refused(manager_process, table, name):
    assert manager_process.cli("images", "map", name, "b").returncode == 1
    assert not table.exists()


def test_the_home_may_stand_before_the_inner_command(manager_process, manager_class, tmp_path):
    other = tmp_path / "other"
    done = manager_class(other).cli("images", "--json")
    assert json.loads(done.stdout)["Mappings"] == []
    manager_class(other).end()


def test_the_engines_images_are_listed_and_a_silent_one_hides_no_table(
    own_manager, docker_engine, monkeypatch
):
    found = json.loads(own_manager.cli("images", "--json").stdout)
    assert docker_engine.image in [each["Name"] for each in found["Images"]]
    assert all(each["ImageId"].startswith("sha256:") for each in found["Images"])
    assert all(each["SizeInBytes"] > 0 for each in found["Images"])
    own_manager.end()
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    own_manager.cli("images", "map", "a", "b")
    done = own_manager.cli("images")
    assert "docker was not looked at" in done.stderr
    assert "a     b" in done.stdout


def test_the_status_says_which_engines_there_are_and_why_not(own_manager, monkeypatch):
    own_manager.end()
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    own_manager.connect().close()
    report = json.loads(own_manager.cli("manager", "status", "--json").stdout)
    engines = {each["Kind"]: each for each in report["engines"]}
    assert engines["process"]["Available"]
    assert not engines["docker"]["Available"]
    assert "/nowhere/docker.sock" in engines["docker"]["Reason"]
    assert "docker: not now: " in own_manager.cli("manager", "status").stdout
