"""RemoteDebugConfig is changed when AWS lets it be changed, and then says who may come in."""

import asyncio

import pytest

from jupyter_train.contract.record import new_record
from jupyter_train.contract.status import SecondaryStatus as S
from jupyter_train.engine.errors import RefusedError
from jupyter_train.engine.remote_debug import check_shell, updated

CHANGE = {"RemoteDebugConfig": {"EnableRemoteDebug": True}}


def record(secondary, **document):
    made = new_record("id", {"TrainingJobName": "j", **document}, 100.0)
    way = [S.DOWNLOADING, S.TRAINING, S.UPLOADING, S.COMPLETED]
    for step in way[: way.index(secondary) + 1] if secondary in way else []:
        made = made.moved(step, 101.0)
    return made if secondary in way else made.moved(secondary, 101.0)


@pytest.mark.parametrize("secondary", [S.DOWNLOADING, S.TRAINING])
def test_it_may_be_changed_while_a_job_begins_or_trains(secondary):
    assert updated(record(secondary), CHANGE)["RemoteDebugConfig"] == CHANGE["RemoteDebugConfig"]


@pytest.mark.parametrize("secondary", [S.PENDING, S.UPLOADING, S.COMPLETED, S.STOPPING])
def test_at_other_times_it_may_not_and_other_members_may(secondary):
    with pytest.raises(RefusedError, match=f"'j' is {secondary}"):
        updated(record(secondary), CHANGE)
    assert updated(record(secondary), {"ProfilerConfig": {}})["ProfilerConfig"] == {}


def test_an_isolated_job_may_have_a_shell():
    check_shell(record(S.TRAINING, EnableNetworkIsolation=True, **CHANGE))


@pytest.mark.parametrize("config", [{}, {"EnableRemoteDebug": False}])
def test_a_job_that_does_not_admit_it_has_none(config):
    with pytest.raises(RefusedError, match="shell --enable j"):
        check_shell(record(S.TRAINING, RemoteDebugConfig=config))


def test_a_change_is_kept_and_described(workshop, wait):
    async def scene():
        async with workshop.manager() as manager:
            await manager.submit(workshop.document("import time; time.sleep(30)"), {}, "me")
            await wait.until(
                manager, "job-1", condition=lambda record: record.secondary is S.TRAINING
            )
            await manager.update("job-1", CHANGE)
            shell = await manager.shell("job-1", 24, 80)
            await shell.close()
            await manager.stop("job-1")
            return (await wait.ended(manager, "job-1")).document

    assert asyncio.run(scene())["RemoteDebugConfig"] == {"EnableRemoteDebug": True}
