"""Frameworks that write event files by themselves: their jobs show curves without a changed line.

Of Keras only its own files are tested, in test_tensorboard.py: its TensorBoard callback writes with
TensorFlow, whatever its backend is, and TensorFlow is not among what the tests install.
"""

import asyncio

import pytest

# Seconds: these frameworks take ten to be imported on a machine with nothing else to do.
PATIENCE = 100

TRAINER = """
import torch
from transformers import Trainer, TrainingArguments

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def forward(self, inputs, labels):
        found = self.layer(inputs).squeeze(1)
        return {"loss": torch.nn.functional.mse_loss(found, labels), "logits": found}

rows = [{"inputs": torch.randn(2), "labels": torch.randn(())} for _ in range(32)]
arguments = TrainingArguments(
    "out", max_steps=8, logging_steps=2, report_to="tensorboard", save_strategy="no", use_cpu=True,
    disable_tqdm=True,
)
Trainer(model=Model(), args=arguments, train_dataset=rows).train()
"""

LIGHTNING = """
import lightning
import torch
from lightning.pytorch.loggers import TensorBoardLogger

class Model(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def training_step(self, batch, _):
        loss = self.layer(batch).pow(2).mean()
        self.log("train_loss", loss)
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)

data = torch.utils.data.DataLoader(torch.randn(16, 2), batch_size=4)
trainer = lightning.Trainer(
    logger=TensorBoardLogger("logs"), max_epochs=2, log_every_n_steps=1, accelerator="cpu",
    enable_progress_bar=False, enable_checkpointing=False, enable_model_summary=False,
)
trainer.fit(Model(), data)
"""


@pytest.fixture
def train(workshop, wait):
    """Run a script to its end, however long that takes; returns its series by name."""

    def trained(script):
        async def scene():
            async with workshop.manager() as manager:
                await manager.submit(workshop.document(script), {}, "me")
                record = await wait.ended(manager, "job-1", PATIENCE)
                assert record.status == "Completed", wait.log_of(manager, record)
                return {each.name: each for each in manager.curves.series(record.id)}

        return asyncio.run(scene())

    return trained


@pytest.mark.slow
def test_the_trainer_of_hugging_face_shows_its_losses(train):
    series = train(TRAINER)
    assert (series["train/loss"].count, series["train/loss"].last_step) == (4, 8)
    assert series["train/learning_rate"].count == 4


@pytest.mark.slow
def test_lightnings_logger_shows_what_is_logged(train):
    series = train(LIGHTNING)
    assert (series["train_loss"].count, series["train_loss"].last_step) == (8, 7)
    assert series["epoch"].count == 8


def test_a_process_shows_what_it_uses_beside_what_it_logs(train):
    script = """
        import time
        from jupyter_train_toolkit import log
        end = time.monotonic() + 4
        step = 0
        while time.monotonic() < end:
            log({"loss": 1.0}, step)
            step += 1
            sum(range(10**5))
    """
    series = train(script)
    assert {"loss", "system/CPUUtilization", "system/MemoryUtilization"} <= set(series)
    assert series["system/CPUUtilization"].count >= 2
