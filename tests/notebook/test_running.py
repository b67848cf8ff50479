"""With a real manager, and processes that train."""

import os
import signal
import textwrap

import pytest

from jupyter_train import Estimator, TrainingJob, TrainingJobFailed
from jupyter_train.client.find import find_manager
from jupyter_train.notebook.errors import WaitInterrupted
from jupyter_train.notebook.magics import TrainMagics

SCRIPT = """
    import argparse, os
    from jupyter_train_toolkit import log
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    for epoch in range(1, parser.parse_args().epochs + 1):
        print(f"epoch {epoch} loss={1 / epoch:.2f}")
        log({"accuracy": 1 - 1 / epoch}, epoch)
    print("numbers:", open(os.environ["SM_CHANNEL_TRAINING"] + "/numbers").read())
    open(os.environ["SM_MODEL_DIR"] + "/model.txt", "w").write("trained")
"""
LOSS = [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "numbers").write_text("1 2 3")
    return folder


@pytest.fixture
def write(tmp_path):
    """Write a script."""

    def written(text):
        path = tmp_path / "train.py"
        path.write_text(textwrap.dedent(text))
        return path

    return written


@pytest.fixture
def magics(shell, session):
    made = TrainMagics(shell, session)
    shell.register_magics(made)
    return made


@pytest.fixture
def patient(session, write):
    """A job that goes on until it is stopped."""
    script = write("import time\nprint('waiting', flush=True)\ntime.sleep(60)\n")
    job = Estimator(entry_point=script, sagemaker_session=session).submit()
    yield job
    if job.status == "InProgress":
        job.stop()


def test_an_estimator_trains_and_its_job_tells_everything(session, data, write, capsys, tmp_path):
    estimator = Estimator(
        entry_point=write(SCRIPT),
        metric_definitions=LOSS,
        hyperparameters={"epochs": 4},
        sagemaker_session=session,
    )
    estimator.fit({"training": data})
    job = estimator.latest_training_job
    assert capsys.readouterr().out.splitlines()[-1] == "numbers: 1 2 3"
    assert job.status == "Completed"
    assert job.metrics()["loss"]["values"] == [1.0, 0.5, 0.33, 0.25]
    assert job.metrics()["accuracy"]["steps"] == [1, 2, 3, 4]
    assert job.logs(tail=1) == ("numbers: 1 2 3",)
    assert job.logs()[0] == "epoch 1 loss=1.00"
    assert (job.download(tmp_path / "model") / "model.txt").read_text() == "trained"
    assert "model" in {each["Kind"] for each in job.artifacts()}
    assert "data:image/svg+xml" in job._repr_mimebundle_()["text/html"]


def test_an_uncompressed_model_is_fetched_as_it_is(session, data, write, tmp_path):
    estimator = Estimator(
        entry_point=write(SCRIPT), disable_output_compression=True, sagemaker_session=session
    )
    estimator.fit({"training": data}, logs=False)
    folder = estimator.latest_training_job.download(tmp_path / "model")
    assert (folder / "model.txt").read_text() == "trained"


def test_a_model_can_go_to_a_folder_of_ones_own(session, data, write, tmp_path):
    estimator = Estimator(
        entry_point=write(SCRIPT), output_path=tmp_path / "out", sagemaker_session=session
    )
    estimator.fit({"training": data}, logs=False)
    assert estimator.model_data.startswith((tmp_path / "out").as_uri())
    folder = estimator.latest_training_job.download(tmp_path / "model")
    assert (folder / "model.txt").read_text() == "trained"


def test_a_job_that_fails_says_why_where_it_was_waited_for(session, write):
    script = write("print('so far')\nraise SystemExit(3)\n")
    estimator = Estimator(entry_point=script, sagemaker_session=session)
    with pytest.raises(TrainingJobFailed, match=r"(?s)failed: AlgorithmError.*so far") as told:
        estimator.fit(logs=False)
    assert told.value.name == estimator.latest_training_job.name


def test_attaching_finds_a_job_and_what_it_was_made_with(session, data, write):
    first = Estimator(
        entry_point=write(SCRIPT),
        hyperparameters={"epochs": 2},
        max_run=600,
        sagemaker_session=session,
    )
    first.fit({"training": data}, logs=False)
    again = Estimator.attach(first.latest_training_job.name, sagemaker_session=session)
    assert again.hyperparameters() == {"epochs": "2"}
    assert vars(again)["max_run"] == 600
    assert again.model_data == first.model_data


def test_a_hostile_log_and_metric_name_are_text_in_the_view(session, write):
    script = write(
        "from jupyter_train_toolkit import log\n"
        "log({'<img src=x>': 1.0}, 1)\n"
        "print('<script>alert(1)</script>\\x1b[2J')\n"
    )
    estimator = Estimator(entry_point=script, sagemaker_session=session)
    estimator.fit(logs=False)
    html = estimator.latest_training_job._repr_mimebundle_()["text/html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;␛[2J" in html
    assert "&lt;img src=x&gt;" in html
    assert "<script" not in html


def test_an_interrupt_leaves_the_job_running(session, patient):
    def interrupted(_):
        raise KeyboardInterrupt

    with pytest.raises(WaitInterrupted):
        TrainingJob(patient.name, session, sleep=interrupted).wait()
    assert patient.status == "InProgress"


def test_a_stopped_job_ends_stopped(patient):
    patient.stop()
    patient.wait()
    assert patient.status == "Stopped"


def test_waiting_outlives_the_manager(session, home, patient):
    assert patient.status == "InProgress"
    first = find_manager(home)
    os.kill(first.pid, signal.SIGKILL)
    assert patient.status == "InProgress"
    assert find_manager(home).pid != first.pid


def test_a_cell_trains_to_its_end_and_its_log_can_be_read(magics, shell, data, capsys):
    line = f"-i training={data} -p epochs=2 -m 'loss=loss=([0-9.]+)' --wait --out job"
    shell.run_cell_magic("train", line, textwrap.dedent(SCRIPT))
    assert shell.user_ns["job"].metrics()["loss"]["values"] == [1.0, 0.5]
    assert "epoch 2 loss=0.50" in capsys.readouterr().out
    assert repr(shell.run_line_magic("logs", "-n 1")) == "numbers: 1 2 3"
    assert shell.user_ns["job"].name in repr(shell.run_line_magic("jobs", ""))


def test_a_taken_name_is_refused_in_one_line(magics, shell, data):
    shell.run_cell_magic("train", "--name taken-name --wait", "print(1)")
    done = shell.run_cell("%%train --name taken-name\nprint(1)")
    assert type(done.error_in_exec).__name__ == "UsageError"
    assert "ResourceInUse" in str(done.error_in_exec)


def test_a_job_that_is_not_there_is_said_not_to_be(magics, shell):
    done = shell.run_cell("%logs nobody")
    assert "Requested resource not found" in str(done.error_in_exec)
