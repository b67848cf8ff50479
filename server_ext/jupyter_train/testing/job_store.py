"""What every JobStore must do: inherit the class and give it a `jobs` fixture."""

from typing import Any

import pytest

from ..contract.events import Kind
from ..contract.record import JobRecord, new_record
from ..contract.status import SecondaryStatus, Status
from ..store.base import JobQuery, JobStore, NameTakenError, StaleRecordError, UnknownJobError


def job(name: str = "digits", created: float = 100.0, **changes: Any) -> JobRecord:
    """Return a job that was just accepted, its id made from its name."""
    document = {"TrainingJobName": name, "HyperParameters": {"lr": "0.1"}}
    record = new_record(f"id-{name}", document, created, owner="ann", message="Starting")
    return record.changed(created, **changes)


def submit_and_fail(jobs: JobStore, name: str) -> None:
    """Submit a job, read it, and leave the transaction by a KeyError."""
    with jobs.transaction():
        jobs.submit(job(name), {})
        raise KeyError(jobs.find(name).name)


class JobStoreSuite:
    """The fixture `jobs` is an empty store."""

    def test_a_job_comes_back_as_it_was_kept(self, jobs: JobStore) -> None:
        """By name and by id."""
        kept = jobs.submit(job(), {})
        assert jobs.find("digits") == jobs.get("id-digits") == kept

    def test_a_submission_is_the_first_fact(self, jobs: JobStore) -> None:
        """Its number is the record's."""
        kept = jobs.submit(job(), {"team": "vision"})
        (fact,) = jobs.after(0)
        assert (fact.seq, fact.kind, fact.job_name) == (kept.seq, Kind.JOB_SUBMITTED, "digits")
        assert (fact.time, fact.data["tags"]) == (100.0, {"team": "vision"})

    def test_a_name_is_taken_until_the_job_is_deleted(self, jobs: JobStore) -> None:
        """And nothing of the second one is kept."""
        first = jobs.submit(job(), {})
        with pytest.raises(NameTakenError, match="digits"):
            jobs.submit(job(created=200.0), {"a": "b"})
        assert (jobs.last_seq(), jobs.tags(first.id)) == (first.seq, {})
        jobs.delete(first)
        assert jobs.submit(job(created=300.0), {}).created == 300.0

    def test_a_name_is_taken_in_any_case(self, jobs: JobStore) -> None:
        """ARNs are in small letters, so case cannot tell jobs apart; a job is found as it wrote."""
        kept = jobs.submit(job("Digits"), {})
        with pytest.raises(NameTakenError, match="in upper or lower case"):
            jobs.submit(job("dIGITS", created=200.0), {})
        assert jobs.find("Digits") == jobs.find_in_any_case("dIGITS") == kept
        with pytest.raises(UnknownJobError, match="dIGITS"):
            jobs.find("dIGITS")

    def test_a_change_replaces_the_record_and_numbers_it(self, jobs: JobStore) -> None:
        """The fact carries the data."""
        kept = jobs.submit(job(), {})
        moved = jobs.change(
            kept.moved(SecondaryStatus.PENDING, 101.0), Kind.JOB_MOVED, {"to": "Pending"}
        )
        assert jobs.find("digits") == moved
        assert [fact.data for fact in jobs.after(kept.seq)] == [{"to": "Pending"}]
        assert moved.seq == jobs.last_seq()

    def test_a_change_of_an_old_record_is_refused(self, jobs: JobStore) -> None:
        """And leaves no fact."""
        kept = jobs.submit(job(), {})
        newer = jobs.change(kept.changed(101.0, attempt=1), Kind.ATTEMPT_CLAIMED, {})
        with pytest.raises(StaleRecordError, match="digits"):
            jobs.change(kept.changed(102.0, attempt=1), Kind.ATTEMPT_CLAIMED, {})
        with pytest.raises(StaleRecordError, match="digits"):
            jobs.delete(kept)
        assert (jobs.find("digits"), jobs.last_seq()) == (newer, newer.seq)

    def test_a_job_that_is_not_there_is_unknown(self, jobs: JobStore) -> None:
        """Whoever asks."""
        absent = job("absent")
        for ask in (
            lambda: jobs.find("absent"),
            lambda: jobs.get("id-absent"),
            lambda: jobs.change(absent, Kind.JOB_NOTED, {}),
            lambda: jobs.delete(absent),
            lambda: jobs.set_tags("id-absent", {"a": "b"}),
            lambda: jobs.remove_tags("id-absent", ["a"]),
        ):
            with pytest.raises(UnknownJobError, match="absent"):
                ask()
        assert jobs.last_seq() == 0

    def test_facts_of_a_deleted_job_stay(self, jobs: JobStore) -> None:
        """Its tags do not."""
        kept = jobs.submit(job(), {"a": "b"})
        gone = jobs.delete(kept)
        assert [fact.kind for fact in jobs.after(0)] == [Kind.JOB_SUBMITTED, Kind.JOB_DELETED]
        assert (gone.seq, jobs.tags(kept.id)) == (jobs.last_seq(), {})

    def test_tags_keep_their_order_when_replaced(self, jobs: JobStore) -> None:
        """New ones come last."""
        kept = jobs.submit(job(), {"b": "1", "a": "2"})
        jobs.set_tags(kept.id, {"c": "3", "b": "4"})
        assert list(jobs.tags(kept.id).items()) == [("b", "4"), ("a", "2"), ("c", "3")]
        jobs.remove_tags(kept.id, ["a", "unknown"])
        assert list(jobs.tags(kept.id)) == ["b", "c"]
        assert [fact.kind for fact in jobs.after(kept.seq)] == [Kind.TAGS_CHANGED] * 2
        assert jobs.find("digits").seq == kept.seq

    def test_pages_follow_each_other_without_gap_or_repeat(self, jobs: JobStore) -> None:
        """Also where many rows have the same sort value."""
        for number in range(7):
            jobs.submit(job(f"job-{number}", created=float(number // 3)), {})
        for descending in (True, False):
            seen: list[JobRecord] = []
            while page := jobs.select(_page(seen, descending=descending)):
                seen += page
            order = sorted(seen, key=lambda row: (row.created, row.id), reverse=descending)
            assert (len(seen), seen) == (7, order)

    def test_a_query_narrows_by_name_status_and_times(self, jobs: JobStore) -> None:
        """Bounds are exclusive and the name's case does not matter."""
        for number in range(4):
            jobs.submit(job(f"Job_{number}", created=float(number)), {})
        jobs.change(jobs.find("Job_3").moved(SecondaryStatus.FAILED, 9.0), Kind.JOB_MOVED, {})
        kept = {"warm_pool": {"Status": "Available"}}
        jobs.change(jobs.find("Job_2").changed(2.0, **kept), Kind.JOB_NOTED, {})

        def names(**query: Any) -> list[str]:
            return [row.name for row in jobs.select(JobQuery(sort_by="Name", **query))]

        assert names(name_contains="job_") == ["Job_3", "Job_2", "Job_1", "Job_0"]
        assert names(name_contains="%") == names(name_contains="b1") == []
        assert names(status=Status.FAILED) == names(modified_after=8.0) == ["Job_3"]
        assert names(created_after=0.0, created_before=2.0) == ["Job_1"]
        assert names(warm_pool="Available") == ["Job_2"]
        assert names(warm_pool="InUse") == []

    def test_active_jobs_are_those_that_have_not_ended(self, jobs: JobStore) -> None:
        """The oldest first."""
        for number in (2, 0, 1):
            jobs.submit(job(f"job-{number}", created=float(number)), {})
        jobs.change(jobs.find("job-1").moved(SecondaryStatus.FAILED, 9.0), Kind.JOB_MOVED, {})
        assert [record.name for record in jobs.active()] == ["job-0", "job-2"]
        assert jobs.counts() == {Status.IN_PROGRESS: 2, Status.FAILED: 1}

    def test_facts_are_read_after_a_number(self, jobs: JobStore) -> None:
        """Of all jobs or of one, at most so many."""
        for name in ("a", "b", "c"):
            jobs.submit(job(name), {})
        assert [fact.job_name for fact in jobs.after(1)] == ["b", "c"]
        assert [fact.job_name for fact in jobs.after(0, limit=2)] == ["a", "b"]
        assert [fact.job_name for fact in jobs.after(0, job_id="id-c")] == ["c"]

    def test_a_transaction_left_by_an_error_keeps_nothing(self, jobs: JobStore) -> None:
        """The outer one keeps what an inner one did not lose."""
        with jobs.transaction():
            jobs.submit(job("kept"), {})
            with pytest.raises(KeyError):
                submit_and_fail(jobs, "lost")
        with pytest.raises(KeyError):
            submit_and_fail(jobs, "lost as well")
        assert [fact.job_name for fact in jobs.after(0)] == ["kept"]


def _page(seen: list[JobRecord], *, descending: bool) -> JobQuery:
    last = (seen[-1].created, seen[-1].id) if seen else None
    return JobQuery(limit=2, after=last, descending=descending)
