import logging
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from jupyter_train.store import journal, migrate
from jupyter_train.store.base import UnknownJobError
from jupyter_train.store.jobs import SqlJobs
from jupyter_train.store.memory import MemoryJobs
from jupyter_train.store.tables import METADATA
from jupyter_train.testing.job_store import JobStoreSuite, job, submit_and_fail


class TestSqlJobs(JobStoreSuite):
    @pytest.fixture
    def jobs(self, sql_jobs):
        return sql_jobs


class TestMemoryJobs(JobStoreSuite):
    @pytest.fixture
    def jobs(self):
        return MemoryJobs(clock=lambda: 500.0)


def test_jobs_and_facts_are_there_after_opening_again(tmp_path):
    first = SqlJobs(tmp_path / "journal.sqlite")
    kept = first.submit(job(), {"a": "b"})
    first.close()
    again = SqlJobs(tmp_path / "journal.sqlite")
    assert (again.find("digits"), again.tags(kept.id), again.last_seq()) == (kept, {"a": "b"}, 1)
    again.close()


def test_the_numbers_of_deleted_facts_are_not_given_again(sql_jobs):
    with pytest.raises(KeyError):
        submit_and_fail(sql_jobs, "lost")
    assert sql_jobs.submit(job("kept"), {}).seq == 1


def test_other_threads_see_only_what_was_committed(sql_jobs):
    seen = []

    def look():
        with pytest.raises(UnknownJobError):
            sql_jobs.find("digits")
        seen.append("nothing")

    with sql_jobs.transaction():
        sql_jobs.submit(job(), {})
        reader = threading.Thread(target=look)
        reader.start()
        reader.join()
    assert (seen, sql_jobs.find("digits").name) == (["nothing"], "digits")


def test_the_file_is_written_in_wal_mode_and_readers_cannot_write(sql_jobs):
    with sql_jobs._journal.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    with sql_jobs._journal.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1


def test_a_full_disk_raises_and_the_store_goes_on_when_there_is_room(sql_jobs):
    limit(sql_jobs, 1)
    with pytest.raises(OSError, match="full"):
        submit_many(sql_jobs)
    assert sql_jobs.last_seq() == 0
    limit(sql_jobs, 1 << 30)
    assert sql_jobs.submit(job(), {}).seq == sql_jobs.last_seq() == 1


def submit_many(jobs):
    with jobs.transaction():
        for number in range(100):
            jobs.submit(job(f"job-{number}", owner="x" * 4000), {})


def limit(jobs, pages):
    with jobs._journal.writing() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


def test_an_old_sqlite_is_named_in_the_log(caplog):
    with caplog.at_level(logging.WARNING):
        journal.warn_of_old_sqlite((3, 51, 3))
        assert caplog.text == ""
        journal.warn_of_old_sqlite((3, 40, 1))
    assert "SQLite 3.40.1 can corrupt" in caplog.text


def test_a_newer_schema_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "journal.sqlite"
    SqlJobs(path).close()
    execute(path, "UPDATE alembic_version SET version_num='9999'")
    with pytest.raises(migrate.NewerSchemaError, match="has schema 9999"):
        SqlJobs(path)
    assert execute(path, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_an_older_schema_is_copied_before_it_is_upgraded(tmp_path, monkeypatch):
    path = tmp_path / "journal.sqlite"
    SqlJobs(path).close()
    steps = with_a_next_step(tmp_path / "migrations")
    monkeypatch.setattr(migrate, "_STEPS", steps)
    monkeypatch.setattr(migrate, "HEAD", "0003")
    SqlJobs(path).close()
    assert execute(path, "SELECT version_num FROM alembic_version") == [("0003",)]
    backup = path.with_name("journal.sqlite.0002.bak")
    assert execute(backup, "SELECT version_num FROM alembic_version") == [("0002",)]


def with_a_next_step(folder):
    shutil.copytree(migrate._STEPS, folder)
    step = 'revision, down_revision = "0003", "0002"\nfrom alembic import op\n'
    step += 'def upgrade():\n    op.execute("CREATE TABLE extra (id INTEGER)")\n'
    (folder / "versions" / "0003_next.py").write_text(step)
    return folder


def execute(path: Path, statement: str):
    connection = sqlite3.connect(path)
    with connection:
        rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


def test_the_newest_step_is_the_one_that_is_expected():
    assert ScriptDirectory(str(migrate._STEPS)).get_heads() == [migrate.HEAD]


def test_the_steps_make_the_tables_that_the_code_knows(tmp_path):
    SqlJobs(tmp_path / "stepped").close()
    METADATA.create_all(create_engine(f"sqlite:///{tmp_path / 'created'}"))
    assert shape(tmp_path / "stepped") == shape(tmp_path / "created")


def shape(path):
    engine = create_engine(f"sqlite:///{path}")
    look = inspect(engine)
    names = set(look.get_table_names()) - {"alembic_version"}
    found = {
        name: [
            (column["name"], str(column["type"]), column["nullable"])
            for column in look.get_columns(name)
        ]
        for name in names
    }
    # Not from `look`: it leaves out indexes of expressions.
    found["indexes"] = execute(
        path, "SELECT sql FROM sqlite_master WHERE type='index' AND sql > '' ORDER BY 1"
    )
    engine.dispose()
    return found


def test_the_first_page_of_many_jobs_is_found_by_an_index(sql_jobs):
    with sql_jobs._journal.reading() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT record FROM job WHERE (created, id) < (5, 'a')"
            " ORDER BY created DESC, id DESC LIMIT 10"
        ).all()
    assert "USING INDEX job_by_created" in str(plan)
