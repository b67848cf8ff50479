"""What a new manager makes of the jobs that the one before it left, wherever they stood."""

import asyncio

import pytest

from jupyter_train.contract.record import Desired, StopReason, new_record
from jupyter_train.contract.status import SecondaryStatus as S
from jupyter_train.manager.build import open_manager
from jupyter_train.testing.adoption import SLEEPS, AdoptionSuite


class TestAdoptionOfProcesses(AdoptionSuite):
    pass


class TestAdoptionOfContainers(AdoptionSuite):
    @pytest.fixture
    def workshop(self, container_workshop, docker_engine):
        self._engine = docker_engine
        return container_workshop

    def is_over(self, folder):
        return self.container(folder).status == "exited"

    def destroy(self, folder):
        self.container(folder).remove(force=True)

    def container(self, folder):
        return self._engine.api.containers.get((folder / "container").read_text().strip())


def test_a_job_stopped_between_two_attempts_ends_stopped(workshop, wait):
    record = new_record("id", workshop.document(SLEEPS), 1000.0)
    record = record.moved(S.DOWNLOADING, 1001.0, attempt=1)
    record = record.moved(S.TRAINING, 1002.0, training_started=1002.0).moved(S.RESTARTING, 1003.0)
    asked = {"desired": Desired.STOP, "stop_reason": StopReason.USER}
    record = record.moved(S.STOPPING, 1004.0, **asked)

    async def scene():
        manager = open_manager("manager-1", workshop.settings)
        manager.jobs.submit(record, {})
        await manager.start()
        ended = await wait.ended(manager, "job-1")
        await manager.close()
        return ended

    ended = asyncio.run(scene())
    assert (ended.status, ended.failure_reason) == ("Stopped", None)


def test_a_deletion_that_was_cut_off_can_be_asked_for_again(workshop, wait, monkeypatch):
    async def scene():
        async with workshop.manager() as manager:
            record = await manager.submit(workshop.document("print('hello')"), {}, "me")
            await wait.ended(manager, "job-1")
            with monkeypatch.context() as broken:
                broken.setattr(manager.logs, "delete", cut_off)
                with pytest.raises(OSError, match="cut off"):
                    await manager.delete("job-1")
            await manager.delete("job-1")
            return manager.logs.streams(record.id)

    def cut_off(job_id):
        raise OSError("cut off")

    assert asyncio.run(scene()) == []
