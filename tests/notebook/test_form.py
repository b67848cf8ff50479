import sys

import pytest

from jupyter_train import form


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "train.py"
    path.write_text("print('hello')")
    return path


def test_the_button_submits_what_the_fields_say(told, script, tmp_path):
    session = told()
    given = {"epochs": 5, "lr": 0.1, "name": "adam", "shuffle": True}
    shown = form(str(script), tmp_path, given, sagemaker_session=session)
    shown.fields["epochs"].value = 7
    shown.name.value = "mine"
    shown.button.click()
    request = session.told.request("CreateTrainingJob")
    assert request["TrainingJobName"] == "mine"
    sent = {name: request["HyperParameters"][name] for name in given}
    assert sent == {"epochs": "7", "lr": "0.1", "name": "adam", "shuffle": "true"}
    assert request["InputDataConfig"][0]["ChannelName"] == "training"


def test_without_ipywidgets_the_form_says_what_else_works(monkeypatch, script):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match="pip install ipywidgets"):
        form(str(script))
