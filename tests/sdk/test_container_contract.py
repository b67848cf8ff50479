"""Images that train on SageMaker train here: one of one's own, and AWS's toolkit, unmodified."""

import io
import json
import subprocess
import sys
import tarfile
import textwrap
import time

import pytest
from engine_fixtures import OWN_CONTAINER

from jupyter_train.contract.names import DEFAULT_BUCKET, LOG_GROUP

pytestmark = [pytest.mark.timeout(180)]
ENDED = {"Completed", "Failed", "Stopped"}
POINTS = b"0,1\n1,4\n2,7\n"
# One line: AWS's own pattern lets no others through.
REPORT = (
    "import json, os, pathlib; config = pathlib.Path('/opt/ml/input/config'); "
    "files = {path.stem: json.loads(path.read_text()) for path in config.glob('*.json')}; "
    "print(json.dumps({'files': files, 'environment': dict(os.environ)}))"
)
SCRIPT = """
    import argparse, json, os, sys
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--fail", type=int, default=0)
    given = parser.parse_args()
    print(json.dumps({name: os.environ[name] for name in os.environ if name.startswith("SM_")}))
    for epoch in range(1, given.epochs + 1):
        print(f"epoch={epoch} loss={1 / epoch:.3f}", flush=True)
    if given.fail:
        raise ValueError("the moon is in the wrong house")
    with open(os.path.join(os.environ["SM_MODEL_DIR"], "moon.txt"), "w") as file:
        file.write(open(os.path.join(os.environ["SM_CHANNEL_TRAINING"], "points.csv")).read())
"""
FIT = """
    from sagemaker.estimator import Estimator
    from sagemaker.session import Session

    estimator = Estimator(
        image_uri="{image}", role="{role}", instance_count=1, instance_type="ml.m5.large",
        hyperparameters={{"epochs": 2}}, {script}
        metric_definitions=[{{"Name": "loss", "Regex": "loss=([0-9.]+)"}}],
        sagemaker_session=Session(),
    )
    estimator.fit({{"training": "s3://{bucket}/{name}/data/"}}, job_name="{name}")
    print("MODEL", estimator.model_data)
"""
ROLE = "arn:aws:iam::000000000000:role/jupyter-train"
SOURCE = 'entry_point="train.py", source_dir=".",'


class Trained:
    """A job that has ended: what is said about it, its log, its model."""

    def __init__(self, facts, client) -> None:
        self.facts, self._client = facts, client
        self.status = facts["TrainingJobStatus"]
        self.reason = facts.get("FailureReason", "")

    @property
    def lines(self):
        logs = self._client("logs")
        prefix = {
            "logGroupName": LOG_GROUP,
            "logStreamNamePrefix": self.facts["TrainingJobName"] + "/",
        }
        (stream,) = logs.describe_log_streams(**prefix)["logStreams"]
        page = logs.get_log_events(
            logGroupName=LOG_GROUP, logStreamName=stream["logStreamName"], startFromHead=True
        )
        return [event["message"] for event in page["events"]]

    @property
    def said(self):
        """The one line of JSON in its log."""
        return next(json.loads(line) for line in self.lines if line.startswith('{"'))

    def model(self, name):
        bucket, _, key = self.facts["ModelArtifacts"]["S3ModelArtifacts"][5:].partition("/")
        body = self._client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            return archive.extractfile(name).read()


@pytest.fixture
def train(client, request_of):
    """Run an image to its end, as boto3 asks for it; `document` changes the request."""

    def trained(name, image, *, points=POINTS, algorithm=None, **changes):
        sagemaker, s3 = client("sagemaker"), client("s3")
        request = request_of(name) | {"HyperParameters": {"epochs": "3"}} | changes
        request["AlgorithmSpecification"] |= {"TrainingImage": image, **(algorithm or {})}
        s3.put_object(Bucket=DEFAULT_BUCKET, Key=f"{name}/data/points.csv", Body=points)
        s3.delete_object(Bucket=DEFAULT_BUCKET, Key=f"{name}/data/numbers.txt")
        sagemaker.create_training_job(**request)
        return ended(client, name)

    return trained


def until(look):
    """Look again and again until there is something to see, and return it."""
    give_up = time.monotonic() + 120
    while not (seen := look()):
        assert time.monotonic() < give_up, "it never came"
        time.sleep(0.1)
    return seen


def ended(client, name):
    """Wait until a job has ended, well or not; boto3's waiter raises when it fails."""
    sagemaker = client("sagemaker")

    def look():
        facts = sagemaker.describe_training_job(TrainingJobName=name)
        return facts["TrainingJobStatus"] in ENDED and facts

    return Trained(until(look), client)


@pytest.fixture
def source(upload):
    """Store a script's archive; returns the hyperparameters that name it."""

    def stored(name, **hyperparameters):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            body = textwrap.dedent(SCRIPT).encode()
            entry = tarfile.TarInfo("train.py")
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
        address = upload(f"{name}/code/sourcedir.tar.gz", packed.getvalue())
        return {
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": address,
            **hyperparameters,
        }

    return stored


def test_an_image_of_one_s_own_trains_and_its_model_is_fetched(train, own_image):
    job = train("own-trains", own_image)
    assert job.status == "Completed", job.reason
    assert job.lines[0] == "training own-trains"
    assert [line.split(":")[0] for line in job.lines[1:]] == ["epoch 1", "epoch 2", "epoch 3"]
    assert json.loads(job.model("line.json"))["epoch"] == 3
    assert job.facts["FinalMetricDataList"][0]["MetricName"] == "loss"


def test_the_example_s_script_trains_with_boto3_alone(environment, own_image):
    words = ["--image", own_image, "--name", "own-submitted", "--epochs", "2"]
    done = subprocess.run(
        [sys.executable, str(OWN_CONTAINER / "submit.py"), *words],
        env=environment, capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Completed s3://jupyter-train/own-submitted/output/")


def test_what_an_image_leaves_in_the_failure_file_is_the_reason(train, own_image):
    job = train("own-fails", own_image, points=b"x,y\n")
    assert job.status == "Failed"
    assert job.reason.startswith("AlgorithmError: ")
    assert "ValueError: could not convert string to float: 'x'" in job.reason
    assert "exit code: 1" in job.reason.lower()


def test_an_image_saves_when_its_job_is_stopped(client, request_of, own_image):
    sagemaker, request = client("sagemaker"), request_of("own-stops")
    request["AlgorithmSpecification"]["TrainingImage"] = own_image
    request["HyperParameters"] = {"epochs": "100000", "pause": "0.05"}
    client("s3").put_object(Bucket=DEFAULT_BUCKET, Key="own-stops/data/points.csv", Body=POINTS)
    client("s3").delete_object(Bucket=DEFAULT_BUCKET, Key="own-stops/data/numbers.txt")
    sagemaker.create_training_job(**request)
    wait_for_line(client("logs"), "own-stops", "epoch 2")
    sagemaker.stop_training_job(TrainingJobName="own-stops")
    job = ended(client, "own-stops")
    assert job.status == "Stopped", job.reason
    assert job.lines[-1] == "told to end: the line so far is the model"
    assert json.loads(job.model("line.json"))["epoch"] >= 2


def wait_for_line(logs, name, word):
    """Wait until a line of a running job's log holds a word."""
    where = {"logGroupName": LOG_GROUP, "logStreamNamePrefix": f"{name}/"}
    until(lambda: logs.filter_log_events(**where, filterPattern=f'"{word}"')["events"])


def test_an_image_finds_the_files_and_the_variables_of_the_contract(train, docker_engine):
    command = {"ContainerEntrypoint": ["python3", "-c", REPORT]}
    job = train(
        "own-config", docker_engine.image, algorithm=command, Environment={"COLOUR": "blue"}
    )
    assert job.status == "Completed", job.reason
    files, variables = job.said["files"], job.said["environment"]
    assert files["hyperparameters"] == {"epochs": "3"}
    assert files["inputdataconfig"]["training"]["TrainingInputMode"] == "File"
    assert files["resourceconfig"]["hosts"] == ["algo-1"]
    assert files["resourceconfig"]["current_host"] == "algo-1"
    assert files["resourceconfig"]["network_interface_name"]
    assert files["resourceconfig"]["current_instance_type"] == "ml.m5.large"
    assert variables["TRAINING_JOB_NAME"] == "own-config"
    assert variables["TRAINING_JOB_ARN"].endswith(":training-job/own-config")
    assert variables["AWS_REGION"]
    assert variables["COLOUR"] == "blue"


def test_aws_s_toolkit_runs_a_script_that_it_fetches_from_us(train, toolkit_image, source):
    job = train(
        "toolkit-trains", toolkit_image, HyperParameters=source("toolkit-trains", epochs="3")
    )
    assert job.status == "Completed", job.reason
    assert [line for line in job.lines if line.startswith("epoch=")][-1] == "epoch=3 loss=0.333"
    assert job.said["SM_MODULE_DIR"].startswith("s3://jupyter-train/")
    assert job.said["SM_CHANNELS"] == '["training"]'
    assert job.said["SM_CURRENT_HOST"] == "algo-1"
    assert job.model("moon.txt") == POINTS
    assert any("Reporting training SUCCESS" in line for line in job.lines)


def test_what_aws_s_toolkit_says_of_a_failure_is_the_reason(train, toolkit_image, source):
    given = source("toolkit-fails", epochs="1", fail="1")
    job = train("toolkit-fails", toolkit_image, HyperParameters=given)
    assert job.status == "Failed"
    assert job.reason.startswith("AlgorithmError: ")
    assert "ExecuteUserScriptError" in job.reason
    assert job.reason.endswith("exit code: 1")
    assert "ValueError: the moon is in the wrong house" in job.lines


@pytest.mark.slow
def test_the_sdk_s_estimator_trains_with_aws_s_toolkit(sdk, upload, toolkit_image, tmp_path):
    (tmp_path / "train.py").write_text(textwrap.dedent(SCRIPT))
    upload("sdk-toolkit/data/points.csv", POINTS)
    known = {"image": toolkit_image, "role": ROLE, "bucket": DEFAULT_BUCKET, "script": SOURCE}
    said = sdk(FIT.format(name="sdk-toolkit", **known))
    assert said.count("epoch=2 loss=0.500") == 1
    assert "MODEL s3://jupyter-train/sdk-toolkit/output/model.tar.gz" in said


@pytest.mark.slow
def test_the_sdk_s_estimator_trains_an_image_of_one_s_own(sdk, upload, own_image):
    upload("sdk-own/data/points.csv", POINTS)
    known = {"image": own_image, "role": ROLE, "bucket": DEFAULT_BUCKET, "script": ""}
    said = sdk(FIT.format(name="sdk-own", **known))
    assert said.count("epoch 2: loss=") == 1
    assert "MODEL s3://jupyter-train/sdk-own/output/model.tar.gz" in said
