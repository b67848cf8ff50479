"""The network of all containers is one, however many managers make it at the same moment."""

import docker
import pytest

from jupyter_train.runtimes.docker.network import Network
from jupyter_train.runtimes.docker.options import NETWORK


class Engine:
    """An engine that keeps networks, and lets two have one name as the real one does."""

    def __init__(self, *made):
        self.there = [{"Name": NETWORK, "Id": each, "Created": each} for each in made]
        self.used = set()
        self.meanwhile = []

    def call(self, method, *arguments, **_):
        return getattr(self, method)(*arguments)

    def networks(self, *_):
        return [*self.there, {"Name": f"{NETWORK}-2", "Id": "9", "Created": "0"}]

    def create_network(self, name):
        self.there += [
            {"Name": name, "Id": each, "Created": each} for each in ["5", *self.meanwhile]
        ]

    def remove_network(self, identity):
        if identity in self.used:
            raise docker.errors.APIError("it has active endpoints")
        self.there = [each for each in self.there if each["Id"] != identity]


def ids(engine):
    return [each["Id"] for each in engine.there]


@pytest.mark.parametrize(
    ("there", "meanwhile", "left"),
    [
        ([], [], ["5"]),
        (["3"], [], ["3"]),
        ([], ["4"], ["4"]),
        ([], ["6"], ["5"]),
        (["3", "1", "2"], [], ["1"]),
    ],
)
def test_of_several_networks_the_oldest_stays(there, meanwhile, left):
    engine = Engine(*there)
    engine.meanwhile = meanwhile
    Network(engine).ensure()
    assert ids(engine) == left


def test_one_that_is_in_use_stays_too():
    engine = Engine("1", "2")
    engine.used = {"2"}
    Network(engine).ensure()
    assert ids(engine) == ["1", "2"]
