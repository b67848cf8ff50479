"""Every variable has the value that SageMaker's own training toolkit gives it, asked of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import debian
import guest_toolkit
from jupyter_train.contract.spec import read_spec
from jupyter_train.engine.configuration import config_files
from jupyter_train.engine.environment import View, contract_environment
from jupyter_train.engine.folders import AttemptFolder
from jupyter_train.runtimes.base import Resources
from jupyter_train_toolkit.entry import arguments

ASKS = """
import json, os
from sagemaker_training.environment import Environment
print(json.dumps(Environment().to_env_vars()))
"""
SCRIPT = {"sagemaker_program": "train.py", "sagemaker_submit_directory": "s3://b/x.tar.gz"}
# What nobody else sets, and one that a shell can read beside SM_HP_BATCH-SIZE.
OURS = {"SM_BASE_DIR", "SM_CHECKPOINT_DIR", "SM_HP_BATCH_SIZE"}


@pytest.fixture(scope="module")
def wheel():
    """The toolkit as the index has it."""
    try:
        wheels = guest_toolkit.fetch(Path(sys.executable))
    except debian.NotHereError as error:
        pytest.skip(f"no sagemaker-training to compare with: {error}")
    return next(wheels.glob("sagemaker_training-*.whl"))


@pytest.fixture
def both(wheel, tmp_path):
    """Return the variables of a job as the toolkit has them, and as we do."""

    def compare(**hyperparameters):
        document = {
            "TrainingJobName": "job-1",
            "HyperParameters": {**SCRIPT, **hyperparameters},
            "InputDataConfig": [{"ChannelName": "Training", "DataSource": {}}],
            "ResourceConfig": {"InstanceType": "ml.m5.large"},
        }
        spec, folder = read_spec(document), AttemptFolder(tmp_path)
        folder.create()
        for name, content in config_files(spec, document).items():
            (folder.config / name).write_text(json.dumps(content))
        away = {"PATH": os.environ["PATH"], "PYTHONPATH": str(wheel), "TRAINING_JOB_NAME": "job-1"}
        done = subprocess.run(
            [sys.executable, "-c", ASKS], env={**away, "SAGEMAKER_BASE_DIR": str(folder.ml)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        view = View(folder=folder, checkpoints=folder.checkpoints)
        cpus = Resources(cpus=os.cpu_count() or 1)
        return json.loads(done.stdout), contract_environment(spec, view, cpus)

    return compare


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"lr": "1e-3", "n": "5", "long": "0.10", "none": "null", "yes": "true"},
        {"opt": '"adam"', "plain": "adam", "é": "ü", "quoted": '"\\"x\\""', "nan": "NaN"},
        {"list": "[1, 2]", "map": '{"b": 1, "a": {"c": 2}}', "batch-size": "32"},
        {"_tuning_objective_metric": "loss", "default_user_module_name": "x", "zeta": "1"},
        {"sagemaker_region": '"us-west-2"', "sagemaker_job_name": '"x"'},
        {"sagemaker_program": '"src/main.py"', "sagemaker_container_log_level": "10"},
        {"sagemaker_program": "run.sh", "sagemaker_s3_output": "s3://b/k"},
        {"sagemaker_mpi_enabled": "true", "sagemaker_instance_type": '"ml.m5.large"'},
        {"sagemaker_torch_distributed_enabled": "false"},
        {"sagemaker_distribution_instance_groups": '["homogeneousCluster"]'},
    ],
    ids=",".join,
)
def test_every_variable_is_the_training_toolkit_s(both, given):
    theirs, ours = both(**given)
    assert {name: each for name, each in ours.items() if name not in OURS} == theirs


def test_arguments_are_those_of_the_variable_and_of_our_own_toolkit(both):
    given = {"z": "1", "b": '"x y"', "lr": "1e-3", "sagemaker_region": "x"}
    theirs, _ = both(**given)
    assert json.loads(theirs["SM_USER_ARGS"]) == arguments(given)
    assert arguments(given) == ["-b", "x y", "--lr", "0.001", "-z", "1"]


def test_a_hyperparameter_with_a_hyphen_has_a_name_for_shells_too(both):
    _, ours = both(**{"batch-size": "32"})
    assert (ours["SM_HP_BATCH-SIZE"], ours["SM_HP_BATCH_SIZE"]) == ("32", "32")
    _, ours = both(**{"batch-size": "32", "batch_size": "64"})
    assert (ours["SM_HP_BATCH-SIZE"], ours["SM_HP_BATCH_SIZE"]) == ("32", "64")
