from pathlib import Path

import pytest

from jupyter_train.client.home import home_folder


@pytest.mark.parametrize(
    ("environment", "home"),
    [
        ({"JUPYTER_TRAIN_HOME": "/srv/train", "XDG_DATA_HOME": "/data"}, "/srv/train"),
        ({"XDG_DATA_HOME": "/data", "HOME": "/home/ada"}, "/data/jupyter-train"),
        ({"HOME": "/home/ada"}, "/home/ada/.local/share/jupyter-train"),
    ],
)
def test_the_state_folder_is_found_as_documented(monkeypatch, environment, home):
    for name in ("JUPYTER_TRAIN_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert home_folder() == Path(home)


def test_a_folder_that_is_given_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_TRAIN_HOME", "/srv/train")
    assert home_folder(tmp_path) == tmp_path
