"""Jobs in containers of a manager that is not root; `test_ordinary_user.py` runs this as nobody.

What a container writes as another user is given back: the manager can delete all of it.
"""

import os
import shutil
import tarfile

import pytest

ROLE = "arn:aws:iam::000000000000:role/image-user"
KEPT = {"S3Uri": "s3://jupyter-train/kept"}
CONFIG = """
stop_grace = 2
[docker]
image_user = ["image-user"]
"""
TRAIN = """#!/bin/sh
echo I am $(id -u)
umask 077
set -e
for folder in /opt/ml /opt/ml/errors /opt/ml/model /opt/ml/output /opt/ml/output/data \\
    /opt/ml/output/intermediate /opt/ml/checkpoints
do mkdir -p $folder; mkdir $folder/deep; echo 42 >$folder/deep/file; done
echo done
[ -z "$WAITS" ] || { trap 'echo asked; exit 0' TERM; echo ready; while :; do sleep 0.05; done; }
"""


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(CONFIG)
    return home


@pytest.fixture
def desk(home, manager_at, desk_of, docker_engine):
    """A desk; after the test all that jobs wrote is its user's, who can delete it."""
    desk = desk_of(manager_at(home))
    yield desk
    desk.until(lambda: not any((home / "attempts").iterdir()))
    foreign = [path for path in home.rglob("*") if path.lstat().st_uid != os.getuid()]
    assert foreign == []
    desk.manager.end()
    shutil.rmtree(home)


@pytest.fixture(params=["", "USER 0:0", "USER 2345:2345"], ids=["ours", "root", "other"])
def image(request, docker_engine):
    """An image with a train program, and the user whom it names."""
    dockerfile = f"ARG BASE\nFROM ${{BASE}}\nCOPY train /usr/local/bin/train\n{request.param}\n"
    return docker_engine.build(
        f"ordinary-{len(request.param)}", dockerfile, {"train": TRAIN}
    ), request.param


def request(image, user, **members):
    role = {"RoleArn": ROLE} if user else {}
    algorithm = {"TrainingInputMode": "File", "TrainingImage": image}
    return {
        "AlgorithmSpecification": algorithm, "HyperParameters": {}, "CheckpointConfig": KEPT,
        **role, **members,
    }  # fmt: skip


def runs_as(user):
    return f"I am {user[5:].partition(':')[0] if user else os.getuid()}"


def wait_for_ready(desk):
    logs = desk.home.glob
    desk.until(lambda: any(b"ready" in each.read_bytes() for each in logs("attempts/*/log")), 20)


def test_this_is_no_root():
    assert os.getuid() != 0


def test_an_image_writes_all_it_may_whoever_its_user_is(desk, image):
    name, user = image
    desk.submit("job", "", **request(name, user))
    found = desk.ended("job")
    assert (found["TrainingJobStatus"], desk.lines("job")) == ("Completed", [runs_as(user), "done"])
    with tarfile.open(desk.home / "objects/jupyter-train/job/output/model.tar.gz") as model:
        assert "deep/file" in model.getnames()
    kept = desk.home / "objects/jupyter-train/kept/deep/file"
    assert kept.read_text() == "42\n"


def test_it_is_stopped_kindly_whoever_its_user_is(desk, image):
    name, user = image
    desk.submit("job", "", **request(name, user, Environment={"WAITS": "1"}))
    wait_for_ready(desk)
    desk.stop("job")
    found = desk.ended("job")
    assert (found["TrainingJobStatus"], desk.lines("job")[-1]) == ("Stopped", "asked")
    assert (desk.home / "objects/jupyter-train/job/output/model.tar.gz").exists()


def test_a_terminal_opens_whoever_its_user_is(desk, image):
    name, user = image
    debug = {"RemoteDebugConfig": {"EnableRemoteDebug": True}}
    waits = {"Environment": {"WAITS": "1"}}
    desk.submit("job", "", **request(name, user, **waits, **debug))
    wait_for_ready(desk)
    done = desk.manager.cli("shell", "job", input="echo it is $(id -u); exit 5\n")
    assert runs_as(user).replace("I am", "it is") in done.stdout.replace("\r", "")
    desk.stop("job")
    desk.ended("job")


def test_a_script_runs_in_any_image(desk, docker_engine):
    desk.given = {"AlgorithmSpecification": {"TrainingImage": docker_engine.image}}
    script = """
        import os, pathlib
        pathlib.Path(os.environ["SM_MODEL_DIR"], "weights").write_text("42")
        print("I am", os.getuid())
    """
    desk.submit("job", script)
    assert desk.ended("job")["TrainingJobStatus"] == "Completed"
    assert desk.lines("job") == [f"I am {os.getuid()}"]


@pytest.mark.parametrize("user", ["", "USER 0:0"], ids=["ours", "root"])
def test_the_toolkit_of_sagemaker_runs_a_script_unmodified(desk, user):
    script = """
        import os, pathlib
        pathlib.Path(os.environ["SM_MODEL_DIR"], "weights").write_text("42")
        print("I am", os.getuid())
    """
    desk.given = {"AlgorithmSpecification": {"TrainingImage": os.environ["JT_TOOLKIT_IMAGE"]}}
    desk.submit("job", script, **({"RoleArn": ROLE} if user else {}))
    assert desk.ended("job")["TrainingJobStatus"] == "Completed", desk.lines("job")
    assert runs_as(user) in desk.lines("job")
