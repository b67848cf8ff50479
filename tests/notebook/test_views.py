import pytest

from jupyter_train.notebook.views import EVERY, Views


class Job:
    name = "a"

    def __init__(self, ended):
        self.ended = ended

    def has_ended(self):
        return self.ended


class View:
    def __init__(self):
        self.written = 0

    def update(self, _):
        self.written += 1


@pytest.fixture
def clock():
    """A clock that is set."""
    return [0.0]


@pytest.fixture
def views(clock):
    views = Views(clock=lambda: clock[0])
    yield views
    views.close()


def test_a_job_that_ends_is_written_once(views):
    job, view = Job(ended=False), View()
    views.add(view, job)
    views.refresh()
    assert view.written == 0
    job.ended = True
    views.refresh()
    views.refresh()
    assert view.written == 1


def test_a_job_that_goes_on_is_written_now_and_then(views, clock):
    view = View()
    views.add(view, Job(ended=False))
    for clock[0] in (1.0, EVERY, EVERY + 1, 2 * EVERY):
        views.refresh()
    assert view.written == 2


def test_what_nobody_can_be_asked_about_keeps_what_was_written(views, clock):
    view = View()
    views.add(view, Job(ended=None))
    clock[0] = EVERY
    views.refresh()
    assert view.written == 0


def test_a_view_that_was_dropped_is_left_alone(views):
    view = View()
    views.add(view, Job(ended=True))
    views.drop(view)
    views.refresh()
    assert view.written == 0
