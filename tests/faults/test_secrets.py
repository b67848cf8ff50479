"""Keys stay where they belong, and jobs get at nothing that is the manager's."""

import io
import os
import stat
import tarfile
from pathlib import Path

import psutil
import pytest

from jupyter_train.client.find import find_manager

KEEPERS = {"keys.json", "manager.json"}


def secrets_of(home):
    facts = find_manager(home)
    return [facts.token.encode(), facts.secret_key.encode()]


def below(home):
    """What a folder holds while the manager may be clearing a part of it."""
    walk = os.walk(home)
    return [Path(top, name) for top, folders, files in walk for name in [*folders, *files]]


def content(path):
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def test_a_job_sees_no_key_and_nothing_written_holds_one(own_desk):
    script = """
        import os, sys
        for name, value in sorted(os.environ.items()):
            print(name, value)
        print(sys.argv, open("/proc/self/cmdline").read())
    """
    own_desk.submit("job", script)
    own_desk.ended("job")
    own_desk.manager.cli("ps")
    said = "\n".join([*own_desk.lines("job"), str(own_desk.describe("job"))]).encode()
    files = [each for each in below(own_desk.home) if each.is_file() and not each.is_symlink()]
    kept = b"".join(content(each) for each in files if each.name not in KEEPERS)
    for secret in secrets_of(own_desk.home):
        assert secret not in said
        assert secret not in kept


def test_no_process_shows_a_key_on_its_command_line_while_a_job_runs(own_desk):
    own_desk.submit("job", "import time\nprint('on', flush=True)\ntime.sleep(60)")
    own_desk.until(lambda: own_desk.describe("job")["SecondaryStatus"] == "Training")
    found = psutil.process_iter(["cmdline"])
    lines = [" ".join(each.info["cmdline"] or []).encode() for each in found]
    for secret in secrets_of(own_desk.home):
        assert not [line for line in lines if secret in line]
    own_desk.connection.call("StopTrainingJob", {"TrainingJobName": "job"})
    own_desk.ended("job")


def test_nobody_else_can_look_into_the_state_folder(own_desk):
    own_desk.submit("job", "print('on', flush=True)")
    own_desk.ended("job")
    home = own_desk.home
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    open_files = [
        each.relative_to(home)
        for each in home.iterdir()
        if each.is_file() and stat.S_IMODE(each.stat().st_mode) & 0o077
    ]
    assert open_files == []


def channel(path):
    source = {"S3DataType": "S3Prefix", "S3Uri": f"file://{path}"}
    return [{"ChannelName": "training", "DataSource": {"S3DataSource": source}}]


@pytest.fixture
def forbidden(desk, tmp_path):
    """Paths that no channel may name, by what is said of them."""
    (tmp_path / "link").symlink_to(desk.home / "keys.json")
    (tmp_path / "linked-folder").symlink_to(desk.home)
    return {
        "home": desk.home,
        "keys": desk.home / "keys.json",
        "link": tmp_path / "link",
        "below-a-link": tmp_path / "linked-folder" / "journal.sqlite",
        "dots": tmp_path / ".." / ".." / ".." / ".." / ".." / "proc" / "1",
        "proc": "/proc/self",
        "devices": "/dev",
    }


@pytest.mark.parametrize(
    "which", ["home", "keys", "link", "below-a-link", "dots", "proc", "devices"]
)
def test_a_channel_leads_neither_to_the_managers_files_nor_to_the_systems(desk, forbidden, which):
    name = f"channel-{which}"
    desk.submit(name, "print(1)", InputDataConfig=channel(forbidden[which]))
    found = desk.ended(name)
    assert found["TrainingJobStatus"] == "Failed"
    assert "may not be used by jobs" in found["FailureReason"]
    assert "TrainingStartTime" not in found


@pytest.mark.parametrize("member", ["OutputDataConfig", "CheckpointConfig"])
def test_nothing_is_written_into_the_managers_folder_either(desk, member):
    uri = f"file://{desk.home}/objects"
    given = {"S3OutputPath": uri} if member == "OutputDataConfig" else {"S3Uri": uri}
    name = f"into-{member}"
    desk.submit(name, "print(1)", **{member: given})
    found = desk.ended(name)
    assert found["TrainingJobStatus"] == "Failed"
    assert "may not be used by jobs" in found["FailureReason"]


def member(name, kind=tarfile.REGTYPE, link="", mode=0o644):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    return info


HOSTILE = {
    "climbs": [member("../../../escaped")],
    "absolute": [member("/tmp/escaped")],
    "link-out": [member("train.py"), member("out", tarfile.SYMTYPE, "/etc")],
    "through-link": [member("d", tarfile.SYMTYPE, ".."), member("d/escaped")],
    "hard-link": [member("hard", tarfile.LNKTYPE, "/etc/passwd")],
    "device": [member("dev", tarfile.CHRTYPE)],
    "pipe": [member("pipe", tarfile.FIFOTYPE)],
}


def packed(members):
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as archive:
        for each in members:
            archive.addfile(each, io.BytesIO())
    return body.getvalue()


BODIES = {name: packed(members) for name, members in HOSTILE.items()}
BODIES |= {"nonsense": b"no archive", "torn": packed([member("train.py")])[:30], "empty": b""}


@pytest.mark.parametrize("which", sorted(BODIES))
def test_a_hostile_source_archive_fails_its_job_and_nothing_else(desk, which):
    name = f"archive-{which}"
    key = f"{name}/source/sourcedir.tar.gz"
    desk.connection.put_object("jupyter-train", key, BODIES[which])
    desk.connection.call("CreateTrainingJob", desk.request(name))
    found = desk.ended(name)
    assert found["TrainingJobStatus"] == "Failed"
    assert found["FailureReason"].startswith("ClientError: ")
    assert not [each for each in below(desk.home) if "escaped" in each.name]
    assert not Path("/tmp/escaped").exists()
