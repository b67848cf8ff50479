"""What a job may name on this machine, and what a container may be shown of it."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_train.contract.names import Address, parse_address
from jupyter_train.engine.errors import ClientError
from jupyter_train.engine.places import Places
from jupyter_train.store.objects import FolderObjects

NAMES = ("a", "b", "out", "home", "data")


class World:
    """Folders of data beside a manager's own, and a bucket inside that."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self.home = root / "home"
        self.socket = root / "out" / "engine.sock"
        for folder in (self.data / "a" / "b", self.home, self.socket.parent, root / "b"):
            folder.mkdir(parents=True)
        self.socket.touch()
        objects = FolderObjects(self.home / "objects")
        objects.create_bucket("bucket")
        self.bucket = self.home / "objects" / "bucket"
        self.close = objects.close
        self.places = Places(objects, [self.data, root / "out"], [self.home, self.socket])


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path.resolve())
    yield world
    world.close()


def file(path):
    return Address(scheme="file", bucket="", key=str(path))


def test_a_folder_below_a_root_is_shown(world):
    assert world.places.shown(file(world.data / "a")) == world.data / "a"


@pytest.mark.parametrize("path", ["/", "/proc", "/sys/fs", "/dev", "/run/docker.sock", "/etc"])
def test_what_is_not_below_a_root_is_refused(world, path):
    with pytest.raises(ClientError, match="may not be used by jobs"):
        world.places.shown(file(path))


@pytest.mark.parametrize("path", ["/", "/var/run", "/proc/1/root", "/dev/mem"])
def test_with_the_whole_machine_as_root_the_kernels_folders_are_refused_all_the_same(world, path):
    places = Places(None, [Path("/")], [world.home])
    with pytest.raises(ClientError, match="may not be"):
        places.shown(file(path))


def test_the_managers_own_folder_is_refused_with_all_that_is_around_it(world):
    places = Places(None, [Path("/")], [world.home])
    for path in (world.home, world.home / "keys.json", world.root, world.root.parent):
        with pytest.raises(ClientError, match="may not be"):
            places.shown(file(path))


def test_the_folder_of_the_engines_socket_is_refused(world):
    for path in (world.socket, world.socket.parent):
        with pytest.raises(ClientError, match="may not be"):
            world.places.shown(file(path))


def test_an_object_is_shown_though_buckets_lie_in_the_managers_folder(world):
    (world.bucket / "set").mkdir()
    assert world.places.shown(parse_address("s3://bucket/set/")) == world.bucket / "set"


def test_a_link_out_of_a_bucket_is_refused(world):
    (world.bucket / "set").symlink_to(world.home)
    with pytest.raises(ClientError, match="leads out of its bucket"):
        world.places.shown(parse_address("s3://bucket/set"))


steps = st.lists(st.sampled_from([*NAMES, "..", ".", "l0", "l1", "l2"]), max_size=8)
links = st.tuples(
    st.sampled_from(["data", "data/a", "data/a/b", "out", "home/objects/bucket"]),
    st.sampled_from(["l0", "l1", "l2"]),
    steps,
    st.booleans(),
)


@given(links=st.lists(links, max_size=5), path=steps)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_links_there_are_nothing_else_is_shown(tmp_path_factory, links, path):
    world = World(tmp_path_factory.mktemp("world").resolve())
    try:
        for folder, name, target, absolute in links:
            start = world.root if absolute else Path()
            link = world.root / folder / name
            if not link.is_symlink():
                link.symlink_to(start.joinpath(*target))
        for address in (
            file(world.data.joinpath(*path)),
            Address(scheme="s3", bucket="bucket", key="/".join(path)),
        ):
            _check(world, address)
    finally:
        world.close()


def _check(world: World, address: Address) -> None:
    try:
        shown = world.places.shown(address)
    except (ClientError, OSError):  # refused, or links in a circle
        return
    real = Path(os.path.realpath(shown))
    assert real == shown
    if address.scheme == "s3":
        assert real.is_relative_to(world.bucket)
        return
    assert real.is_relative_to(world.data) or real.is_relative_to(world.root / "out")
    assert not world.socket.is_relative_to(real)
    assert not real.is_relative_to(world.home)
