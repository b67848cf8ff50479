"""The size of a container's disk: whose file systems limit it, and one that really does."""

import io
import os
import subprocess
import tarfile
from contextlib import contextmanager

import pytest
from mortal_dockerd import mortal_dockerd

import debian
from docker_engine import DockerEngine
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
def small_disk(folder):
    """A disk of btrfs, whose quotas every kernel has that has btrfs, where an engine will be."""
    image = folder / "disk"
    image.touch()
    os.truncate(image, 256 * MIB)
    (folder / "data").mkdir()
    for words in (["mkfs.btrfs", "-q", image], ["mount", "-o", "loop", image, folder / "data"]):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no disk of btrfs can be had: {done.stderr}")
    yield


@pytest.fixture
def limiting_engine(docker_engine):
    """An engine that limits disks, with an image of one program."""
    if os.geteuid():
        pytest.skip("only root may mount a disk and start a dockerd on it")
    try:
        debian.install("mkfs.btrfs")
    except debian.NotHereError as error:
        pytest.skip(f"no btrfs can be had: {error}")
    with mortal_dockerd() as dockerd, small_disk(dockerd.folder):
        dockerd.start("--storage-driver", "btrfs")
        engine = DockerEngine(dockerd.host, "small:latest")
        engine.api.api.import_image_from_data(packed(), repository="small", tag="latest")
        yield engine
        engine.api.close()


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
