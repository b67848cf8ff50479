"""A notebook as a job's program, run by the toolkit in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import jupyter_train_toolkit
from jupyter_train_toolkit.failure import CannotRunError
from jupyter_train_toolkit.notebook.parameters import INJECTED, insert_parameters, literal

TOOLKIT = str(Path(jupyter_train_toolkit.__file__).parents[1])


def tagged(source, tag="parameters"):
    return new_code_cell(source, metadata={"tags": [tag]})


@pytest.fixture
def run(job, configure, tmp_path):
    """Runs a notebook of these cells as a job would; returns its code and what it printed."""

    def run(*cells, python=sys.executable, **given):
        path = Path(job.code, "analysis.ipynb")
        if cells:
            nbformat.write(new_notebook(cells=list(cells)), path)
        configure("hyperparameters.json", {"sagemaker_program": path.name, **given})
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": TOOLKIT, "SM_MODEL_DIR": job.model}
        done = subprocess.run(
            [python, "-m", "jupyter_train_toolkit.entry"],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout

    return run


def executed(job, folder="data"):
    return nbformat.read(Path(job.output, folder, "analysis.ipynb"), as_version=4)


def test_a_notebook_runs_with_the_hyperparameters_in_place_of_its_own(run, job):
    cells = [tagged("lr = 0.1\nname = 'x'\nn = 1"), new_code_cell("print(lr, name, n)\nlr * 2")]
    code, printed = run(*cells, lr="0.5", name="007")
    assert code == 0
    assert "0.5 007 1\n" in printed
    kinds = [cell.metadata.get("tags") for cell in executed(job).cells]
    assert kinds == [["parameters"], [INJECTED], None]
    assert executed(job).cells[2].outputs[1]["data"]["text/plain"] == "1.0"
    assert executed(job) == executed(job, "intermediate")


def test_its_log_says_where_it_is_and_what_its_cells_print(run):
    _, printed = run(new_markdown_cell("# a"), new_code_cell("print('a')"), new_code_cell("'b'"))
    assert printed.splitlines()[1:] == [
        "[notebook] cell 1 of 2",
        "a",
        "[notebook] cell 2 of 2",
        "'b'",
    ]


def test_a_failing_cell_fails_the_job_and_what_ran_before_is_kept(run, job):
    code, printed = run(
        new_code_cell("print('so far')"), new_code_cell("1 / 0"), new_code_cell("print('never')")
    )
    assert code == 1
    failure = Path(job.failure).read_text()
    assert failure == "cell 2 of 3: ZeroDivisionError: division by zero"
    assert "\x1b" not in printed
    cells = executed(job).cells
    assert cells[0].outputs[0].text == "so far\n"
    assert cells[1].outputs[0].ename == "ZeroDivisionError"
    assert cells[2].outputs == []


def test_a_kernel_that_dies_fails_the_job(run, job):
    code, _ = run(new_code_cell("import os\nos._exit(3)"))
    assert (code, Path(job.failure).read_text()) == (1, "cell 1 of 1: its kernel died")


def test_a_cell_may_be_expected_to_fail(run):
    assert run(tagged("1 / 0", "raises-exception"))[0] == 0


def test_the_notebook_can_be_read_while_it_runs(run, job):
    later = (
        "import json, time\ntime.sleep(0.1)\nprint(json.load(open({!r}))['cells'][0]['outputs'])"
    )
    place = str(Path(job.output, "data", "analysis.ipynb"))
    _, printed = run(new_code_cell("print('first')"), new_code_cell(later.format(place)))
    assert "first" in printed.splitlines()[-1]


def test_the_kernel_is_the_jobs_interpreter_in_the_source_folder(run, job):
    _, printed = run(new_code_cell("import os, sys\nprint(sys.executable, os.getcwd())"))
    assert f"{sys.executable} {Path(job.code).resolve()}" in printed


def test_what_is_no_notebook_is_said(run, job):
    Path(job.code, "analysis.ipynb").write_text("{")
    assert run()[0] == 1
    assert "analysis.ipynb is no notebook" in Path(job.failure).read_text()


def test_an_interpreter_without_nbclient_is_told_what_it_lacks(run, job, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    code, _ = run(new_code_cell("1"), python=str(tmp_path / "bare" / "bin" / "python"))
    failure = Path(job.failure).read_text()
    assert code == 1
    assert failure.startswith("a notebook runs with nbclient and ipykernel, and")
    assert failure.endswith("or name them in a requirements.txt beside the notebook")


def inserted(cells, **given):
    notebook = new_notebook(cells=cells)
    insert_parameters(notebook, given)
    return [cell.source for cell in notebook.cells]


def test_without_a_tagged_cell_hyperparameters_come_first():
    assert inserted([new_code_cell("a")], **{"b-c": "1"}) == ["# Parameters\nb_c = 1", "a"]


def test_what_was_injected_before_is_replaced():
    cells = [tagged("a = 1"), tagged("a = 2", INJECTED), new_code_cell("a")]
    assert inserted(cells, a="3") == ["a = 1", "# Parameters\na = 3", "a"]


def test_without_hyperparameters_nothing_is_injected():
    assert inserted([tagged("a = 1")]) == ["a = 1"]


@pytest.mark.parametrize("name", ["a b", "1a", "class", "a;import os"])
def test_a_hyperparameter_that_is_no_name_is_refused(name):
    with pytest.raises(CannotRunError, match="no name of a variable"):
        inserted([], **{name: "1"})


def test_a_value_cannot_become_code():
    (source,) = inserted([], a='"; import os; "\n1 / 0')
    assert source == "# Parameters\na = '\"; import os; \"\\n1 / 0'"


@pytest.mark.parametrize("text", ["1.5", "true", "null", '"a"', '[1, {"a": NaN}]', "-Infinity"])
def test_a_value_is_written_as_python_reads_it(text):
    value = json.loads(text)
    assert repr(eval(literal(value))) == repr(value)  # the literal is ours


def test_a_notebook_in_another_language_takes_no_hyperparameters():
    notebook = new_notebook(metadata={"language_info": {"name": "R"}})
    with pytest.raises(CannotRunError, match="written in r"):
        insert_parameters(notebook, {"a": "1"})
