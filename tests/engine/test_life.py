"""The life of a job on this machine, from the request to the model."""

import pytest

from jupyter_train.engine.attempt import Attempt
from jupyter_train.testing.life import MODEL, LifeSuite


class TestLifeOfProcesses(LifeSuite):
    pass


class TestLifeOfContainers(LifeSuite):
    @pytest.fixture
    def workshop(self, container_workshop):
        return container_workshop


def test_an_error_of_ours_does_not_take_what_a_job_made_with_it(play, workshop, monkeypatch):
    async def breaks(_):
        raise KeyError("collector")

    monkeypatch.setattr(Attempt, "finish_collecting", breaks)
    record, _, _ = play(MODEL)
    assert record.failure_reason.startswith("InternalServerError: KeyError: 'collector'; what the")
    [folder] = (workshop.home / "attempts").iterdir()
    assert (folder / "ml" / "model" / "weights").read_text() == "42"
