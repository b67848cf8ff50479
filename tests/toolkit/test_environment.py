import os
import subprocess
import sys
from pathlib import Path

import pytest

import jupyter_train_toolkit
from jupyter_train_toolkit import (
    channel,
    channels,
    checkpoint_dir,
    current_host,
    hosts,
    hyperparameters,
    in_job,
    job_name,
    latest,
    model_dir,
    num_gpus,
    output_data_dir,
    rank,
    saving,
)


def test_hyperparameters_are_values_again_over_the_defaults(configure):
    given = {"lr": "0.1", "name": '"a b"', "plain": "text", "sagemaker_program": "train.py"}
    configure("hyperparameters.json", given)
    assert hyperparameters(epochs=5, lr=1.0) == {
        "epochs": 5,
        "lr": 0.1,
        "name": "a b",
        "plain": "text",
    }


def test_a_channel_is_a_folder_and_a_missing_one_is_told_what_there_is(job, monkeypatch):
    monkeypatch.setenv("SM_CHANNELS", '["train", "test"]')
    monkeypatch.setenv("SM_CHANNEL_TEST", "/data/test")
    assert channels() == {"train": job.data + "/train", "test": "/data/test"}
    assert channel("train") == job.data + "/train"
    with pytest.raises(KeyError, match="no channel 'valid'; there is: test, train"):
        channel("valid")
    assert channel("valid", default="here") == "here"


def test_channels_are_found_by_their_folders_too(job):
    Path(job.data, "train").mkdir()
    assert channels() == {"train": job.data + "/train"}


def test_folders_are_the_jobs_inside_one(job):
    assert (model_dir("mine"), output_data_dir("mine")) == (job.model, job.output_data)
    assert checkpoint_dir() == job.checkpoints
    assert (in_job(), job_name()) == (True, "digits")


def test_folders_are_mine_outside_a_job(tmp_path, monkeypatch):
    monkeypatch.delenv("TRAINING_JOB_NAME", raising=False)
    assert model_dir(str(tmp_path / "model")) == str(tmp_path / "model")
    assert (tmp_path / "model").is_dir()
    assert not in_job()


def test_hosts_have_an_order(configure, monkeypatch):
    configure("resourceconfig.json", {"current_host": "algo-2", "hosts": ["algo-2", "algo-1"]})
    monkeypatch.setenv("SM_NUM_GPUS", "4")
    assert (hosts(), current_host(), rank()) == (["algo-1", "algo-2"], "algo-2", 1)
    assert num_gpus() == 4


def test_a_checkpoint_appears_whole(tmp_path):
    folder = str(tmp_path / "checkpoints")
    with saving("1.pt", folder) as path:
        Path(path).write_text("state")
        assert latest(folder=folder) is None
    assert latest("*.pt", folder) == f"{folder}/1.pt"


def test_a_checkpoint_that_fails_leaves_the_one_before(tmp_path):
    folder = str(tmp_path)
    with saving("1.pt", folder) as path:
        Path(path).write_text("good")
    with pytest.raises(KeyError), saving("1.pt", folder) as path:  # noqa: PT012  the failure is inside
        Path(path).write_text("half")
        raise KeyError
    assert [path.read_text() for path in tmp_path.iterdir()] == ["good"]


def test_the_newest_checkpoint_is_the_latest(tmp_path):
    assert latest(folder=str(tmp_path / "absent")) is None
    for age, name in enumerate(["9.pt", "10.pt", "notes.txt"]):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    assert latest("*.pt", str(tmp_path)) == str(tmp_path / "9.pt")


def test_every_promised_name_is_there_and_another_is_told():
    for name in jupyter_train_toolkit.__all__:
        assert callable(getattr(jupyter_train_toolkit, name))
    with pytest.raises(AttributeError, match=r"no attribute 'lgo'; there is: .*log"):
        _ = jupyter_train_toolkit.lgo


def test_importing_it_imports_next_to_nothing():
    program = (
        "import sys; before = set(sys.modules); from jupyter_train_toolkit import log;"
        "print(*sorted(set(sys.modules) - before))"
    )
    root = str(Path(jupyter_train_toolkit.__file__).parents[1])
    command = [sys.executable, "-S", "-c", program]
    done = subprocess.run(command, env={"PYTHONPATH": root}, check=True, stdout=subprocess.PIPE)
    slow = {"asyncio", "collections", "json", "re", "subprocess", "threading", "typing"}
    assert slow.isdisjoint(done.stdout.decode().split())
