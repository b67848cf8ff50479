"""What a press of TAB offers, with jedi and without."""

from pathlib import Path

import pytest
from IPython.core.completer import provisionalcompleter

from jupyter_train import Estimator
from jupyter_train.notebook.completion import Completion
from jupyter_train.notebook.session import Session


@pytest.fixture
def find(tmp_path, monkeypatch):
    """Complete a line up to the cursor."""
    monkeypatch.chdir(tmp_path)
    completion = Completion(Session(tmp_path / "home"))
    return lambda line, text="": completion.find(line, text)[0]


@pytest.fixture(params=[True, False], ids=["jedi", "no jedi"])
def press(shell, request):
    """Press TAB at the end of a cell; returns what the cell would be with each offer."""
    shell.run_line_magic("load_ext", "jupyter_train")
    shell.Completer.use_jedi = request.param

    def press(line, below=""):
        with provisionalcompleter():
            offers = [*shell.Completer.completions(line + below, len(line))]
        return [line[: each.start] + each.text for each in offers]

    return press


def test_options_are_offered_in_a_cell_magic_and_in_a_line_magic(press):
    assert press("%%train --ins", "\nprint(1)") == [
        "%%train --instance-count",
        "%%train --instance-type",
    ]
    assert press("%logs --f") == ["%logs --follow"]


def test_other_lines_are_left_to_ipython(press):
    assert press("%timeit --ins") == []
    assert "%%train" in press("%%tra")


def test_one_dash_offers_all_long_options(find):
    assert "--param" in find("%%train -")
    assert "-p" not in find("%%train -")
    assert find("%%train -p") == ["-p"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("%train a.py -t lo", ["local", "local_gpu"]),
        ("%train --network ", ["none"]),
        ("%jobs -s St", ["Stopping", "Stopped"]),
        ("%jobs --since ", ["30m", "12h", "7d"]),
        ("%%train --wait ", []),
        ("x = 1", []),
        ("%nothing -", []),
    ],
)
def test_values_are_offered_where_there_are_few(find, line, offered):
    assert find(line) == offered


def test_hyperparameters_are_those_the_script_reads(find, tmp_path):
    (tmp_path / "fit.py").write_text("parser.add_argument('-e', '--epochs', type=int)")
    assert find("%%train -p l", 'add_argument("--lr")\nadd_argument("--n")') == ["lr="]
    assert find("%train fit.py -p ") == ["epochs="]


def test_scripts_and_folders_are_offered(find, tmp_path):
    for name in ("fit.py", "analysis.ipynb", "run.sh", "notes.txt", ".hidden.py"):
        (tmp_path / name).touch()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "deep.py").touch()
    assert find("%train ") == ["analysis.ipynb", "fit.py", "run.sh", "src/"]
    assert find("%train src/") == ["src/deep.py"]
    assert find("%train src/no/") == []


def test_a_channel_is_completed_behind_its_name(find, tmp_path):
    (tmp_path / "data").mkdir()
    assert find("%%train -i training=da") == ["data/"]


def test_no_manager_is_started_by_a_key_press(find, tmp_path):
    assert find("%logs ") == []
    assert not (tmp_path / "home").exists()


def test_jobs_and_their_metrics_are_offered(shell, session):
    job = Estimator(
        entry_point=str(script("print('loss=1')")),
        metric_definitions={"loss": "loss=(.*)"},
        sagemaker_session=session,
    ).submit(job_name="tab-is-pressed")
    job.wait()
    completion = Completion(session)
    assert completion.find("%stop tab-is-pr") == (["tab-is-pressed"], "tab-is-pr")
    assert completion.find("%curve tab-is-pressed lo") == (["loss"], "lo")
    assert completion.find("%curve no-such-job lo")[0] == []


def script(text):
    """Write a script into the folder of the test."""
    path = Path("fit.py")
    path.write_text(text)
    return path
