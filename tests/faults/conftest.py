"""Jobs of a real manager process, as a client over HTTP sees them."""

import pytest

from jupyter_train.client.find import find_manager
from jupyter_train.testing.desk import Desk


@pytest.fixture
def desk_of():
    """Makes the desk of a manager, closed at the end."""
    desks = []

    def make(manager):
        desks.append(Desk(manager))
        return desks[-1]

    yield make
    for desk in desks:
        desk.connection.close()


@pytest.fixture
def desk(manager_process, desk_of):
    return desk_of(manager_process)


@pytest.fixture
def own_desk(own_manager, desk_of):
    return desk_of(own_manager)


@pytest.fixture
def manager_at(manager_class):
    """Starts the manager of a folder, to be ended after the test, whichever one serves then."""
    managers = []

    def start(home):
        managers.append(manager_class(home))
        managers[-1].connect().close()
        return managers[-1]

    yield start
    for manager in managers:
        if find_manager(manager.home) is not None:
            manager.end()
