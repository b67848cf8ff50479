"""What happens rarely: limits the engine may not lift, names that are taken, images with little."""

import asyncio
import time
from pathlib import Path

import pytest

import debian
from jupyter_train.contract.names import AttemptKey
from jupyter_train.runtimes.base import Phase, Resources, StartError
from jupyter_train.runtimes.docker import runtime, settings, watch
from jupyter_train.runtimes.docker.settings import container_name
from jupyter_train.runtimes.docker.watch import Known, Watch

GPUS = ("GPU-0a", "GPU-1b")


def test_limits_of_files_and_locked_memory_are_those_of_the_body(yard, monkeypatch):
    # Lower than they are: to lift them, as we do, is not for every engine.
    monkeypatch.setattr(settings, "OPEN_FILES", 512)
    monkeypatch.setattr(settings, "LOCKED_MEMORY", 65536)
    assert yard.prints(yard.script("ulimit -n; ulimit -l")).split() == ["512", "64"]
    assert yard.runtime._starter.abilities.lifts_limits


def test_an_engine_that_may_not_lift_limits_starts_without_them(yard, monkeypatch):
    monkeypatch.setattr(settings, "OPEN_FILES", 1 << 40)  # more than any kernel gives
    yard.anew()
    spec = yard.script("echo started")
    assert yard.prints(spec) == "started\n"
    assert not yard.runtime._starter.abilities.lifts_limits
    assert not yard.container(spec).attrs["HostConfig"].get("Ulimits")


def test_gpus_are_asked_for_one_by_one_and_named_to_the_driver(yard):
    spec = yard.script("true", resources=Resources(gpus=GPUS))
    yard.runtime._starter._create(spec)
    found = yard.container(spec).attrs
    (request,) = found["HostConfig"]["DeviceRequests"]
    assert (request["DeviceIDs"], request["Capabilities"]) == (list(GPUS), [["gpu"]])
    assert request["Count"] == 0
    assert f"NVIDIA_VISIBLE_DEVICES={','.join(GPUS)}" in found["Config"]["Env"]


def test_a_name_that_somebody_else_s_container_has_is_not_taken_from_it(yard):
    spec = yard.script("true")
    create = yard.engine.api.containers.create
    theirs = create(yard.engine.image, ["true"], name=container_name(spec))
    try:
        with pytest.raises(StartError, match="is taken by a container that is not ours; `docker"):
            yard.start(spec)
        theirs.reload()
        assert theirs.status == "created"
    finally:
        theirs.remove(force=True)


def test_a_name_is_waited_for_while_a_create_that_was_killed_still_holds_it(yard, monkeypatch):
    spec = yard.script("echo started")
    starter = yard.runtime._starter
    starter._create(spec)
    missing = iter([None, None])
    find = starter.find
    monkeypatch.setattr(starter, "find", lambda each: next(missing, find(each)))
    monkeypatch.setattr(starter, "_is_there", lambda _name: False)
    assert starter._made_before(spec) == yard.container(spec).id
    assert next(missing, "asked twice") == "asked twice"


def test_a_container_that_a_listing_still_calls_running_is_looked_at_itself(yard):
    spec = yard.script("true")
    yard.run(spec)
    ended = yard.container(spec).id
    watch = Watch(yard.runtime._engine)
    assert watch._stands({"Id": ended, "State": "running"}) == "exited"
    watch.started(ended)
    assert watch._stands({"Id": ended, "State": "running"}) == "running"
    watch.close()


def test_an_end_that_was_seen_is_not_undone_by_the_story_of_its_start(yard):
    spec = yard.script("true")
    yard.run(spec)
    ended = yard.container(spec).id
    watch = Watch(yard.runtime._engine)
    watch._opened = 1.0
    watch._known[ended] = Known("running", time.monotonic() + 60)  # told, its end not yet
    assert watch._stands({"Id": ended, "State": "running"}) == "exited"
    watch._settle(time.monotonic(), {ended: "exited"})
    watch._hear({"Action": "start", "id": ended})
    assert watch.state(ended) == "exited"
    watch.close()


def test_a_network_that_nobody_needs_is_listed_and_removed(yard, monkeypatch):
    name = f"jt-{yard.manager}"
    for module in ("network", "starting", "remains"):
        monkeypatch.setattr(f"jupyter_train.runtimes.docker.{module}.NETWORK", name)
    yard.anew(network=name)
    spec = yard.script("true")
    yard.run(spec)
    asyncio.run(yard.runtime.remove(yard.host, spec))
    # Other managers use this engine, too.
    found = asyncio.run(yard.runtime.leftovers(yard.host, ()))
    [left] = [each for each in found if each.name == name]
    assert left.kind == "network"
    assert time.time() - left.created < 60
    kept = asyncio.run(yard.runtime.leftovers(yard.host, (spec.key,)))
    assert name not in [each.name for each in kept]
    asyncio.run(yard.runtime.discard(yard.host, left))
    assert yard.engine.api.networks.list(names=[name]) == []


@pytest.fixture
def bare_image(docker_engine):
    """Make an image with a shell, these files and nothing else."""
    busybox = debian.unpacked("busybox-static") / "bin" / "busybox"

    def build(name, files):
        copied = "".join(f"COPY {each} /bin/{each}\n" for each in files)
        dockerfile = f"FROM scratch\nCOPY sh /bin/sh\n{copied}ENV PATH=/bin\n"
        return docker_engine.build(f"bare-{name}", dockerfile, {"sh": busybox, **files})

    return build


OLD = "#!/bin/sh\nexit 1\n"


@pytest.mark.parametrize(
    ("name", "files", "words"),
    [
        ("none", {}, "has neither a program 'train' nor Python to run a script with"),
        ("old", {"python3": OLD}, "has no program 'train', and for a script its Python is older"),
    ],
)
def test_a_script_is_refused_where_no_python_can_run_it(yard, bare_image, name, files, words):
    image = bare_image(name, files)
    seen = yard.run(yard.spec("train", image=image, script_mode=True))
    assert seen.exit_code == 127
    assert seen.refused.startswith(f"the image {image!r} {words}")


def test_the_manager_s_address_is_told_only_where_something_can_relay_to_it(yard, bare_image):
    said = []
    for attempt, image in enumerate((yard.engine.image, bare_image("none", {})), 1):
        key = AttemptKey(job_id="job", attempt=attempt)
        spec = yard.script("echo ${AWS_ENDPOINT_URL-nowhere}", image=image, key=key)
        (spec.folder / "link").mkdir(parents=True)
        (spec.folder / "link/manager.sock").touch()
        said.append(yard.prints(spec).strip())
    assert said == ["http://127.0.0.1:7170", "nowhere"]


def test_an_image_that_names_no_program_is_refused(yard, bare_image):
    seen = yard.run(yard.spec(image=bare_image("none", {}), keep_entrypoint=False))
    assert seen.refused.endswith("names no program to run")


def test_what_is_no_text_is_marked_in_the_log_of_an_image_without_a_shell(yard, shellless_image):
    words = ("/busybox", "printf", r"a\377\376\0z\nnext\n")
    spec = yard.spec(*words, image=shellless_image, keep_entrypoint=False)
    yard.run(spec)
    assert yard.log(spec).decode() == "a\ufffd\ufffd\0z\nnext\n"


def test_there_is_a_folder_for_errors_as_on_sagemaker(yard):
    spec = yard.script("test -d /opt/ml/errors && echo why >/opt/ml/errors/one && echo there")
    assert yard.prints(spec) == "there\n"
    assert (Path(spec.folder) / "ml/errors/one").read_text() == "why\n"


def test_what_runs_is_not_looked_at_again_until_an_event_says_that_it_has_ended(yard, monkeypatch):
    looks = []
    look = runtime.look
    monkeypatch.setattr(runtime, "look", lambda folder: looks.append(folder) or look(folder))
    monkeypatch.setattr(watch, "FRESH_SECONDS", 60.0)
    waits = "echo ready; while [ ! -e /opt/ml/model/go ]; do sleep 0.05; done"
    spec = yard.ready(yard.script(waits))
    while yard.look(spec).phase is not Phase.RUNNING:
        time.sleep(0.02)
    yard.runtime._watch.refresh()
    yard.look(spec)
    looks.clear()
    assert {yard.look(spec).phase for _ in range(50)} == {Phase.RUNNING}
    assert looks == []
    (Path(spec.folder) / "ml/model/go").touch()
    assert yard.ended(spec).exit_code == 0
    assert yard.runtime._alive == {}
