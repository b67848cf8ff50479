"""What is left over is found and removed; what lives is neither listed nor touched."""

import asyncio
import fcntl
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jupyter_train.contract.events import Kind
from jupyter_train.contract.names import AttemptKey
from jupyter_train.contract.record import new_record
from jupyter_train.contract.status import SecondaryStatus as S
from jupyter_train.engine.leftovers import Ground, Leftovers, living_of
from jupyter_train.hosts.base import HostUnreachableError
from jupyter_train.runtimes.base import AttemptSpec, Leftover
from jupyter_train.store.memory import MemoryJobs
from jupyter_train.testing.scripted import ScriptedHost, ScriptedRuntime


class Containers(ScriptedRuntime):
    """A scripted runtime whose attempts have containers too."""

    def __init__(self):
        super().__init__(lambda: 100.0)
        self.there = {}
        self.is_silent = False

    async def start(self, host, spec):
        await super().start(host, spec)
        self.there[f"jt-{spec.key}"] = spec.key

    async def leftovers(self, host, living):
        if self.is_silent:
            raise HostUnreachableError("the engine does not answer")
        return [
            Leftover(kind="container", name=name, created=1.0, key=key)
            for name, key in self.there.items()
            if key not in living
        ]

    async def discard(self, host, leftover):
        self.there.pop(leftover.name, None)


class Site:
    """A state folder with jobs whose attempts begin, end, are lost and leave things behind."""

    def __init__(self, home):
        self.home = home
        self.toolkit = home / "toolkit" / "now"
        self.toolkit.mkdir(parents=True)
        self.jobs = MemoryJobs(lambda: 100.0)
        self.runtime = Containers()
        self.host = ScriptedHost("h", home / "attempts")
        self.open()

    def open(self):
        """Begin as a new manager does."""
        ground = Ground(home=self.home, toolkit=self.toolkit, adopted=self.living())
        place = (self.host, {"docker": self.runtime})
        self.leftovers = Leftovers(ground, self.jobs, place, self.living)

    def living(self):
        return living_of(self.jobs.active())

    def submit(self, name, attempt=True):
        self.jobs.submit(new_record(f"id{name}", {"TrainingJobName": name}, 100.0), {})
        if attempt:
            self.begin(name)

    def begin(self, name):
        record = self.jobs.find(name)
        self.move(name, S.DOWNLOADING, attempt=record.attempt + 1)
        key = self.key(name)
        spec = AttemptSpec(manager_id="m", key=key, folder=self.folder(key), argv=("true",))
        asyncio.run(self.runtime.start(self.host, spec))
        (self.folder(key) / "ml" / "code").mkdir(parents=True)
        (self.folder(key) / "log").write_bytes(b"x" * 5000)
        self.move(name, S.TRAINING)

    def move(self, name, to, **changes):
        record = self.jobs.find(name)
        self.jobs.change(record.moved(to, 101.0, **changes), Kind.JOB_MOVED, {})

    def key(self, name):
        record = self.jobs.find(name)
        return AttemptKey(job_id=record.id, attempt=record.attempt)

    def folder(self, key):
        return self.home / "attempts" / str(key)

    def make(self, *path, text="x"):
        made = self.home.joinpath(*path)
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(text)
        return made

    def find(self):
        return asyncio.run(self.leftovers.find()).leftovers

    def found(self):
        return sorted((each.kind, each.name) for each in self.find())

    def remove(self, *ids, **options):
        return asyncio.run(self.leftovers.remove(ids, **options))

    def remove_all(self, **options):
        return self.remove(*(each.id for each in self.find()), **options)


def nest(folder):
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_what_an_ended_job_left_is_found_and_removed(site):
    site.submit("a")
    site.submit("b")
    site.move("a", S.FAILED)
    key = site.key("a")
    assert site.found() == [("attempt", str(key)), ("container", f"jt-{key}")]
    assert {each.job for each in site.find()} == {"a"}
    done = site.remove_all()
    assert (len(done.removed), dict(done.left)) == (2, {})
    assert sum(each.size for each in done.removed) >= 5000
    assert site.found() == []
    assert site.folder(site.key("b")).is_dir()


def test_an_attempt_before_the_present_one_is_left_over(site):
    site.submit("a")
    first = site.key("a")
    site.move("a", S.RESTARTING)
    site.begin("a")
    assert site.found() == [("attempt", str(first)), ("container", f"jt-{first}")]


def test_a_folder_of_no_job_and_a_file_that_is_none_are_left_over(site):
    site.make("attempts", "gone-a1-r0", "log")
    site.make("attempts", "what is this")
    assert [name for _, name in site.found()] == ["gone-a1-r0", "what is this"]
    site.remove_all()
    assert list((site.home / "attempts").iterdir()) == []


def test_what_is_kept_is_listed_with_the_reason_and_goes_only_if_that_is_said(site):
    site.submit("a")
    site.move("a", S.FAILED, failure_reason="ClientError: no room for the model")
    site.runtime.there.clear()
    (site.folder(site.key("a")) / "keep").touch()
    (kept,) = site.find()
    assert (kept.kept, kept.reason) == (True, "ClientError: no room for the model")
    refused = site.remove(kept.id)
    assert "it is kept" in refused.left[kept.id]
    assert site.folder(site.key("a")).is_dir()
    assert site.remove(kept.id, kept=True).removed == (kept,)


def test_older_copies_of_the_toolkit_go_but_not_while_a_job_of_before_lives(site):
    site.make("toolkit", "old", "x.py")
    assert site.found() == [("toolkit", "old")]
    site.submit("a")
    assert site.found() == [("toolkit", "old")]
    site.open()
    assert site.found() == []
    site.move("a", S.FAILED)
    site.runtime.there.clear()
    assert ("toolkit", "old") in site.found()
    site.remove_all()
    assert [path.name for path in (site.home / "toolkit").iterdir()] == ["now"]


@pytest.mark.parametrize("user", ["requirements", "container", "staging"])
def test_an_environment_stays_while_a_job_lives_that_may_use_it(site, user):
    site.make("envs", "abc", "ready")
    site.submit("a")
    assert site.found() == [("environment", "abc")]
    (id_,) = (each.id for each in site.find())
    folder = site.folder(site.key("a"))
    if user == "requirements":
        (folder / "ml" / "code" / "requirements.txt").write_text("six\n")
    else:
        (folder / "pid").unlink()
    assert site.found() == []
    assert id_ in site.remove(id_).left
    assert (site.home / "envs" / "abc" / "ready").exists()


def test_an_environment_that_is_being_made_stays(site):
    site.make("envs", "abc", "bin", "python")
    with site.make("envs", "abc.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert list(site.remove_all().left.values()) == ["a job uses it"]
    assert site.remove_all().removed
    assert [path.name for path in (site.home / "envs").iterdir()] == ["abc.lock"]


def test_links_are_cut_and_never_followed(site):
    precious = site.make("objects", "b", "model")
    site.make("attempts", "gone-a1-r0", "log")
    (site.home / "attempts" / "gone-a1-r0" / "out").symlink_to(precious.parent)
    (site.home / "attempts" / "link-a1-r0").symlink_to(precious.parent)
    (site.home / "envs").mkdir()
    (site.home / "envs" / "link").symlink_to(precious.parent)
    site.remove_all()
    assert precious.read_text() == "x"
    assert list((site.home / "attempts").iterdir()) == []


def test_what_a_job_made_to_do_harm_is_removed_and_does_none(site):
    precious = site.home / "precious"
    deep = site.home / "attempts" / "gone-a1-r0"
    deep.mkdir(parents=True)
    (site.home / "attempts" / os.fsdecode(b"\xff\n")).mkdir()
    nest(deep)
    site.make("envs", "abc", "ready")
    (site.home / "envs" / "abc" / "a.lock").symlink_to(precious)
    os.mkfifo(site.home / "envs" / "abc" / "b.lock")
    assert site.remove_all().left == {}
    assert site.found() == []
    assert not precious.exists()


def test_a_folder_that_a_job_has_shut_is_opened(site):
    inner = site.make("attempts", "gone-a1-r0", "ml", "model", "w").parent
    inner.chmod(0o500)
    inner.parent.chmod(0o500)
    assert site.remove_all().left == {}


def test_what_cannot_be_removed_is_said_and_the_rest_goes(site, monkeypatch):
    site.make("attempts", "gone-a1-r0", "log")
    site.make("attempts", "file")

    def refuse(path):
        return f"it is another user's: {path.name}" if path.is_dir() else path.unlink()

    monkeypatch.setattr("jupyter_train.engine.leftovers.delete", refuse)
    done = site.remove_all()
    assert [each.name for each in done.removed] == ["file"]
    assert list(done.left.values()) == ["it is another user's: gone-a1-r0"]


def test_ids_lead_nowhere_but_to_what_was_found(site):
    site.submit("a")
    made_up = ["../../keys.json", str(site.key("a")), "0" * 16, ""]
    assert set(site.remove(*made_up).left.values()) == {"it is no leftover, or no longer"}


def test_an_engine_that_is_silent_hides_nothing_else(site):
    site.make("attempts", "gone-a1-r0", "log")
    site.runtime.is_silent = True
    found = asyncio.run(site.leftovers.find())
    assert [each.name for each in found.leftovers] == ["gone-a1-r0"]
    assert found.silent == {"docker": "the engine does not answer"}


def test_a_job_that_begins_while_one_looks_is_not_listed(site):
    site.submit("a", attempt=False)
    asks = site.runtime.leftovers

    async def late(host, living):
        found = await asks(host, living)
        key = AttemptKey(job_id="idlate", attempt=1)
        site.jobs.submit(new_record("idlate", {"TrainingJobName": "late"}, 100.0), {})
        return [*found, Leftover(kind="container", name="jt-late", created=1.0, key=key)]

    site.runtime.leftovers = late
    assert site.found() == []


class Order(RuleBasedStateMachine):
    """Jobs come, train, restart, end and are deleted, managers change, all in any order."""

    @initialize()
    def build(self):
        self.folder = TemporaryDirectory()
        self.site = Site(Path(self.folder.name))
        self.count = 0

    def names(self):
        return [record.name for record in self.site.jobs.active()]

    @rule(begins=st.booleans())
    def submit(self, begins):
        self.count += 1
        self.site.submit(f"j{self.count}", attempt=begins)

    @precondition(lambda self: self.names())
    @rule(data=st.data(), to=st.sampled_from([S.FAILED, S.RESTARTING]), tidy=st.booleans())
    def leave(self, data, to, tidy):
        name = data.draw(st.sampled_from(self.names()))
        if self.site.jobs.find(name).secondary is S.STARTING:
            self.site.begin(name)
        key = self.site.key(name)
        self.site.move(name, to)
        if tidy:
            self.site.runtime.there.pop(f"jt-{key}")
        if to is S.RESTARTING:
            self.site.begin(name)

    @precondition(lambda self: self.site.find())
    @rule(data=st.data())
    def keep(self, data):
        for each in self.site.find():
            if each.kind == "attempt" and data.draw(st.booleans()):
                (self.site.home / "attempts" / each.name / "keep").touch()

    @rule()
    def change_managers(self):
        self.site.open()

    @rule(data=st.data(), kept=st.booleans())
    def prune(self, data, kept):
        there = [each for each in self.site.find() if data.draw(st.booleans())]
        done = self.site.remove(*(each.id for each in there), kept=kept)
        assert {each.id for each in there} == {each.id for each in done.removed} | set(done.left)
        assert all(kept or not each.kept for each in done.removed)
        gone = {each.id for each in done.removed}
        assert not gone & {each.id for each in self.site.find()}

    @invariant()
    def what_lives_is_not_listed_and_is_there(self):
        if not hasattr(self, "site"):
            return
        keys = {each.key for each in self.site.find()}
        assert not keys & self.site.living()
        for record in self.site.jobs.active():
            if record.attempt:
                key = AttemptKey(job_id=record.id, attempt=record.attempt)
                assert self.site.folder(key).is_dir()
                assert f"jt-{key}" in self.site.runtime.there

    def teardown(self):
        if hasattr(self, "folder"):
            self.folder.cleanup()


TestOrder = Order.TestCase
TestOrder.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)


def test_a_manager_starts_in_spite_of_an_endless_tree_that_a_job_left(workshop):
    deep = workshop.home / "attempts" / "gone-a1-r0"
    deep.mkdir(parents=True)
    nest(deep)

    async def scene():
        async with workshop.manager():
            return list(deep.parent.iterdir())

    assert asyncio.run(scene()) == []
