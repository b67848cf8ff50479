import pytest

from jupyter_train.store.curves import SqlCurves
from jupyter_train.store.jobs import SqlJobs


@pytest.fixture
def sql_jobs(tmp_path):
    store = SqlJobs(tmp_path / "journal.sqlite", clock=lambda: 500.0)
    yield store
    store.close()


@pytest.fixture
def sql_curves(tmp_path):
    store = SqlCurves(tmp_path / "curves.sqlite")
    yield store
    store.close()
