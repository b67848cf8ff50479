"""Makes managers of one state folder, one after the other, and the requests that they take."""

import asyncio
import io
import tarfile
import textwrap
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..contract.names import DEFAULT_ROLE
from ..contract.record import JobRecord
from ..engine.manager import Manager
from ..engine.settings import Settings
from ..manager.build import open_manager
from ..runtimes.base import Runtime

PATIENCE = 30.0


class Workshop:
    """`given` are members of every request: an image, where jobs are to run in one."""

    def __init__(self, home: Path, **settings: Any) -> None:
        self.home = home
        self.given: Mapping[str, Any] = {}
        self.runtimes: Mapping[str, Runtime] = {}
        self.settings = Settings(
            home=home, cpus=4, stop_grace=1.0, observe_every=0.01, repeat_after=0.01, **settings
        )

    def measure(self, every: float) -> None:
        """Sample what attempts use so often."""
        self.settings = replace(self.settings, measure_every=every)

    @asynccontextmanager
    async def manager(self) -> AsyncIterator[Manager]:
        """Open the engine; on leaving, let go of the jobs and leave them running."""
        manager = open_manager("manager-1", self.settings, self.runtimes)
        await manager.start()
        try:
            yield manager
        finally:
            await manager.close()

    def document(self, script: str, name: str = "job-1", **members: Any) -> dict[str, Any]:
        """Return a script-mode request whose source is already in the object folder."""
        key = self.source(name, {"train.py": textwrap.dedent(script)})
        document = training_job(name, f"s3://jupyter-train/{key}")
        return merged(merged(document, self.given), members)

    def source(self, name: str, files: Mapping[str, str]) -> str:
        """Put a source archive into the object folder; returns its key."""
        key = f"{name}/source/sourcedir.tar.gz"
        path = self.object(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed(files))
        return key

    def object(self, key: str) -> Path:
        """Return where an object of the default bucket is."""
        return self.home / "objects" / "jupyter-train" / key


def training_job(name: str, source: str) -> dict[str, Any]:
    """Return a request to run `train.py` of a source archive."""
    return {
        "TrainingJobName": name,
        "RoleArn": DEFAULT_ROLE,
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "HyperParameters": {
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": source,
        },
        "OutputDataConfig": {"S3OutputPath": "s3://jupyter-train"},
        "ResourceConfig": {"InstanceType": "local", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }


def merged(document: Mapping[str, Any], members: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request with these members; structures are merged, one level deep."""
    result = dict(document)
    for member, value in members.items():
        known = result.get(member)
        merges = isinstance(known, Mapping) and isinstance(value, Mapping)
        result[member] = {**known, **value} if merges else value  # type: ignore[dict-item]  # both are mappings then
    return result


def packed(files: Mapping[str, str]) -> bytes:
    """Return a source archive of these texts."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content := text.encode())
            archive.addfile(member, io.BytesIO(content))
    return data.getvalue()


async def until(
    manager: Manager,
    name: str,
    *,
    condition: Callable[[JobRecord], bool],
    seconds: float = PATIENCE,
) -> JobRecord:
    """Wait on the feed until a job's record meets a condition; returns the record."""
    job_id = manager.jobs.find(name).id
    topics = ("job", job_id), ("log", job_id), ("series", job_id)
    async with asyncio.timeout(seconds):
        with manager.feed.watch(*topics) as watch:
            while not condition(record := manager.jobs.find(name)):
                await watch.changed()
    return record


async def ended(manager: Manager, name: str, seconds: float = PATIENCE) -> JobRecord:
    """Wait until a job has ended and was tidied up; returns its record."""
    record = await until(manager, name, condition=lambda job: job.is_terminal, seconds=seconds)
    while (folder := manager.attempt_folder(record)) and not (folder / "keep").exists():  # noqa: ASYNC110 - nothing announces that a folder is gone
        await asyncio.sleep(0.01)
    return record


def log_of(manager: Manager, record: JobRecord) -> list[str]:
    """Return all lines of a job."""
    lines = []
    for name in manager.logs.streams(record.id):
        stream = manager.logs.open(record.id, name)
        lines += [line.text for line in stream.read(0, 1_000_000, 1 << 30)]
    return lines
