"""Every way in which a container ends, or is found to have ended."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_train.hosts.base import HostUnreachableError
from jupyter_train.runtimes.base import Phase, Resources, StartError
from jupyter_train.runtimes.docker import DockerRuntime, Options
from jupyter_train.runtimes.docker.ending import refusal
from jupyter_train.runtimes.docker.giving import give_back
from jupyter_train.runtimes.docker.images import Image
from jupyter_train.runtimes.docker.words import start_error
from jupyter_train.testing.runtime import IGNORES_SIGTERM, KEY, SAVES_ON_SIGTERM, until

MIB = 1 << 20
TAKES_MEMORY = "x = bytearray(512 << 20)"


def another(spec, attempt=2):
    return replace(spec.key, attempt=attempt)


def test_a_program_that_takes_too_much_memory_is_named_so(yard):
    seen = yard.run(yard.spec("python3", "-c", TAKES_MEMORY, resources=Resources(memory=64 * MIB)))
    assert (seen.exit_code, seen.out_of_memory) == (137, True)


def test_so_is_one_whose_child_did_and_that_goes_on(yard):
    script = f"python3 -c '{TAKES_MEMORY}'; exit 5"
    seen = yard.run(yard.script(script, resources=Resources(memory=64 * MIB)))
    assert (seen.exit_code, seen.out_of_memory) == (5, True)
    yard.anew()
    assert yard.look(replace(yard.script(script))).out_of_memory is True


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
    ("reason", "words"),
    [
        ("exec /train: exec format error", "build it for this one"),
        ("could not select device driver", "nvidia-container-toolkit"),
        ('exec: "train": executable file not found in $PATH', "has no program 'train'"),
        ("unable to find user nobody2", "knows no user"),
        ("something else", "something else"),
    ],
)
def test_what_the_engine_refuses_is_told_with_a_way_out(reason, words, yard):
    image = Image(name="one:1", id="sha256:0", variables={}, architecture="arm64")
    error = type("Refusal", (Exception,), {"explanation": reason})()
    told = str(start_error(yard.spec("train"), image, error))
    assert told.startswith("the image 'one:1' cannot be started: ")
    assert words in told


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
    assert not yard.engine.api.containers.list(all=True, filters={"id": identity})


def test_a_container_that_was_created_only_is_started_by_the_next_start(yard):
    spec = yard.script("echo started")
    yard.runtime._starter._create(spec)
    (Path(spec.folder) / "container").unlink()  # the manager died before it wrote that down
    yard.anew()
    assert yard.prints(spec) == "started\n"


STARTS = """
import asyncio, sys
from pathlib import Path
from jupyter_train.contract.names import AttemptKey
from jupyter_train.hosts.local import LocalHost
from jupyter_train.runtimes.base import AttemptSpec, Container
from jupyter_train.runtimes.docker import DockerRuntime, Options
engine, image, manager, folder = sys.argv[1:]
key = AttemptKey.parse(Path(folder).name)
spec = AttemptSpec(manager_id=manager, key=key, folder=Path(folder),
    argv=("sh", "-c", "echo started; sleep 0.2"), container=Container(image=image, user="0:0"))
print("begins", flush=True)
asyncio.run(DockerRuntime(Options(host=engine)).start(LocalHost("here", Path(folder).parent), spec))
"""


def test_starts_killed_at_any_moment_and_repeated_run_at_most_once(yard):
    chance = random.Random(3)
    for attempt in range(1, 9):
        spec = yard.script("echo started; sleep 0.2", key=replace(KEY, attempt=attempt))
        words = [yard.engine.host, yard.engine.image, yard.manager, str(spec.folder)]
        for _ in range(2):
            with subprocess.Popen(
                [sys.executable, "-c", STARTS, *words], stdout=subprocess.PIPE
            ) as process:
                process.stdout.readline()
                time.sleep(chance.random() * 0.7)
                process.kill()
        seen = yard.run(spec)
        assert (seen.phase, yard.log(spec)) == (Phase.EXITED, b"started\n")


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


def test_an_end_that_nobody_saw_is_found_by_the_next_manager(yard):
    spec = yard.ready(yard.script("echo ready; sleep 0.5; exit 7"))
    yard.anew()
    yard.container(spec).wait()
    seen = yard.look(spec)
    assert (seen.phase, seen.exit_code) == (Phase.EXITED, 7)
    assert abs(seen.ended - time.time()) < 20


def test_an_image_may_go_while_a_container_of_it_runs(yard):
    image = yard.engine.build("gone", "ARG BASE\nFROM ${BASE}\nRUN echo 1 >/one\n")
    script = "echo ready; while [ ! -e /opt/ml/model/go ]; do sleep 0.05; done; cat /one"
    spec = yard.ready(yard.script(script, image=image))
    yard.engine.api.images.remove(image, force=True)
    (Path(spec.folder) / "ml/model/go").touch()
    assert (yard.ended(spec).exit_code, yard.log(spec)) == (0, b"ready\n1\n")


def test_ended_attempts_are_known_without_an_engine_and_the_others_are_not(yard):
    done = yard.script("exit 3")
    yard.run(done)
    runs = yard.ready(yard.script(IGNORES_SIGTERM, key=another(done)))
    away = DockerRuntime(Options(host="unix:///nowhere/docker.sock"))
    assert asyncio.run(away.observe(yard.host, [KEY]))[KEY].exit_code == 3
    assert set(asyncio.run(away.observe(yard.host, [KEY, runs.key]))) == {KEY}
    with pytest.raises(HostUnreachableError, match="/nowhere/docker"):
        asyncio.run(away.observe(yard.host, [runs.key]))
    asyncio.run(away.close())


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
    give_back(yard.runtime._engine, yard.container(spec).attrs, (1234, 1234))
    model = Path(spec.folder) / "ml/model"
    owners = {path.name: path.lstat().st_uid for path in [*model.rglob("*")]}
    assert owners == {"a": 1234, "b": 1234, "c": 1234}
    assert Path("/etc").stat().st_uid == 0


def of_attempts(yard, living):
    """What is left of attempts: an engine may also hold helpers of managers that were killed."""
    left = asyncio.run(yard.runtime.leftovers(yard.host, [living.key]))
    return [each for each in left if each.key is not None]


def test_what_is_left_is_listed_and_discarded(yard):
    spec = yard.script("true")
    yard.run(spec)
    living = yard.ready(yard.script(IGNORES_SIGTERM, key=another(spec)))
    left = of_attempts(yard, living)
    assert [(each.kind, each.key) for each in left] == [("container", spec.key)]
    for _ in range(2):
        asyncio.run(yard.runtime.discard(yard.host, left[0]))
    assert of_attempts(yard, living) == []


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


def test_a_terminal_opens_in_what_runs_and_ends_when_it_is_closed(yard):
    spec = yard.ready(yard.script(IGNORES_SIGTERM))

    async def type_and_read():
        shell = await yard.runtime.shell(yard.host, spec, 33, 101)
        await shell.write(b"stty size; echo $((6*7)); sleep 1234\n")
        said = b""
        async with asyncio.timeout(20):
            while b"\r\n42\r\n" not in said:
                said += await shell.read()
        await shell.close()
        await shell.close()
        return said

    assert b"33 101" in asyncio.run(type_and_read())
    deadline = time.monotonic() + 10
    while "1234" in str(yard.container(spec).top()["Processes"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_log_that_the_job_has_shut_holds_up_no_end(tmp_path):
    (tmp_path / "log").mkdir()
    assert refusal(tmp_path, 127, "") == ""
