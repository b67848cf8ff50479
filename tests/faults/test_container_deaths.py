"""Every way a container can die or never live, through a whole manager: what its owner is told."""

import json
import subprocess
import time

import docker
import pytest
from registry import Registry, served

from jupyter_train.client.connection import ApiError

pytestmark = [pytest.mark.timeout(180)]
MIB = 1 << 20
GOES_ON = "echo ready; while [ ! -e /opt/ml/checkpoints/go ]; do sleep 0.05; done; echo end; exit 7"
STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
TAKES_MEMORY = "python3 -c 'x = bytearray(512 << 20)'"
CONFIG = """
stop_grace = 1
unreachable_after = 1
[capacity]
cpus = 8
memory = "16 GiB"
[instance_types."ml.m5.large"]
cpus = 1
memory = "64 MiB"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("deaths") / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(CONFIG)
    return home


@pytest.fixture(scope="module")
def shared_manager(home, manager_class, docker_engine):
    manager = manager_class(home)
    manager.connect().close()
    yield manager
    manager.end()


class Yard:
    """A desk whose jobs are containers of one script each."""

    def __init__(self, desk, engine) -> None:
        self.desk, self.engine = desk, engine

    def submit(self, name, script, *, image="", argv=None, **members):
        """Submit a shell script, or argv, as a job in an image, the base image for want of one."""
        algorithm = {
            "TrainingInputMode": "File",
            "TrainingImage": image or self.engine.image,
            "ContainerEntrypoint": argv or ["/bin/sh", "-c", script],
            **members.pop("algorithm", {}),
        }
        if argv == []:
            del algorithm["ContainerEntrypoint"]
        request = self.desk.request(name, AlgorithmSpecification=algorithm, **members)
        request |= {"HyperParameters": {}}
        request.setdefault("CheckpointConfig", {"S3Uri": f"s3://jupyter-train/kept/{name}"})
        self.desk.connection.call("CreateTrainingJob", request)

    def ready(self, name, script=GOES_ON, **options):
        """Submit, and wait until it says that it is; returns its container."""
        self.submit(name, script, **options)
        self.desk.until(lambda: "ready" in self.said(name))
        return self.container(name)

    def run(self, name, script="", **options):
        """Run to the end; returns its description."""
        self.submit(name, script, **options)
        return self.desk.ended(name)

    def fails(self, name, script="", **options):
        """Run to its failure; returns the reason."""
        found = self.run(name, script, **options)
        assert found["TrainingJobStatus"] == "Failed"
        return found["FailureReason"]

    def said(self, name):
        """Return what a running job has said, without waiting for more."""
        folders = self.desk.home.glob("attempts/*/")
        named = [each for each in folders if self._is_of(each, name)]
        logs = [each / "log" for each in named if (each / "log").exists()]
        return "".join(each.read_text(errors="replace") for each in logs)

    def _is_of(self, folder, name):
        config = folder / "ml/input/config/trainingjobconfig.json"
        try:
            return json.loads(config.read_text())["TrainingJobName"] == name
        except FileNotFoundError:
            return False

    def container(self, name):
        """Return the engine's own view of a running job."""
        [found] = [
            each
            for each in self.engine.containers("jupyter-train.manager")
            if f"TRAINING_JOB_NAME={name}" in each.attrs["Config"]["Env"]
        ]
        return found

    def go(self, name):
        (self.desk.home / f"objects/jupyter-train/kept/{name}/go").touch()

    def stop(self, name):
        self.desk.connection.call("StopTrainingJob", {"TrainingJobName": name})


@pytest.fixture
def yard(shared_manager, desk_of, docker_engine, home):
    """The yard; after each test nothing is left of its jobs."""
    yard = Yard(desk_of(shared_manager), docker_engine)
    yield yard
    attempts = (home / "attempts").resolve()
    attempts.mkdir(exist_ok=True)  # of jobs that never came so far there is none
    label = f"jupyter-train.attempts={attempts}"
    listed = docker_engine.api.api.containers
    yard.desk.until(lambda: not listed(all=True, filters={"label": label}), 20)
    yard.desk.until(lambda: not [each for each in attempts.iterdir() if not kept(each)], 20)


def kept(folder):
    return (folder / "keep").exists()


# By hand.

GONE = "InternalServerError: the container is gone and left no exit code"


@pytest.mark.parametrize("how", ["remove", "kill", "stop"])
def test_a_container_ended_by_hand_is_not_its_programs_failure(yard, how):
    options = {"remove": {"force": True}, "stop": {"timeout": 0}}.get(how, {})
    getattr(yard.ready(f"by-hand-{how}"), how)(**options)
    found = yard.desk.ended(f"by-hand-{how}")
    assert found["FailureReason"].startswith(GONE)
    assert yard.desk.lines(f"by-hand-{how}") == ["ready"]


def test_a_container_killed_by_hand_is_tried_again_if_its_owner_says_so(yard):
    container = yard.ready("again", RetryStrategy={"MaximumRetryAttempts": 1})
    container.kill()
    yard.desk.until(lambda: "Restarting" in str(yard.desk.describe("again")))
    yard.go("again")
    found = yard.desk.ended("again")
    assert found["FailureReason"].endswith("exit code: 7")
    assert "Trying again: the container is gone" in yard.desk.said("again")


def test_a_paused_container_is_waited_for_and_can_be_stopped(yard):
    container = yard.ready("paused", STUBBORN)
    container.pause()
    time.sleep(1.5)
    assert yard.desk.describe("paused")["SecondaryStatus"] == "Training"
    yard.stop("paused")
    assert yard.desk.ended("paused")["TrainingJobStatus"] == "Stopped"


def test_an_image_that_is_deleted_takes_no_job_with_it(yard):
    image = yard.engine.build("deleted", "ARG BASE\nFROM ${BASE}\nRUN echo 1 >/deleted\n")
    yard.ready("image-goes", image=image)
    yard.engine.api.images.remove(image, force=True)
    yard.go("image-goes")
    assert yard.desk.ended("image-goes")["FailureReason"].endswith("exit code: 7")
    assert yard.desk.lines("image-goes") == ["ready", "end"]


# Too little memory, too little disk.

SMALL = {"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}}


def test_a_program_that_takes_too_much_memory_is_told_its_limit(yard):
    reason = yard.fails("memory", f"exec {TAKES_MEMORY}", **SMALL)
    assert reason == (
        "AlgorithmError: exit code: 137 (out of memory: the container's limit was 64 MiB)"
    )


def test_one_whose_child_did_is_told_so_with_its_own_code(yard):
    reason = yard.fails("child", f"{TAKES_MEMORY}; echo on; exit 5", **SMALL)
    assert "exit code: 5 (out of memory: the container's limit was 64 MiB)" in reason


def test_one_that_goes_on_without_its_child_completes_and_is_told(yard):
    found = yard.run("orphaned", f"{TAKES_MEMORY}; exit 0", **SMALL)
    assert found["TrainingJobStatus"] == "Completed"
    assert "a process of it was killed: out of memory" in yard.desk.said("orphaned")


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=12m", "none", str(folder)]
    mounted = subprocess.run(words, capture_output=True, text=True, check=False)
    assert mounted.returncode == 0, f"this test must be root, to mount a disk: {mounted.stderr}"
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("place", ["model", "output/data", "checkpoints"])
def test_a_container_that_fills_the_disk_ends_and_leaves_room_again(
    small_disk, manager_at, desk_of, docker_engine, place
):
    home = small_disk / "home"
    home.mkdir(mode=0o700)
    yard = Yard(desk_of(manager_at(home)), docker_engine)
    filling = f"cat /dev/zero >/opt/ml/{place}/all || exit 9"
    reason = yard.fails("full", filling)
    assert "exit code: 9" in reason  # its own words found no room either
    if place == "checkpoints":  # they are their owner's, and stay
        (home / "objects/jupyter-train/kept/full/all").unlink()
    found = yard.run("next", "echo hello")
    assert (found["TrainingJobStatus"], yard.desk.lines("next")) == ("Completed", ["hello"])


# Logs: what the engine cuts at 16 KiB and we read from it, for want of a shell to write a file.


def test_lines_longer_than_the_engines_pieces_are_whole(yard, shellless_image):
    argv = ["/busybox", "seq", "-s", ",", "1", "40000"]
    found = yard.run("long", image=shellless_image, argv=argv)
    assert found["TrainingJobStatus"] == "Completed", found
    assert yard.desk.lines("long") == [",".join(map(str, range(1, 40_001)))]


# What cannot be run at all.


def test_an_image_that_is_not_there_is_said(yard):
    reason = yard.fails("no-image", image="127.0.0.1:9/nobody/nothing:1")
    assert reason.startswith("ClientError: the image '127.0.0.1:9/nobody/nothing:1' cannot be")


def test_a_registry_that_knows_nobody_is_said_with_the_way_in(yard):
    registry = Registry({"bin/sh": "x"})
    registry.login = "user:secret"
    with served(registry):
        reason = yard.fails("no-login", image=registry.image())
        assert reason.startswith("ClientError: ")
        assert f"run `docker login {registry.host}`" in reason


def test_a_program_that_is_not_there_is_said(yard):
    base = yard.engine.image
    reason = yard.fails("no-train", argv=[])
    assert reason.startswith(f"ClientError: the image {base!r} has no program 'train' on its PATH")
    reason = yard.fails("no-program", argv=["/opt/nothing"])
    assert reason.startswith(f"ClientError: the image {base!r} has no program '/opt/nothing'")
    reason = yard.fails("no-right", argv=["/etc/hostname"])
    assert reason.startswith(f"ClientError: the image {base!r} has '/etc/hostname', which is not")


def test_a_shellless_image_without_the_program_is_said_too(yard, shellless_image):
    reason = yard.fails("no-train-either", image=shellless_image, argv=["train"])
    assert reason.startswith(f"ClientError: the image {shellless_image!r}")
    assert "has no program 'train'" in reason


@pytest.fixture
def foreign_image(docker_engine):
    """The image of another machine: its label says so, and its shell is no program here."""
    other = {"amd64": "s390x"}.get(docker_engine.api.version()["Arch"], "amd64")
    registry = Registry({"bin/sh": b"\x7fELF" + bytes(60)})
    registry.become(other)
    with served(registry):
        yield registry.image(), other
        docker_engine.api.images.remove(registry.image(), force=True)


def test_an_image_of_another_machine_is_said(yard, foreign_image):
    image, other = foreign_image
    reason = yard.fails("foreign", image=image)
    assert reason.startswith(f"ClientError: the image {image!r}")
    assert f"is for {other}, and this machine is" in reason
    assert "build it for this one" in reason


def test_a_gpu_that_is_not_there_is_refused_before_anything_is_made(yard):
    resources = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}
    with pytest.raises(ApiError, match="GPU") as error:
        yard.submit("no-gpu", "true", ResourceConfig=resources)
    assert error.value.code in ("ResourceLimitExceeded", "ValidationException")
    with pytest.raises(ApiError, match="not"):
        yard.desk.describe("no-gpu")
    assert "no-gpu" not in yard.desk.names()


def test_the_engine_still_serves_after_all_that(yard):
    assert yard.run("last", "echo well")["TrainingJobStatus"] == "Completed"
    with pytest.raises(docker.errors.NotFound):
        yard.engine.api.containers.get("jt-nothing")
