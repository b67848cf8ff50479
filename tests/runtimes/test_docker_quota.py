"""The size of a container's disk: whose file systems limit it, and one that really does."""

import io
import os
import subprocess
import tarfile
from contextlib import contextmanager, suppress

import pytest
from mortal_dockerd import mortal_dockerd

import debian
from docker_engine import DockerEngine
from jupyter_train.runtimes.base import MachineError
from jupyter_train.runtimes.docker.quota import can_limit

MOUNTS = """\
/dev/sda / ext4 rw,relatime 0 0
/dev/sdb /data xfs rw,relatime,prjquota 0 0
/dev/sdc /var/lib/docker xfs rw,relatime,noquota 0 0
/dev/sdd /srv/my\\040engine xfs rw,pquota 0 0
"""
MIB = 1 << 20


@pytest.mark.parametrize(
    ("driver", "root", "limits"),
    [
        ("overlay2", "/data/docker", True),
        ("overlay2", "/srv/my engine", True),
        ("overlay2", "/var/lib/docker", False),
        ("overlay2", "/database", False),
        ("overlayfs", "/data/docker", False),
        ("vfs", "/data/docker", False),
        ("btrfs", "/anywhere", True),
    ],
)
def test_quotas_count_only_where_the_engine_keeps_its_containers(tmp_path, driver, root, limits):
    (tmp_path / "mounts").write_text(MOUNTS)
    info = {"Driver": driver, "DockerRootDir": root}
    assert can_limit(info, tmp_path / "mounts") is limits


@contextmanager
def small_engine(driver, *mounts):
    """An engine on a small disk that is mounted by these commands, with an image of one program."""
    if os.geteuid():
        pytest.skip("only root may mount a disk and start a dockerd on it")
    with mortal_dockerd() as dockerd:
        disk, data = dockerd.folder / "disk", dockerd.folder / "data"
        disk.touch()
        os.truncate(disk, 256 * MIB)
        data.mkdir()
        for words in mounts:
            made = [each.format(disk=disk, data=data) for each in words.split()]
            done = subprocess.run(made, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"no small disk can be had: {done.stderr}")
        dockerd.start("--storage-driver", driver)
        engine = DockerEngine(dockerd.host, "small:latest")
        engine.api.api.import_image_from_data(packed(), repository="small", tag="latest")
        engine.disk = data
        yield engine
        engine.api.close()


@pytest.fixture
def limiting_engine(docker_engine):
    """An engine on btrfs, whose quotas every kernel has that has btrfs."""
    try:
        debian.install("mkfs.btrfs")
    except debian.NotHereError as error:
        pytest.skip(f"no btrfs can be had: {error}")
    with small_engine("btrfs", "mkfs.btrfs -q {disk}", "mount -o loop {disk} {data}") as engine:
        yield engine


@pytest.fixture
def crammed_engine(docker_engine):
    """An engine whose disk is full but for what it has already."""
    with small_engine("overlay2", "mount -t tmpfs -o size=64m none {data}") as engine:
        with (engine.disk / "ballast").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        yield engine
        (engine.disk / "ballast").unlink()


def packed():
    """The file system of an image: a shell and what it runs, in one program."""
    busybox = debian.unpacked("busybox-static") / "bin" / "busybox"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name in (".", "bin"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(folder)
        for name in ("sh", "dd"):
            archive.add(busybox, f"bin/{name}")
    return packed.getvalue()


def test_what_is_written_into_a_container_s_own_root_is_limited(yard_over, limiting_engine):
    yard = yard_over(limiting_engine)
    fills = "dd if=/dev/zero of={} bs=1048576 count=64 2>&1 || echo full"
    script = f"{fills.format('/fill')}; {fills.format('/opt/ml/model/fill')}"
    spec = yard.script(script, volume=32 * MIB)
    said = yard.prints(spec)
    assert said.count("full") == 1
    assert (spec.folder / "ml/model/fill").stat().st_size == 64 * MIB
    host = yard.container(spec).attrs["HostConfig"]
    assert host["StorageOpt"] == {"size": str(32 * MIB)}


def test_an_engine_without_room_is_the_machine_s_fault_and_serves_again(yard_over, crammed_engine):
    yard = yard_over(crammed_engine)
    spec = yard.script("echo well")
    with pytest.raises(MachineError, match="no space left on device"):
        yard.start(spec)
    (crammed_engine.disk / "ballast").write_bytes(b"")
    assert yard.prints(spec) == "well\n"
