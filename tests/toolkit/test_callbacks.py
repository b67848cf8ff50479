"""The callbacks with the real frameworks, and with what their documentation promises to others.

The frameworks run in processes of their own: what they import and warn of is not ours.
"""

import copy
import os
import pickle
import subprocess
import sys
import textwrap
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from jupyter_train.contract import samples
from jupyter_train.engine.event_records import decode
from jupyter_train_toolkit import metrics

TOOLKIT = str(Path(metrics.__file__).parents[1])
MODULES = ("hf", "keras", "lightgbm", "lightning", "sklearn", "xgboost")
FRAMEWORKS = ("transformers", "keras", "lightgbm", "lightning", "sklearn", "xgboost", "numpy")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where this process, or another, keeps its metrics."""
    monkeypatch.setenv("JUPYTER_TRAIN_METRICS", str(tmp_path / "metrics"))
    for name in ("RANK", "LOCAL_RANK", "NODE_RANK", "GROUP_RANK"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path / "metrics"
    metrics.close()


def kept(folder):
    """Return {name: [(step, value)]} of all files."""
    found = defaultdict(list)
    for file in folder.iterdir() if folder.exists() else ():
        for name, each in samples.decode(file.read_bytes(), {})[0].items():
            found[name] += zip(each.steps.tolist(), each.values.tolist(), strict=True)
    return dict(found)


def board(folder):
    """Return what the event files below a folder hold, as `kept` does."""
    found = {}
    for file in folder.rglob("*tfevents*"):
        for name, each in decode(file.read_bytes()).found.items():
            found[name] = list(zip(each.steps.tolist(), each.values.tolist(), strict=True))
    return found


def run(script, folder):
    """Run a training script that uses a framework."""
    environment = {
        **os.environ, "PYTHONPATH": TOOLKIT, "KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": "",
        "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)],
        env=environment, cwd=folder.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return kept(folder)


def test_none_imports_a_framework():
    names = [f"jupyter_train_toolkit.callbacks.{each}" for each in MODULES]
    script = f"import sys, {', '.join(names)}; print({{*{FRAMEWORKS!r}}} & {{*sys.modules}})"
    environment = {"PYTHONPATH": TOOLKIT}
    argv = [sys.executable, "-c", script]
    done = subprocess.run(argv, env=environment, capture_output=True, check=False)
    assert done.stdout.strip() == b"set()", done.stderr


def test_xgboost_logs_each_round(folder):
    found = run(
        """
        import numpy, xgboost
        from jupyter_train_toolkit.callbacks.xgboost import MetricsCallback
        x = numpy.arange(40.0).reshape(20, 2)
        data = xgboost.DMatrix(x, label=x[:, 0])
        told = {}
        xgboost.train({"nthread": 1}, data, 4, evals=[(data, "train")], evals_result=told,
                      verbose_eval=False, callbacks=[MetricsCallback()])
        xgboost.XGBRegressor(n_estimators=2, n_jobs=1, callbacks=[MetricsCallback()]).fit(
            x, x[:, 0], eval_set=[(x, x[:, 0])], verbose=False)
        assert len(told["train"]["rmse"]) == 4
        """,
        folder,
    )
    assert [step for step, _ in found["train:rmse"]] == [0, 1, 2, 3]
    assert [step for step, _ in found["validation_0:rmse"]] == [0, 1]


def test_lightgbm_logs_each_round_and_the_last_before_it_stops_early(folder):
    found = run(
        """
        import numpy, lightgbm
        from jupyter_train_toolkit.callbacks.lightgbm import MetricsCallback
        x = numpy.random.default_rng(0).random((60, 2))
        data = lightgbm.Dataset(x, label=x[:, 0])
        other = lightgbm.Dataset(x, label=-x[:, 0], reference=data)
        lightgbm.train({"verbose": -1, "num_threads": 1, "min_data_in_leaf": 5}, data, 9,
                       valid_sets=[other], callbacks=[
                           MetricsCallback(), lightgbm.early_stopping(2, verbose=False)])
        """,
        folder,
    )
    assert [step for step, _ in found["valid_0:l2"]] == [0, 1, 2]


def test_keras_logs_each_epoch(folder):
    found = run(
        """
        import keras, numpy
        from jupyter_train_toolkit.callbacks.keras import MetricsCallback
        model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
        model.compile(loss="mse", optimizer="sgd")
        x = numpy.ones((8, 2))
        history = model.fit(x, x[:, :1], epochs=3, batch_size=4, verbose=0,
                            validation_data=(x, x[:, :1]), callbacks=[MetricsCallback()])
        model.fit(x, x[:, :1], batch_size=2, verbose=0, callbacks=[MetricsCallback(every=2)])
        """,
        folder,
    )
    assert [step for step, _ in found["val_loss"]] == [0, 1, 2]
    assert [step for step, _ in found["loss"]] == [0, 1, 2, 1, 3]
    assert len(found["epoch_loss"]) == 1


LIGHTNING = """
import torch, lightning
from lightning.pytorch.loggers import TensorBoardLogger
from jupyter_train_toolkit.callbacks.lightning import MetricsLogger

class Model(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
    def training_step(self, batch, number):
        loss = self.layer(batch).pow(2).mean()
        self.log("train_loss", loss)
        return loss
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.01)

lightning.Trainer(logger=[MetricsLogger(), TensorBoardLogger(".")], max_epochs=2,
    accelerator="cpu", log_every_n_steps=2, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False,
).fit(Model(), torch.utils.data.DataLoader(torch.ones(8, 2), batch_size=2))
"""


def test_lightning_logs_what_its_own_event_files_hold(folder):
    found = run(LIGHTNING, folder)
    assert [step for step, _ in found["train_loss"]] == [1, 3, 5, 7]
    written = board(folder.parent / "lightning_logs" / "version_0")
    assert {name: written[name] for name in found} == found


HF = """
import torch, transformers
from jupyter_train_toolkit.callbacks.hf import MetricsCallback

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
    def forward(self, x, labels=None):
        out = self.layer(x)
        return {"loss": (out - labels).pow(2).mean(), "logits": out}

data = [{"x": torch.ones(2), "labels": torch.ones(1)} for _ in range(8)]
settings = transformers.TrainingArguments("out", num_train_epochs=2, logging_steps=1, eval_steps=2,
    eval_strategy="steps", per_device_train_batch_size=4, report_to=["tensorboard"], use_cpu=True,
    disable_tqdm=True, save_strategy="no")
transformers.Trainer(Model(), settings, train_dataset=data, eval_dataset=data,
    callbacks=[MetricsCallback()]).train()
"""


def test_the_hf_trainer_logs_what_its_own_event_files_hold(folder):
    found = run(HF, folder)
    assert [step for step, _ in found["train/loss"]] == [1, 2, 3, 4]
    assert [step for step, _ in found["eval/loss"]] == [2, 4]
    written = board(folder.parent / "out")
    for name in ("train/loss", "eval/loss"):
        assert dict(written[name]) == pytest.approx(dict(found[name]))


def test_a_loop_of_partial_fits_logs_itself(folder):
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415  a second, for this one

    from jupyter_train_toolkit.callbacks.sklearn import partial_fit  # noqa: PLC0415  not a package's own

    x, y = [[0.0], [1.0]] * 5, [0, 1] * 5
    model = MLPClassifier(hidden_layer_sizes=(2,), random_state=0)
    batches = [(x, y)] * 3
    seen = list(partial_fit(model, batches, validation=(x, y), every=2, classes=[0, 1]))
    found = kept(folder)
    assert [step for step, _ in found["loss"]] == [0, 1, 2]
    assert [step for step, _ in found["validation_score"]] == [0, 2]
    assert [each["loss"] for each in seen] == [value for _, value in found["loss"]]


def callback(module, name="MetricsCallback", **options):
    return getattr(import_module(f"jupyter_train_toolkit.callbacks.{module}"), name)(**options)


class Tensor:
    """As torch's, of two elements."""

    def __float__(self):
        raise RuntimeError("a Tensor with 2 elements cannot be converted to Scalar")


def test_what_is_no_number_is_left_out(folder):
    callback("keras").on_epoch_end(3, {"loss": 0.5, "name": "x", "vector": Tensor(), "none": None})
    assert kept(folder) == {"loss": [(3, 0.5)]}


@pytest.mark.parametrize(
    ("variables", "speaks"),
    [({}, True), ({"RANK": "0", "LOCAL_RANK": "0"}, True),
     ({"RANK": "1", "LOCAL_RANK": "0"}, False),
     ({"LOCAL_RANK": "1"}, False), ({"LOCAL_RANK": "0", "NODE_RANK": "1"}, False)],
)  # fmt: skip
def test_one_process_speaks_for_all(folder, monkeypatch, variables, speaks):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    callback("lightning", "MetricsLogger").log_metrics({"loss": 1}, 0)
    assert kept(folder) == ({"loss": [(0, 1.0)]} if speaks else {})


def test_cross_validation_is_logged_by_its_mean(folder):
    callback("xgboost").after_iteration(None, 0, {"test": {"rmse": [(0.5, 0.1)]}})
    env = SimpleNamespace(iteration=0, evaluation_result_list=[("valid", "l2", 0.25, False, 0.1)])
    callback("lightgbm")(env)
    assert kept(folder) == {"test:rmse": [(0, 0.5)], "valid:l2": [(0, 0.25)]}


@pytest.mark.parametrize("module", ["hf", "keras"])
def test_events_of_any_version_are_taken(module):
    assert callback(module).on_something_new(1, more=2) is None
    with pytest.raises(AttributeError):
        callback(module).something  # noqa: B018 - the look is the test


def test_another_process_than_the_first_does_not_speak_for_the_trainer(folder):
    state = SimpleNamespace(is_world_process_zero=False, global_step=1)
    callback("hf").on_log(None, state, None, logs={"loss": 1})
    assert kept(folder) == {}


def test_a_callback_that_has_a_parent_is_copied_and_pickled(monkeypatch):
    class TrainingCallback:
        pass

    parent = SimpleNamespace(TrainingCallback=TrainingCallback)
    monkeypatch.setitem(sys.modules, "xgboost.callback", parent)
    one = callback("xgboost")
    for other in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert isinstance(other, TrainingCallback)
