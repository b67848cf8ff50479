"""A job made again from what is known of it, with a real manager."""

import shlex
import sys

import pytest

from jupyter_train import Estimator, TrainingInput
from jupyter_train.notebook.magics import TrainMagics
from jupyter_train.notebook.options import train_parser, words

SAME = ("HyperParameters", "AlgorithmSpecification", "InputDataConfig", "OutputDataConfig")


@pytest.fixture
def magics(shell, session):
    made = TrainMagics(shell, session)
    shell.register_magics(made)
    return made


@pytest.fixture
def cloned(magics, shell, monkeypatch):
    """Clone the last job; returns the code, and what the shell does not show."""
    put = []
    monkeypatch.setattr(shell, "set_next_input", put.append)

    def cloned():
        shell.run_line_magic("clone", "")
        return put[-1]

    return cloned


def described(shell):
    detail = shell.user_ns["_job"].describe()
    return {
        **{name: detail.get(name) for name in SAME},
        "more": (detail["ResourceConfig"], detail["StoppingCondition"], detail["Environment"]),
    }


def without_source(detail):
    given = {k: v for k, v in detail["HyperParameters"].items() if "submit_directory" not in k}
    return {**detail, "HyperParameters": given}


def test_a_cell_is_cloned_as_a_cell_that_says_all_it_was_told(shell, cloned, tmp_path):
    (tmp_path / "my data").mkdir()
    values = shlex.quote("text=a b$$c {{d}} 'e'")
    line = (
        f"-p {values} -p lr=0.10 -i 'training=my data' -m 'loss=x{{2}}$ ([0-9.]+)' "
        "-e A=$$1 --max-run 600 --max-retries 2 -c 1 --wait"
    )
    shell.run_cell_magic("train", line, "print('é')\n")
    first, code = described(shell), cloned()
    assert code.startswith("%%train -p ")
    assert code.endswith("\nprint('é')\n")
    shell.run_cell(code)
    shell.user_ns["_job"].wait()
    assert without_source(described(shell)) == without_source(first)
    assert cloned() == code


def test_what_no_option_line_can_say_is_said_by_an_estimator(shell, cloned, session):
    shell.user_ns.update(session=session, odd="$5, isn't it")
    shell.run_cell_magic("train", "-p text=$odd --wait", "print(1)\n")
    first, code = described(shell), cloned()
    assert code.startswith("from jupyter_train import Estimator")
    shell.run_cell(code.replace("Estimator(\n", "Estimator(\n    sagemaker_session=session,\n"))
    assert described(shell) == first


def test_what_is_the_default_is_not_said(shell, cloned):
    shell.run_cell_magic("train", "--wait", "print(1)\n")
    assert cloned() == "%%train\nprint(1)\n"


def test_a_script_is_cloned_as_an_estimator_of_the_same_source(shell, session, cloned, tmp_path):
    (tmp_path / "fit.py").write_text("import helper\nprint('ran')\n")
    (tmp_path / "helper.py").write_text("")
    (tmp_path / "data").mkdir()
    Estimator(
        entry_point="fit.py",
        dependencies=["helper.py"],
        hyperparameters={"text": 'with "quotes"', "long": "x" * 100},
        tags={"team": "a"},
        sagemaker_session=session,
    ).fit({"training": TrainingInput(str(tmp_path / "data"), content_type="text/csv")}, logs=False)
    first, code = described(shell), cloned()
    assert "entry_point='fit.py'" in code
    assert "content_type='text/csv'" in code
    shell.user_ns["session"] = session
    done = shell.run_cell(
        code.replace("Estimator(\n", "Estimator(\n    sagemaker_session=session,\n")
    )
    assert done.error_in_exec is None
    shell.user_ns["_job"].wait()
    assert shell.user_ns["_job"].logs() == ("ran",)
    assert described(shell) == first


def test_an_interpreter_that_is_not_this_one_is_said(shell, cloned, tmp_path):
    other = tmp_path / "python"
    other.symlink_to(sys.executable)
    shell.run_cell_magic("train", f"--wait -e JUPYTER_TRAIN_PYTHON={other}", "print(1)\n")
    said = train_parser().parse_args(words(cloned().splitlines()[0].removeprefix("%%train"), {}))
    assert said.env == [("JUPYTER_TRAIN_PYTHON", str(other))]


def test_a_packed_source_takes_no_dependencies(session):
    estimator = Estimator(entry_point="a.py", source_dir="s3://b/a.tar.gz", dependencies=["b.py"])
    with pytest.raises(ValueError, match="packed already"):
        estimator.submit()
