"""What a job can make costly to look at is looked at less."""

import pytest

from jupyter_train.engine.pace import SHARE, Pace


@pytest.fixture
def looks():
    """Look at something for so many seconds each; returns the pause that follows."""

    def looks(*seconds, longest=100.0):
        now = [0.0]
        pace = Pace(5.0, longest, clock=lambda: now[0])
        for each in seconds:
            with pace.look():
                now[0] += each
        return pace.pause

    return looks


def test_what_is_cheap_is_looked_at_as_often_as_was_asked(looks):
    assert looks() == looks(0.01) == looks(5 / SHARE) == 5.0


def test_what_costs_is_looked_at_for_a_hundredth_of_the_time(looks):
    assert looks(0.5) == 50.0


def test_a_pause_is_no_longer_than_the_longest(looks):
    assert looks(2.0) == 100.0


def test_a_look_that_waited_for_its_turn_cost_no_more(looks):
    assert looks(0.01, 3.0, 3.0, 3.0, 3.0) == 5.0
    assert looks(0.01, 0.9, 0.8, 0.7, 0.6, 0.5) == 50.0
