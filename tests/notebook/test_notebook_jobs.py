"""A whole notebook as a job, with a real manager."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from jupyter_train import Estimator, TrainingJobFailed
from jupyter_train.notebook.magics import TrainMagics


@pytest.fixture
def write(tmp_path):
    """Write a notebook whose first cell is its parameters."""

    def written(*sources):
        tagged = new_code_cell("epochs = 1", metadata={"tags": ["parameters"]})
        cells = [tagged, *map(new_code_cell, sources)]
        nbformat.write(new_notebook(cells=cells), tmp_path / "analysis.ipynb")
        return tmp_path / "analysis.ipynb"

    return written


def executed(job, tmp_path):
    """Fetch what it made of the notebook."""
    (place,) = [each for each in job.artifacts() if each["Key"].endswith(".ipynb")]
    job.session.connect().get_object(place["Bucket"], place["Key"], tmp_path / "executed.ipynb")
    return nbformat.read(tmp_path / "executed.ipynb", as_version=4)


def test_a_notebook_trains_with_hyperparameters_and_metrics(session, write, tmp_path):
    estimator = Estimator(
        entry_point=write("for n in range(epochs):\n    print(f'loss={1 / (n + 1)}')"),
        hyperparameters={"epochs": 3},
        metric_definitions={"loss": "loss=([0-9.]+)"},
        sagemaker_session=session,
    )
    estimator.fit(logs=False)
    job = estimator.latest_training_job
    assert len(job.metrics()["loss"]["values"]) == 3
    assert executed(job, tmp_path).cells[1].source == "# Parameters\nepochs = 3"


def test_a_failing_cell_is_the_reason_and_the_notebook_is_there(session, write, tmp_path):
    estimator = Estimator(entry_point=write("1 / 0"), sagemaker_session=session)
    with pytest.raises(TrainingJobFailed, match="cell 2 of 2: ZeroDivisionError"):
        estimator.fit(logs=False)
    made = executed(estimator.latest_training_job, tmp_path)
    assert made.cells[1].outputs[0].ename == "ZeroDivisionError"


def test_the_magic_takes_a_notebook(session, shell, write):
    shell.register_magics(TrainMagics(shell, session))
    write("print('ran', epochs)")
    shell.run_line_magic("train", "analysis.ipynb -p epochs=7 --wait --out job")
    assert "ran 7" in shell.user_ns["job"].logs()
