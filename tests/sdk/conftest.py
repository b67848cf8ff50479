"""A real manager process, and the unmodified clients that AWS ships."""

import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
import textwrap
import time
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from jupyter_train.client.find import connect
from jupyter_train.contract.names import DEFAULT_BUCKET, DEFAULT_ROLE

CLIENTS = Path(__file__).resolve().parents[2] / ".venv-clients" / "bin"
RESOURCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
SCRIPT = """
    import argparse, os
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    epochs = parser.parse_args().epochs
    with open(os.path.join(os.environ["SM_CHANNEL_TRAINING"], "numbers.txt")) as file:
        total = sum(int(line) for line in file)
    for epoch in range(1, epochs + 1):
        print(f"epoch={epoch} loss={1 / epoch:.3f}")
    with open(os.path.join(os.environ["SM_MODEL_DIR"], "total.txt"), "w") as file:
        file.write(str(total))
"""
PATIENT = """
    import signal, sys, time
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("waiting", flush=True)
    time.sleep(600)
"""


def end(pid):
    os.kill(pid, signal.SIGTERM)
    give_up = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < give_up:
        time.sleep(0.05)


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def manager(home, possible_engine):
    with connect(home) as connection:
        yield connection
        pid = connection.facts.pid
    end(pid)
    assert not Path(f"/proc/{pid}").exists()


@pytest.fixture(scope="session")
def environment(manager, home):
    """What a shell has after `eval "$(jupyter train env)"`, and no AWS settings but these."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    away = {"HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"}
    return kept | away | manager.environment()


@pytest.fixture
def client(environment):
    """Make a boto3 client of a service from that environment."""
    opened = []

    def make(service):
        name = {"logs": "CLOUDWATCH_LOGS"}.get(service, service.upper())
        made = boto3.session.Session(
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_REGION"],
        ).client(
            service,
            endpoint_url=environment[f"AWS_ENDPOINT_URL_{name}"],
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )
        opened.append(made)
        return made

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def upload(client):
    """Store an object in the manager's own S3 and return its address."""
    s3 = client("s3")

    def put(key, body):
        s3.put_object(Bucket=DEFAULT_BUCKET, Key=key, Body=body)
        return f"s3://{DEFAULT_BUCKET}/{key}"

    return put


def archive(script):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        body = textwrap.dedent(script).encode()
        entry = tarfile.TarInfo("train.py")
        entry.size = len(body)
        tar.addfile(entry, io.BytesIO(body))
    return packed.getvalue()


@pytest.fixture
def request_of(upload):
    """Return the CreateTrainingJob request of a job that trains in an instant, or waits."""

    def make(name, *, waits=False, **changes):
        source = upload(f"{name}/source/sourcedir.tar.gz", archive(PATIENT if waits else SCRIPT))
        upload(f"{name}/data/numbers.txt", b"1\n2\n3\n")
        location = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{DEFAULT_BUCKET}/{name}/data/"}
        return {
            "TrainingJobName": name,
            "RoleArn": DEFAULT_ROLE,
            "AlgorithmSpecification": {
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
            },
            "HyperParameters": {
                "sagemaker_program": "train.py",
                "sagemaker_submit_directory": source,
                **({} if waits else {"epochs": "3"}),
            },
            "InputDataConfig": [
                {"ChannelName": "training", "DataSource": {"S3DataSource": location}}
            ],
            "OutputDataConfig": {"S3OutputPath": f"s3://{DEFAULT_BUCKET}/out"},
            "ResourceConfig": RESOURCES,
            "StoppingCondition": {"MaxRuntimeInSeconds": 300},
            **changes,
        }

    return make


@pytest.fixture
def aws(environment):
    """Run one awscli command and return what it printed as data."""
    program = CLIENTS / "aws"
    assert program.exists(), "awscli is missing; make setup-test installs it"

    def run(*words):
        done = subprocess.run(
            [program, "--output", "json", *words],
            env=environment, capture_output=True, text=True, check=False, timeout=110,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip().startswith("{") else done.stdout

    return run


@pytest.fixture
def sdk(environment, tmp_path):
    """Run a program with SageMaker's Python SDK v2 and return what it printed."""
    python = CLIENTS / "python"
    assert python.exists(), "the SageMaker SDK is missing; make setup-test installs it"
    settings = {"TelemetryOptOut": True, "Session": {"DefaultS3Bucket": DEFAULT_BUCKET}}
    config = tmp_path / "config.yaml"
    document = {"SchemaVersion": "1.0", "SageMaker": {"PythonSDK": {"Modules": settings}}}
    config.write_text(json.dumps(document))
    (tmp_path / "train.py").write_text(textwrap.dedent(SCRIPT))

    def run(program):
        done = subprocess.run(
            [python, "-W", "ignore", "-c", textwrap.dedent(program)],
            env={**environment, "SAGEMAKER_USER_CONFIG_OVERRIDE": str(config)},
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=170,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    yield run
    shutil.rmtree(tmp_path)
