import time

import pytest
from IPython.core.error import UsageError

from jupyter_train import TrainingJob
from jupyter_train.notebook.errors import WaitInterrupted
from jupyter_train.notebook.magics import TrainMagics, load

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


@pytest.mark.parametrize("magic", ["logs", "stop", "curve", "clone"])
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
    answers = magics.session.told.answers
    answers["ListTrainingJobs"] = {"TrainingJobSummaries": [summary]}
    answers["DescribeTrainingJob"] = {
        "FinalMetricDataList": [{"MetricName": "<i>", "Value": 0.123456}]
    }
    table = shell.run_line_magic("jobs", "-n 5 -s Completed")
    assert repr(table) == (
        "job   status     age  took        last values\n"
        "<b>a  Completed       1 min 15 s  <i>=0.1235"
    )
    html = table._repr_html_()
    assert "<code>&lt;b&gt;a</code>" in html
    assert "✓</font> Completed</td>" in html
    assert "&lt;i&gt;=0.1235" in html
    assert magics.session.told.request("ListTrainingJobs")["MaxResults"] == 5


def test_jobs_are_filtered_by_name_state_and_time(magics, shell):
    magics.session.told.answers["ListTrainingJobs"] = {"TrainingJobSummaries": []}
    table = shell.run_line_magic("jobs", "digits --running --since 2h --oldest")
    ask = magics.session.told.request("ListTrainingJobs")
    assert (ask["NameContains"], ask["StatusEquals"]) == ("digits", "InProgress")
    assert ask["SortOrder"] == "Ascending"
    assert 7199 < time.time() - ask["CreationTimeAfter"] < 7260
    assert (repr(table), table._repr_html_()) == ("no training jobs", "<p>no training jobs</p>")


def test_more_jobs_than_a_page_are_listed(magics, shell):
    summary = {"TrainingJobName": "a", "TrainingJobStatus": "Stopped", "CreationTime": 0.0}
    page = {"TrainingJobSummaries": [summary] * 100, "NextToken": "more"}
    magics.session.told.answers["ListTrainingJobs"] = page
    assert len(shell.run_line_magic("jobs", "-n 150")) == 150


@pytest.mark.parametrize("line", ["-s Done", "--since yesterday"])
def test_a_filter_that_is_none_is_refused(magics, line):
    with pytest.raises(UsageError, match=r"invalid choice|is no time such as"):
        magics.jobs(line)


@pytest.mark.parametrize("magic", ["train", "jobs", "logs", "curve", "stop", "clone"])
def test_asking_for_help_shows_the_options_and_does_nothing(magics, magic, capsys):
    assert getattr(magics, magic)("--help -n") is None
    assert f"usage: %{magic} [-h]" in capsys.readouterr().out
    assert magics.session.told.calls == []


def test_a_cell_above_which_help_is_asked_for_does_not_train(magics, shell, capsys):
    shell.run_cell_magic("train", "-h", CELL)
    assert "--instance-type" in capsys.readouterr().out
    assert magics.session.told.calls == []


def test_watching_prints_the_log_and_waits(magics, shell, monkeypatch):
    shown = []
    monkeypatch.setattr(TrainingJob, "show", lambda _, **how: shown.append(how))
    shell.run_cell_magic("train", "--watch", CELL)
    shell.run_cell_magic("train", "--wait", CELL)
    assert shown == [{"wait": True, "logs": True}, {"wait": True, "logs": None}]


def test_an_interrupt_while_following_leaves_the_job_alone(magics, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(TrainingJob, "print_log", interrupted)
    with pytest.raises(WaitInterrupted, match="training job a goes on"):
        magics.logs("-f a")
    assert magics.session.told.calls == []


def test_a_metric_that_is_not_there_is_one_line(magics):
    magics.session.told.answers["ListMetricSeries"] = {"Series": []}
    with pytest.raises(UsageError, match="a has no metric 'loss'; there is: none so far"):
        magics.curve("a loss")


def test_help_lists_the_options(magics):
    assert "--instance-type" in magics.train.__doc__


def test_the_extension_loads_and_goes_away_again(shell):
    shell.run_line_magic("load_ext", "jupyter_train")
    assert shell.find_cell_magic("train")
    shell.run_line_magic("unload_ext", "jupyter_train")
    assert shell.find_cell_magic("train") is None
    assert shell.Completer.custom_matchers == []


def test_loading_says_what_there_is_in_one_line_and_may_be_done_again(shell, capsys):
    shell.run_line_magic("load_ext", "jupyter_train")
    said = capsys.readouterr().out
    assert said.startswith("jupyter-train ")
    assert said.count("\n") == 1
    load(shell)
    assert len(shell.Completer.custom_matchers) == 1


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
