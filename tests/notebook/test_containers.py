"""Jobs in images, from a real kernel, with a real manager and a real engine."""

import os
import re

import boto3
import nbformat
import pytest
from botocore.config import Config
from nbformat.v4 import new_code_cell, new_notebook
from registry import Registry, served

import debian
from jupyter_train import Estimator, Session, TrainingJob, TrainingJobFailed, form
from jupyter_train.client.find import connect
from jupyter_train.notebook.display import MIME_TYPE

REGISTRY_NAME = "123456789012.dkr.ecr.us-west-2.amazonaws.com/my-custom-image:latest"
TRAIN = """#!/usr/bin/env python3
import json
from pathlib import Path

ml = Path("/opt/ml")
numbers = (ml / "input/data/training/numbers").read_text().split()
epochs = int(json.loads((ml / "input/config/hyperparameters.json").read_text()).get("epochs", "2"))
for epoch in range(1, epochs + 1):
    print(f"epoch {epoch} loss={1 / epoch:.2f}", flush=True)
(ml / "model/total.txt").write_text(str(sum(map(int, numbers))))
print("read", len(numbers), "numbers")
"""
CELL = """
import os, sys
from jupyter_train_toolkit import log

print("python", sys.prefix, "in", os.uname().nodename)
log({"loss": 0.5}, 1)
open(os.environ["SM_MODEL_DIR"] + "/model.txt", "w").write("trained")
"""
# The example of the product's brief, word for word but for its imports.
BRIEF = """
from jupyter_train import Estimator, get_execution_role

# Define the IAM role
role = get_execution_role()

# Specify the container image URI for the training algorithm
image_uri = '123456789012.dkr.ecr.us-west-2.amazonaws.com/my-custom-image:latest'

# Create an Estimator object
estimator = Estimator(
    image_uri=image_uri,
    role=role,
    instance_count=1,
    instance_type='ml.m5.large',
    output_path='s3://my-bucket/output'
)

# Start the training job
estimator.fit({'training': 's3://my-bucket/training-data'})
"""


@pytest.fixture(scope="module")
def image_of_the_brief(docker_engine, container_home):
    """An image whose `train` trains, and Amazon's name for it in the table of images."""
    dockerfile = "ARG BASE\nFROM $BASE\nCOPY train /usr/local/bin/train\n"
    name = docker_engine.build("own", dockerfile, {"train": TRAIN})
    table = f'[images]\n"*.dkr.ecr.*.amazonaws.com/my-custom-image:*" = "{name}"\n'
    (container_home / "images.toml").write_text(table)
    return name


@pytest.fixture(scope="module")
def numbers(container_home):
    """Data in the manager's own S3, as the example has it."""
    with connect(container_home) as connection:
        said = connection.environment()
    s3 = boto3.client(
        "s3",
        endpoint_url=said["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=said["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=said["AWS_SECRET_ACCESS_KEY"],
        region_name=said["AWS_REGION"],
        config=Config(s3={"addressing_style": "path"}),
    )
    s3.create_bucket(Bucket="my-bucket")
    s3.put_object(Bucket="my-bucket", Key="training-data/numbers", Body=b"1 2 3")
    s3.close()


@pytest.fixture
def session(container_home):
    with Session(container_home) as session:
        yield session


@pytest.fixture
def kernel(start_kernel, container_home):
    return start_kernel(container_home)


@pytest.mark.usefixtures("image_of_the_brief", "numbers")
def test_the_example_of_the_brief_trains_in_an_image_of_ones_own(kernel):
    shown, ended = kernel.run(BRIEF)
    assert set(shown[1]["data"]) == {MIME_TYPE, "text/html", "text/plain"}
    assert ended[0] == "update_display_data"
    assert "Completed" in ended[1]["data"]["text/plain"]
    assert REGISTRY_NAME in ended[1]["data"]["text/plain"]
    ((_, folder),) = kernel.run("print(estimator.latest_training_job.download('model'))")
    ((_, total),) = kernel.run("print(open('model/total.txt').read())")
    assert (folder["text"], total["text"]) == ("model\n", "6\n")
    ((_, where),) = kernel.run("print(estimator.model_data)")
    assert where["text"].startswith("s3://my-bucket/output/my-custom-image-")


@pytest.fixture
def registry(docker_engine):
    """A registry with an image that takes some seconds to pull, and is forgotten again."""
    busybox = debian.unpacked("busybox-static") / "bin" / "busybox"
    train = "#!/bin/sh\necho it has trained\n"
    files = {"bin/sh": busybox, "bin/train": train, "ballast": os.urandom(12_000_000)}
    with served(Registry(files)) as made:
        made.rate = 2_500_000
        yield made
        docker_engine.api.images.remove(made.image(), force=True)


def test_an_output_shows_how_far_the_image_is_pulled(kernel, registry):
    heard = kernel.run(f"%train --image {registry.image()} --wait")
    texts = [said["data"]["text/plain"] for kind, said in heard if kind == "update_display_data"]
    assert any(re.search(r"Pulling the image .*: \d+ of \d+ MB", text) for text in texts), texts
    assert "Completed" in texts[-1]
    assert registry.digest[:19] in texts[-1]


def test_a_cell_trains_in_an_image_that_has_python(kernel, session, docker_engine):
    (_, ended) = kernel.run(f"%%train --image {docker_engine.image} --wait --name in-image\n{CELL}")
    assert "Completed" in ended[1]["data"]["text/plain"]
    job = TrainingJob("in-image", session)
    assert job.metrics()["loss"]["values"] == [0.5]
    assert repr(job.logs(tail=1)) == "python /usr in algo-1"


def test_an_estimator_runs_a_script_in_an_image(session, docker_engine, tmp_path, capsys):
    script = tmp_path / "train.py"
    script.write_text(CELL)
    estimator = Estimator(
        image_uri=docker_engine.image, entry_point=script, sagemaker_session=session
    )
    estimator.fit()
    assert "python /usr in algo-1" in capsys.readouterr().out
    job = estimator.latest_training_job
    assert (job.download(tmp_path / "model") / "model.txt").read_text() == "trained"
    assert docker_engine.image in repr(job)


def test_an_image_of_ones_own_needs_neither_script_nor_train(session, docker_engine, capsys):
    Estimator(
        image_uri=docker_engine.image,
        container_entry_point=["/bin/sh", "-c", "echo $0 $1; id -u"],
        container_arguments=["one", "two"],
        enable_network_isolation=True,
        sagemaker_session=session,
    ).fit()
    assert "one two" in capsys.readouterr().out


# One line: Amazon's model allows no others in a command.
WRITES = (
    "import os; "
    "places = '/opt/state', '/opt/ml/output/tensorboard', os.environ['SM_MODEL_DIR']; "
    "[open(f'{each}/' + os.environ['COLOUR'], 'w').write('written') for each in places]"
)


def test_checkpoints_tensorboard_and_an_uncompressed_model_land_where_they_were_asked_for(
    session, docker_engine, tmp_path
):
    places = {name: tmp_path / name for name in ("state", "board", "out")}
    estimator = Estimator(
        image_uri=docker_engine.image,
        container_entry_point=["python3", "-c", WRITES],
        checkpoint_s3_uri=places["state"],
        checkpoint_local_path="/opt/state",
        tensorboard_output_config=places["board"],
        output_path=places["out"],
        disable_output_compression=True,
        environment={"COLOUR": "blue"},
        volume_size=1,
        max_retry_attempts=1,
        sagemaker_session=session,
    )
    estimator.fit(logs=False)
    name = estimator.latest_training_job.name
    assert (places["state"] / "blue").read_text() == "written"
    assert [path.name for path in places["board"].rglob("*") if path.is_file()] == ["blue"]
    assert (places["out"] / name / "output" / "model" / "blue").read_text() == "written"


def test_an_image_without_train_is_refused_in_words(session, docker_engine):
    estimator = Estimator(image_uri=docker_engine.image, sagemaker_session=session)
    with pytest.raises(TrainingJobFailed, match=r"ClientError: the image .* 'train'"):
        estimator.fit()


def test_an_image_that_nobody_has_is_refused_in_words(session):
    estimator = Estimator(image_uri="localhost:1/nobody/has:this", sagemaker_session=session)
    with pytest.raises(TrainingJobFailed, match=r"the image 'localhost:1/nobody/has:this'"):
        estimator.fit()


def test_the_form_offers_the_images_that_are_here_and_trains_in_one(session, docker_engine):
    shown = form(image_uri="choose one", sagemaker_session=session)
    assert docker_engine.image in shown.container.image.options
    shown.container.image.value = docker_engine.image
    vars(shown.estimator)["container_entry_point"] = ["python3", "-V"]
    shown.button.click()
    shown.job.wait()
    assert repr(shown.job.logs()).startswith("Python 3.")


@pytest.mark.usefixtures("image_of_the_brief")
def test_a_notebook_in_an_image_is_not_given_to_its_train_and_says_what_lacks(
    session, image_of_the_brief, tmp_path
):
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), tmp_path / "analysis.ipynb")
    estimator = Estimator(
        image_uri=image_of_the_brief,
        entry_point=tmp_path / "analysis.ipynb",
        sagemaker_session=session,
    )
    with pytest.raises(TrainingJobFailed, match="a notebook runs with nbclient and ipykernel"):
        estimator.fit(logs=False)
