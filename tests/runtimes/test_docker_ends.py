"""Every way in which a container ends, or is found to have ended."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_train.runtimes.base import MachineError, Phase, Resources, StartError
from jupyter_train.runtimes.docker.ending import refusal
from jupyter_train.runtimes.docker.giving import give_back
from jupyter_train.runtimes.docker.images import Image
from jupyter_train.runtimes.docker.words import start_error
from jupyter_train.testing.runtime import IGNORES_SIGTERM, KEY, SAVES_ON_SIGTERM, until

MIB = 1 << 20


def test_a_program_that_is_not_there_is_refused_in_words(yard):
    seen = yard.run(yard.spec("train"))
    assert seen.exit_code == 127
    assert seen.refused.startswith(f"the image {yard.engine.image!r} has no program 'train'")
    assert b"'train'" in yard.log(yard.spec("train"))


def test_a_file_that_is_not_a_program_is_refused_in_words(yard):
    seen = yard.run(yard.spec("/etc/hostname"))
    assert (seen.exit_code, seen.refused) == (
        126,
        f"the image {yard.engine.image!r} has '/etc/hostname', which is not executable",
    )


def test_a_program_that_ends_with_127_by_itself_is_not_refused(yard):
    seen = yard.run(yard.script("nosuch; exit 127"))
    assert (seen.exit_code, seen.refused) == (127, None)


def test_a_script_runs_in_any_image_with_python(yard):
    spec = yard.spec("train", script_mode=True)
    folder = Path(spec.folder) / "ml/input/config"
    folder.mkdir(parents=True)
    (folder / "hyperparameters.json").write_text('{"sagemaker_program": "none.py"}')
    seen = yard.run(spec)
    assert (seen.exit_code, seen.refused) == (1, None)
    assert b"none.py" in yard.log(spec)


def test_an_image_with_a_train_program_is_asked_for_that_in_script_mode_too(yard):
    image = yard.engine.build(
        "train",
        "ARG BASE\nFROM ${BASE}\nCOPY train /usr/local/bin/train\n",
        {"train": "#!/bin/sh\necho train runs ${JUPYTER_TRAIN_SCRIPT-unset}\n"},
    )
    assert yard.prints(yard.spec("train", image=image, script_mode=True)) == "train runs unset\n"


def test_an_image_that_is_not_there_is_said(yard):
    with pytest.raises(StartError, match=r"no image 'nobody/nothing:1' on this machine"):
        yard.start(yard.spec("train", image="nobody/nothing:1"))
    assert yard.look(yard.spec()).phase is Phase.ABSENT


def test_a_gpu_that_the_engine_cannot_give_is_said(yard):
    if "nvidia" in yard.engine.api.info()["Runtimes"]:
        pytest.skip("this engine can")
    with pytest.raises(StartError, match="install nvidia-container-toolkit"):
        yard.start(yard.script("true", resources=Resources(gpus=("GPU-none",))))


def test_an_image_of_another_architecture_is_said(yard):
    """By what the kernel says when its programs are not this machine's, or by their labels."""
    dockerfile = "FROM scratch\nCOPY sh /bin/sh\n"
    image = yard.engine.build("elsewhere", dockerfile, {"sh": b"\x7fELF" + bytes(60)})
    yard.runtime._starter.abilities  # noqa: B018  asks the engine
    abilities = yard.runtime._starter._abilities
    yard.runtime._starter._abilities = replace(abilities, architecture="s390x")
    seen = yard.run(yard.spec("train", image=image))
    assert seen.refused == (
        f"the image {image!r} is for amd64, and this machine is s390x; build it for this one"
    )


@pytest.mark.parametrize(
    ("status", "reason", "words", "kind"),
    [
        (400, "exec /train: exec format error", "build it for this one", StartError),
        (500, "could not select device driver", "nvidia-container-toolkit", StartError),
        (400, "train: executable file not found in $PATH", "has no program 'train'", StartError),
        (500, "unable to find user nobody2", "knows no user", StartError),
        (409, "something else", "something else", StartError),
        (500, "something else", "something else", MachineError),
        (500, "mkdir /var/lib/x: no space left on device", "disk of the engine", MachineError),
    ],
)
def test_what_the_engine_refuses_is_told_with_a_way_out(status, reason, words, kind, yard):
    image = Image(name="one:1", id="sha256:0", variables={}, architecture="arm64")
    error = type("Refusal", (Exception,), {"explanation": reason, "status_code": status})()
    told = start_error(yard.spec("train"), image, error)
    assert str(told).startswith("the image 'one:1' cannot be started: ")
    assert (words in str(told), type(told)) == (True, kind)


def test_sigterm_reaches_every_process_but_the_first(yard):
    script = "trap '' TERM; python3 -c '{}' & wait; wait; echo shell".format(
        'import signal, time; signal.signal(15, lambda *_: (print("child", flush=True), exit(0)));'
        'print("ready", flush=True); time.sleep(60)'
    )
    spec = yard.ready(yard.script(script))
    assert asyncio.run(yard.runtime.signal(yard.host, spec, signal.SIGTERM)) == 2
    assert yard.ended(spec).exit_code == 0
    assert yard.log(spec).split() == [b"ready", b"child", b"shell"]


def test_sigterm_also_reaches_processes_that_are_not_ours_to_signal(yard, monkeypatch):
    def refuse(pids, number):
        raise PermissionError

    monkeypatch.setattr("jupyter_train.runtimes.docker.runtime.send", refuse)
    spec = yard.ready(yard.script(SAVES_ON_SIGTERM))
    assert asyncio.run(yard.runtime.signal(yard.host, spec, signal.SIGTERM)) == 1
    assert (yard.ended(spec).exit_code, yard.log(spec).count(b"got")) == (0, 1)


def test_a_paused_container_runs_and_can_be_ended_kindly(yard):
    spec = yard.ready(yard.script(SAVES_ON_SIGTERM))
    yard.container(spec).pause()
    assert yard.look(spec).phase is Phase.RUNNING
    asyncio.run(yard.runtime.signal(yard.host, spec, signal.SIGTERM))
    assert yard.ended(spec).exit_code == 0


def test_a_paused_container_can_be_killed(yard):
    spec = yard.ready(yard.script(IGNORES_SIGTERM))
    yard.container(spec).pause()
    asyncio.run(yard.runtime.kill(yard.host, spec))
    assert (yard.look(spec).phase, yard.look(spec).exit_code) == (Phase.EXITED, 137)


def test_a_container_that_was_created_only_is_ended_by_a_kill(yard):
    spec = yard.script("echo started")
    identity = yard.runtime._starter._create(spec)
    assert yard.look(spec).phase is Phase.CREATED
    asyncio.run(yard.runtime.kill(yard.host, spec))
    yard.start(spec)
    assert (yard.look(spec).phase, yard.log(spec)) == (Phase.EXITED, b"")
    assert not yard.engine.api.api.containers(all=True, filters={"id": identity})


def test_a_container_that_was_created_only_is_started_by_the_next_start(yard):
    spec = yard.script("echo started")
    yard.runtime._starter._create(spec)
    (Path(spec.folder) / "container").unlink()  # the manager died before it wrote that down
    yard.anew()
    assert yard.prints(spec) == "started\n"


def test_a_container_removed_by_hand_is_lost(yard):
    spec = yard.ready(yard.script(IGNORES_SIGTERM))
    yard.container(spec).remove(force=True)
    assert yard.ended(spec).phase is Phase.LOST
    yard.anew()
    assert yard.look(spec).phase is Phase.LOST
    yard.start(spec)
    assert yard.look(spec).phase is Phase.LOST


def test_a_container_stopped_by_hand_is_lost_and_not_the_programs_fault(yard):
    spec = yard.ready(yard.script(IGNORES_SIGTERM))
    yard.container(spec).stop(timeout=0)
    assert yard.ended(spec).phase is Phase.LOST


def test_a_program_that_kills_itself_has_ended(yard):
    seen = yard.run(yard.script("kill -KILL $$"))
    assert (seen.phase, seen.exit_code) == (Phase.EXITED, 137)


def test_an_image_may_go_while_a_container_of_it_runs(yard):
    image = yard.engine.build("gone", "ARG BASE\nFROM ${BASE}\nRUN echo 1 >/one\n")
    script = "echo ready; while [ ! -e /opt/ml/model/go ]; do sleep 0.05; done; cat /one"
    spec = yard.ready(yard.script(script, image=image))
    yard.engine.api.images.remove(image, force=True)
    (Path(spec.folder) / "ml/model/go").touch()
    assert (yard.ended(spec).exit_code, yard.log(spec)) == (0, b"ready\n1\n")


def test_removing_leaves_no_container_and_what_was_made(yard):
    spec = yard.script("echo x >/opt/ml/model/x")
    yard.run(spec)
    asyncio.run(yard.runtime.remove(yard.host, spec))
    assert not yard.engine.containers(f"jupyter-train.attempts={yard.host.folder}")
    assert (Path(spec.folder) / "ml/model/x").read_text() == "x\n"
    assert yard.look(spec).phase is Phase.EXITED


def test_what_an_images_own_user_makes_is_given_back(yard):
    image = yard.engine.build("user", "ARG BASE\nFROM ${BASE}\nUSER 2345:2345\n")
    made = "id -u; cd /opt/ml/model; mkdir -m 700 a; echo x >a/b; ln -s /etc c"
    spec = yard.script(made, image=image, user=None)
    assert yard.prints(spec) == "2345\n"
    owner = os.getuid() or 1234  # root is given nothing back: it needs nothing
    give_back(yard.runtime._engine, yard.container(spec).attrs, (owner, owner))
    model = Path(spec.folder) / "ml/model"
    owners = {path.name: path.lstat().st_uid for path in [*model.rglob("*")]}
    assert owners == dict.fromkeys("abc", owner)
    assert Path("/etc").stat().st_uid == 0


def test_a_helper_that_outlived_its_manager_is_left_too(yard, monkeypatch):
    made = yard.engine.api.containers.create(
        yard.engine.image, "true", labels={"jupyter-train.helper": "1"}
    )
    left = asyncio.run(yard.runtime.leftovers(yard.host, [KEY]))
    assert made.name not in {each.name for each in left}
    monkeypatch.setattr("jupyter_train.runtimes.docker.remains.HELPER_SECONDS", -60)
    left = asyncio.run(yard.runtime.leftovers(yard.host, [KEY]))
    assert made.name in {each.name for each in left}
    made.remove()


def test_what_a_container_uses_is_counted(yard):
    work = "import time; x = bytearray(64 << 20); print('ready', flush=True)\nwhile True: pass"
    spec = yard.ready(yard.spec("python3", "-c", work, resources=Resources(memory=256 * MIB)))

    async def measure():
        await until(yard.runtime, yard.host, KEY, lambda seen: seen.phase is Phase.RUNNING)
        first = (await yard.runtime.usage(yard.host, [KEY]))[KEY]
        await asyncio.sleep(0.5)
        return first, (await yard.runtime.usage(yard.host, [KEY]))[KEY]

    first, then = asyncio.run(measure())
    assert 0.1 < then.cpu_seconds - first.cpu_seconds <= (then.time - first.time) * 2
    assert 64 * MIB < then.memory < 256 * MIB
    assert then.memory_limit == 256 * MIB
    asyncio.run(yard.runtime.kill(yard.host, spec))
    assert asyncio.run(yard.runtime.usage(yard.host, [KEY])) == {}


def test_a_log_that_the_job_has_shut_holds_up_no_end(tmp_path):
    (tmp_path / "log").mkdir()
    assert refusal(tmp_path, 127, "") == ""
