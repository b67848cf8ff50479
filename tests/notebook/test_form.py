import sys

import pytest

from jupyter_train import Estimator, form
from jupyter_train.notebook.form_bundle import MIME_TYPE, form_bundle, form_document


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


def test_without_ipywidgets_our_front_end_draws_it_and_others_say_what_else_works(
    monkeypatch, script
):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    shown = form(str(script), hyperparameters={"lr": 0.1})._repr_mimebundle_()
    assert shown[MIME_TYPE]["form"]["hyperparameters"] == {"lr": "0.1"}
    assert shown["text/plain"] == f"launch form of {script}: lr=0.1"
    assert "pip install ipywidgets" in shown["text/html"]


def test_our_front_end_gets_a_filled_form_and_all_others_widgets(told, script, tmp_path):
    given = {"<b>": "1"}
    shown = form(
        str(script),
        {"training": tmp_path},
        given,
        sagemaker_session=told(),
        max_run=600,
        tags={"team": "a"},
        output_path="s3://elsewhere/",
    )
    bundle = shown._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "<b>" not in bundle["text/html"]
    assert bundle[MIME_TYPE] == {
        "version": 1,
        "form": {
            "path": str(script),
            "hyperparameters": given,
            "inputs": {"training": tmp_path.as_uri()},
            "environment": {"JUPYTER_TRAIN_PYTHON": sys.executable},
            "tags": {"team": "a"},
            "instance_type": "local",
            "volume_size": 30,
            "max_run": 600,
            "members": {"OutputDataConfig": {"S3OutputPath": "s3://elsewhere/"}},
        },
    }


@pytest.mark.parametrize("name", ["HF_TOKEN", "WANDB_API_KEY", "DB_PASSWORD", "aws_secret"])
def test_no_secret_is_left_in_the_notebook(script, name):
    def bundle(**environment):
        return form_bundle(Estimator(entry_point=str(script), environment=environment))

    assert MIME_TYPE in bundle(KEYBOARD="de", TZ="UTC")
    assert "hidden" not in str(bundle(TZ="UTC", **{name: "hidden"}))


def test_what_goes_with_a_script_is_said_where_a_form_can(told, script, tmp_path):
    def document(entry_point, **parameters):
        return form_document(Estimator(entry_point=entry_point, **parameters))

    whole = document("train.py", source_dir=str(tmp_path))
    assert (whole["path"], whole["whole_folder"]) == (str(script), True)
    assert document("a/b.py", source_dir=str(tmp_path)) is None
    assert document("train.py", dependencies=["x"]) is None
    packed = document("train.py", source_dir="s3://b/a.tar.gz")
    assert packed["source"] == "s3://b/a.tar.gz#train.py"
    assert document(None, image_uri="net:1")["image"] == "net:1"


def test_without_an_image_the_form_makes_a_plain_process_job(told, script):
    session = told()
    shown = form(str(script), sagemaker_session=session, enable_network_isolation=True)
    assert shown.container.network.layout.display == "none"
    shown.container.shell.value = True
    shown.button.click()
    request = session.told.request("CreateTrainingJob")
    assert "TrainingImage" not in request["AlgorithmSpecification"]
    assert "EnableNetworkIsolation" not in request
    assert request["RemoteDebugConfig"] == {"EnableRemoteDebug": True}


def test_images_that_are_here_are_choices_and_the_fields_reach_the_job(told, script):
    images = [{"Name": "net:2"}, {"Name": "net:1"}]
    session = told(ListImages={"Images": images})
    shown = form(str(script), sagemaker_session=session)
    assert shown.container.image.options == ("net:1", "net:2")
    shown.container.image.value = "net:1"
    assert shown.container.network.layout.display is None
    shown.container.keep_alive.value = 600
    shown.container.network.value = False
    shown.container.shell.value = True
    shown.button.click()
    request = session.told.request("CreateTrainingJob")
    assert request["AlgorithmSpecification"]["TrainingImage"] == "net:1"
    assert request["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 600
    assert request["EnableNetworkIsolation"] is True
    assert request["RemoteDebugConfig"] == {"EnableRemoteDebug": True}


def test_a_manager_that_lists_no_images_leaves_a_field_to_type_in(told, refusal):
    session = told(ListImages=refusal)
    shown = form(image_uri="team/net:1", sagemaker_session=session)
    assert (shown.container.image.options, shown.container.image.value) == ((), "team/net:1")
    shown.button.click()
    request = session.told.request("CreateTrainingJob")
    assert request["AlgorithmSpecification"]["TrainingImage"] == "team/net:1"
