import pytest

from jupyter_train.store.jobs import SqlJobs


@pytest.fixture
def sql_jobs(tmp_path):
    store = SqlJobs(tmp_path / "journal.sqlite", clock=lambda: 500.0)
    yield store
    store.close()
