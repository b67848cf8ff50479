import resource

import pytest

from jupyter_train.store.curves import SqlCurves
from jupyter_train.store.jobs import SqlJobs
from jupyter_train.store.logs import SegmentLogs
from jupyter_train.store.objects import FolderObjects


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


@pytest.fixture
def segment_logs(tmp_path):
    store = SegmentLogs(tmp_path / "logs", segment=1000)
    yield store
    store.close()


@pytest.fixture
def file_limit():
    """Let no file grow over so many bytes: the system then fails a write half way."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def folder_objects(tmp_path):
    store = FolderObjects(tmp_path / "objects")
    store.create_bucket("data")
    yield store
    store.close()
