"""dockerd is killed, ended or frozen under jobs, with a manager that runs and with none."""

import asyncio
import os
import signal
import threading
from dataclasses import replace

import pytest
from mortal_dockerd import mortal_dockerd

import base_image
from jupyter_train.engine import patience, reach
from jupyter_train.engine.errors import RefusedError
from jupyter_train.engine.settings import ContainerSettings
from jupyter_train.runtimes.docker import detection
from jupyter_train.runtimes.docker.engine import Engine

pytestmark = [
    pytest.mark.usefixtures("docker_engine"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may start a dockerd to kill"),
]
LIVE = "--live-restore"
GOES_ON = """
echo start >>/opt/ml/checkpoints/witness
echo ready; n=0
while [ ! -e /opt/ml/checkpoints/go ]; do n=$((n+1)); echo line $n; sleep 0.02; done
echo end; echo 42 >/opt/ml/model/weights
"""
STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
RETRY = {"RetryStrategy": {"MaximumRetryAttempts": 1}}
LOST = "InternalServerError: the container is gone and left no exit code"


@pytest.fixture(scope="module")
def mortal(docker_engine):
    """One engine for all of these, with the base image."""
    with mortal_dockerd() as dockerd:
        dockerd.start(LIVE)
        dockerd.image = base_image.load(dockerd.host)
        yield dockerd


class Scene:
    """A manager over the mortal engine, and what a test does with it."""

    def __init__(self, workshop, dockerd) -> None:
        self.workshop, self.dockerd = workshop, dockerd
        self.manager = None

    async def submit(self, script, **members):
        algorithm = {
            "TrainingImage": self.dockerd.image,
            "ContainerEntrypoint": ["/bin/sh", "-c", script],
        }
        document = self.workshop.document(
            "",
            AlgorithmSpecification=algorithm,
            CheckpointConfig={"S3Uri": "s3://jupyter-train/shared"},
            EnableNetworkIsolation=True,
            **members,
        )
        await self.manager.submit(document, {}, "me")

    async def ready(self, script, **members):
        """Submit, and wait until the job says that it is."""
        await self.submit(script, **members)
        return await self.until(lambda job: "ready" in self.lines(job))

    async def until(self, condition):
        """Wait until the job's record meets a condition; returns the record."""
        async with asyncio.timeout(40):
            while not condition(record := self.manager.jobs.find("job-1")):  # noqa: ASYNC110  of lines nobody tells
                await asyncio.sleep(0.02)
        return record

    async def ended(self):
        """Wait until it has ended and nothing of it is left."""
        record = await self.until(lambda job: job.is_terminal)
        await self.until(lambda job: self.manager.attempt_folder(job) is None)
        return record

    def lines(self, record):
        """Return the lines of the newest attempt."""
        streams = self.manager.logs.streams(record.id)
        if not streams or len(streams) < record.attempt:
            return []
        stream = self.manager.logs.open(record.id, streams[-1])
        return [each.text for each in stream.read(0, 100_000)]

    def go(self):
        self.workshop.object("shared/go").touch()

    async def kill(self, number=signal.SIGKILL):
        await asyncio.to_thread(self.dockerd.end, number)

    async def restart(self):
        await asyncio.to_thread(self.dockerd.start)

    def check(self, record, attempts=1):
        """It went on to its end, once; no line is missing or there twice."""
        assert (record.failure_reason, record.unreachable) == (None, False)
        assert (str(record.status), record.attempt) == ("Completed", attempts)
        witness = self.workshop.object("shared/witness").read_text().split()
        assert witness == ["start"] * attempts
        lines = self.lines(record)
        assert lines == ["ready", *(f"line {n}" for n in range(1, len(lines) - 1)), "end"]


@pytest.fixture
def play(workshop, mortal, monkeypatch):
    """Play one scene with one manager, or several after each other; the engine lives before it."""
    monkeypatch.setattr(patience, "RETRY", 0.1)
    monkeypatch.setattr(detection, "FRESH_SECONDS", 0)
    containers = ContainerSettings(host=mortal.host)
    workshop.settings = replace(workshop.settings, unreachable_after=0.3, containers=containers)

    def run(*scenes, flags=(LIVE,)):
        if tuple(mortal.flags) != flags or mortal.processes["dockerd"].poll() is not None:
            if mortal.processes["dockerd"].poll() is None:
                mortal.end(signal.SIGTERM)
            mortal.flags = list(flags)
            mortal.start()

        async def whole(scene):
            async with workshop.manager() as manager:
                stage = Scene(workshop, mortal)
                stage.manager = manager
                return await scene(stage)

        found = None
        for scene in scenes:
            found = asyncio.run(whole(scene)) if asyncio.iscoroutinefunction(scene) else scene()
        attempts = list(workshop.settings.attempts.iterdir())
        assert attempts == []
        return found

    yield run
    if mortal.processes["dockerd"].poll() is not None:
        mortal.start()
    mortal.clear()


def test_a_job_lives_on_while_its_engine_is_dead_and_that_is_said_as_long_as_it_lasts(play):
    async def scene(stage):
        await stage.ready(GOES_ON)
        await stage.kill()
        away = await stage.until(lambda job: job.unreachable)
        with pytest.raises(RefusedError, match="start it"):
            await stage.submit("true", TrainingJobName="second")
        await stage.restart()
        back = await stage.until(lambda job: not job.unreachable)
        stage.go()
        record = await stage.ended()
        stage.check(record)
        return away, back

    away, back = play(scene)
    assert (away.status, away.secondary) == ("InProgress", "Training")
    assert "does not answer" in away.transitions[-1].message
    assert back.transitions[-1].message == "Training is under way"


def test_a_job_that_ends_while_its_engine_is_away_ends_truly_when_it_is_back(play):
    async def scene(stage):
        await stage.ready(GOES_ON + "exit 7")
        await stage.kill()
        stage.go()
        await stage.until(lambda job: "end" in stage.lines(job))
        await stage.until(lambda job: job.unreachable)
        await stage.restart()
        return await stage.ended()

    record = play(scene)
    assert (record.exit_code, record.attempt, record.unreachable) == (7, 1, False)
    assert record.failure_reason.endswith("exit code: 7")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_an_engine_takes_with_it_is_nobodys_failure_and_tried_again(play, number):
    async def scene(stage):
        await stage.ready(GOES_ON, **RETRY)
        await stage.kill(number)
        await stage.restart()
        await stage.until(lambda job: job.attempt == 2 and "ready" in stage.lines(job))
        stage.go()
        stage.check(await stage.ended(), attempts=2)

    play(scene, flags=())


def test_what_an_engine_takes_with_it_and_nobody_wants_again_is_said(play):
    async def scene(stage):
        await stage.ready(GOES_ON)
        await stage.kill()
        await stage.restart()
        return await stage.ended()

    record = play(scene, flags=())
    assert (str(record.status), record.attempt) == ("Failed", 1)
    assert record.failure_reason.startswith(LOST)


@pytest.mark.parametrize("flags", [(LIVE,), ()], ids=["live-restore", "without"])
def test_an_engine_that_dies_while_no_manager_is_there(play, mortal, flags):
    async def before(stage):
        await stage.ready(GOES_ON, **RETRY)

    def between():
        mortal.end(signal.SIGKILL)
        mortal.start()

    async def after(stage):
        again = 1 if flags else 2
        await stage.until(lambda job: job.attempt == again and "ready" in stage.lines(job))
        stage.go()
        stage.check(await stage.ended(), attempts=again)

    play(before, between, after, flags=flags)


def test_a_manager_that_comes_before_its_engine_waits_for_it(play, mortal):
    async def before(stage):
        await stage.ready(GOES_ON)

    def between():
        mortal.end(signal.SIGKILL)

    async def after(stage):
        await stage.until(lambda job: job.unreachable)
        await stage.restart()
        await stage.until(lambda job: not job.unreachable)
        stage.go()
        stage.check(await stage.ended())

    play(before, between, after)


@pytest.mark.parametrize("flags", [(LIVE,), ()], ids=["live-restore", "without"])
def test_a_stop_that_is_asked_for_meanwhile_is_carried_out_when_it_is_back(play, flags):
    async def scene(stage):
        await stage.ready(GOES_ON)
        await stage.kill()
        await stage.until(lambda job: job.unreachable)
        await stage.manager.stop("job-1")
        waiting = await stage.until(lambda job: job.secondary == "Stopping")
        await stage.restart()
        return waiting, await stage.ended()

    waiting, record = play(scene, flags=flags)
    assert (str(waiting.status), waiting.unreachable) == ("Stopping", True)
    assert (str(record.status), record.failure_reason, record.attempt) == ("Stopped", None, 1)


def test_an_engine_that_is_frozen_is_away_and_comes_back(play, mortal, monkeypatch):
    monkeypatch.setattr(reach, "GLANCE_SECONDS", 0.5)

    async def scene(stage):
        await stage.ready(GOES_ON)
        process = mortal.processes["dockerd"]
        process.send_signal(signal.SIGSTOP)
        try:
            # The events still look fresh for a while: silence is noticed by the next listing.
            away = await stage.until(lambda job: job.unreachable)
        finally:
            process.send_signal(signal.SIGCONT)
        await stage.until(lambda job: not job.unreachable)
        stage.go()
        stage.check(await stage.ended())
        return away

    assert "has not answered" in play(scene).transitions[-1].message


@pytest.mark.parametrize(
    "call", ["create_container_from_config", "start", "kill", "remove_container"]
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_engine_that_dies_at_a_call_is_asked_again(play, mortal, monkeypatch, call, when):
    dead, back = threading.Event(), threading.Event()
    whole = Engine.call

    def revive():
        mortal.start()
        back.set()

    def die():
        dead.set()
        mortal.end(signal.SIGKILL)
        threading.Timer(0.5, revive).start()

    def mortal_call(self, method, *arguments, **options):
        mine = method == call and not dead.is_set()
        if mine and when == "before":
            die()
        answer = whole(self, method, *arguments, **options)
        if mine and when == "after":
            die()
            return whole(self, "version") and answer
        return answer

    monkeypatch.setattr(Engine, "call", mortal_call)

    async def scene(stage):
        if call == "kill":
            await stage.ready(STUBBORN)
            await stage.manager.stop("job-1")
            return await stage.ended()
        await stage.submit(GOES_ON)
        stage.workshop.object("shared").mkdir(parents=True, exist_ok=True)
        if call != "remove_container":
            # Of what ends in the moment of its death an engine may know nothing.
            await asyncio.to_thread(back.wait, 40)
        stage.go()
        record = await stage.ended()
        stage.check(record)
        return record

    record = play(scene)
    assert dead.is_set()
    assert str(record.status) == ("Stopped" if call == "kill" else "Completed")
    assert back.wait(40)
