"""Event files that containers write, with a real engine: what is mounted is seen."""

import asyncio
import json

import pytest

from jupyter_train.testing.event_files import scalars

FOLDERS = {
    "working": "runs/a",
    "output": "/opt/ml/output/data/logs",
    "model": "/opt/ml/model/runs",
    "checkpoint": "/opt/ml/checkpoints/runs",
    "board": "/opt/ml/output/tensorboard",
    "own": "/tmp/runs",
}
SCRIPT = """
import json, pathlib
for name, (folder, data) in json.loads({data!r}).items():
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    file = pathlib.Path(folder, "events.out.tfevents.1." + name)
    file.write_bytes(bytes.fromhex(data))
"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kept", [True, False])
def test_what_a_container_writes_to_what_is_mounted_is_seen(workshop, docker_engine, wait, kept):
    data = json.dumps({name: (folder, scalars(name, 1, 2, 3).hex())
                       for name, folder in FOLDERS.items()})  # fmt: skip
    places = {
        "TensorBoardOutputConfig": {"S3OutputPath": "s3://jupyter-train/boards"},
        "CheckpointConfig": {"S3Uri": "s3://jupyter-train/saved"},
    }

    async def scene():
        async with workshop.manager() as manager:
            algorithm = {"TrainingImage": docker_engine.image}
            document = workshop.document(
                SCRIPT.format(data=data), AlgorithmSpecification=algorithm,
                **(places if kept else {}),
            )  # fmt: skip
            await manager.submit(document, {}, "me")
            record = await wait.ended(manager, "job-1")
            assert record.status == "Completed", record.failure_reason
            return {each.name: each.count for each in manager.curves.series(record.id)}

    found = asyncio.run(scene())
    assert {name: found.get(name) for name in FOLDERS} == {**dict.fromkeys(FOLDERS, 3), "own": None}
