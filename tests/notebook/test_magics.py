import pytest
from IPython.core.error import UsageError

from jupyter_train import TrainingJob
from jupyter_train.notebook.magics import TrainMagics

CELL = "print('loss=1')\n"


@pytest.fixture
def magics(shell, told):
    """The magics of a shell, whose manager writes down what it is told."""
    made = TrainMagics(shell, told())
    shell.register_magics(made)
    return made


def created(magics):
    return magics.session.told.request("CreateTrainingJob")


def test_a_cell_is_a_training_job(magics, shell, capsys):
    shell.run_cell_magic("train", "-p lr=0.1 -m 'loss=loss=([0-9.]+)' -t ml.m5.large", CELL)
    request = created(magics)
    assert request["HyperParameters"]["sagemaker_program"] == "cell.py"
    assert request["HyperParameters"]["lr"] == "0.1"
    assert request["ResourceConfig"]["InstanceType"] == "ml.m5.large"
    assert request["AlgorithmSpecification"]["MetricDefinitions"] == [
        {"Name": "loss", "Regex": "loss=([0-9.]+)"}
    ]
    assert f"training job {request['TrainingJobName']}" in capsys.readouterr().out


def test_values_of_the_notebook_reach_the_job(magics, shell):
    shell.user_ns["rate"] = 0.5
    shell.run_cell_magic("train", "-p lr=$rate -p n={2 * 3} --name my-job", CELL)
    assert created(magics)["HyperParameters"]["lr"] == "0.5"
    assert created(magics)["HyperParameters"]["n"] == "6"
    assert created(magics)["TrainingJobName"] == "my-job"


def test_a_line_runs_a_script_with_a_channel(magics, shell, tmp_path):
    (tmp_path / "fit.py").write_text(CELL)
    (tmp_path / "my data").mkdir()
    shell.run_line_magic("train", "fit.py -i 'training=my data' -e A=1")
    (channel,) = created(magics)["InputDataConfig"]
    assert channel["DataSource"]["S3DataSource"]["S3Uri"] == (tmp_path / "my data").as_uri()
    assert created(magics)["HyperParameters"]["sagemaker_program"] == "fit.py"
    assert created(magics)["Environment"]["A"] == "1"


def test_the_job_is_assigned_and_remembered_as_the_last(magics, shell):
    shell.run_cell_magic("train", "--name one --out mine", CELL)
    shell.run_cell_magic("train", "--name two", CELL)
    assert shell.user_ns["mine"].name == "one"
    assert shell.user_ns["_job"].name == "two"


def test_stop_means_the_last_job_unless_one_is_named(magics, shell, capsys):
    shell.run_cell_magic("train", "--name last", CELL)
    shell.run_line_magic("stop", "")
    shell.run_line_magic("stop", "other")
    stopped = [ask for name, ask in magics.session.told.calls if name == "StopTrainingJob"]
    assert [ask["TrainingJobName"] for ask in stopped] == ["last", "other"]
    assert capsys.readouterr().out.endswith("stopping last\nstopping other\n")


def test_a_source_folder_lies_beside_the_cell(magics, shell, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "helper.py").write_text("")
    shell.run_cell_magic("train", "--source-dir lib", CELL)
    assert created(magics)["HyperParameters"]["sagemaker_program"] == "cell.py"


@pytest.mark.parametrize(
    ("line", "cell", "message"),
    [
        ("", None, "which script"),
        ("fit.py", CELL, "runs the cell"),
        ("--image image --source-dir .", None, "needs a script"),
        ("--command 'sh -c ls'", CELL, "name one with --image"),
        ("--image image --network host", CELL, "invalid choice: 'host'"),
        ("missing.py", None, "no script missing.py"),
        ("-i training=missing", CELL, "no file or folder"),
        ("--out 3x", CELL, "no name of a variable"),
        ("-p lr=$nothing", CELL, "cannot expand"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(magics, line, cell, message):
    with pytest.raises(UsageError, match=message):
        magics.train(line, cell)
    assert magics.session.told.calls == []


def test_what_the_manager_refuses_is_one_line(magics, refusal):
    magics.session.told.answers["CheckTrainingJob"] = refusal
    with pytest.raises(UsageError, match="ValidationException: no job of this name"):
        magics.train("", CELL)


@pytest.mark.parametrize("magic", ["logs", "stop"])
def test_without_a_job_in_the_session_one_has_to_be_named(magics, magic):
    with pytest.raises(UsageError, match="no job was started here yet"):
        getattr(magics, magic)("")


def test_jobs_are_a_table_whose_names_are_text(magics, shell):
    summary = {
        "TrainingJobName": "<b>a",
        "TrainingJobStatus": "Completed",
        "CreationTime": 0.0,
        "TrainingEndTime": 75.0,
    }
    magics.session.told.answers["ListTrainingJobs"] = {"TrainingJobSummaries": [summary]}
    table = shell.run_line_magic("jobs", "-n 5 -s Completed")
    assert repr(table) == "job   status     took\n<b>a  Completed  1 min 15 s"
    assert "<td>&lt;b&gt;a</td><td>Completed</td>" in table._repr_html_()
    assert magics.session.told.request("ListTrainingJobs")["MaxResults"] == 5


def test_help_lists_the_options(magics):
    assert "--instance-type" in magics.train.__doc__


def test_the_extension_loads_and_goes_away_again(shell):
    shell.run_line_magic("load_ext", "jupyter_train")
    assert shell.find_cell_magic("train")
    shell.run_line_magic("unload_ext", "jupyter_train")
    assert shell.find_cell_magic("train") is None


def test_a_job_of_the_session_is_a_training_job(magics, shell):
    shell.run_cell_magic("train", "--out job", CELL)
    assert isinstance(shell.user_ns["job"], TrainingJob)


def test_a_cell_can_run_in_an_image(magics, shell):
    shell.run_cell_magic("train", "--image team/net:1 --shell --network none", CELL)
    request = created(magics)
    assert request["AlgorithmSpecification"]["TrainingImage"] == "team/net:1"
    assert request["HyperParameters"]["sagemaker_program"] == "cell.py"
    assert request["RemoteDebugConfig"] == {"EnableRemoteDebug": True}
    assert request["EnableNetworkIsolation"] is True
    assert "Environment" not in request


def test_an_image_of_ones_own_needs_no_script(magics, shell):
    shell.run_line_magic(
        "train", "--image net:1 --command 'sh -c \"ls -l\"' --keep-alive 60 --max-retries 2"
    )
    request = created(magics)
    assert request["AlgorithmSpecification"]["ContainerEntrypoint"] == ["sh", "-c", "ls -l"]
    assert request["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 60
    assert request["RetryStrategy"] == {"MaximumRetryAttempts": 2}
    assert "HyperParameters" not in request
