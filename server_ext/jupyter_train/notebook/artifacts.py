"""Bring what a job made into a folder."""

import shutil
import tarfile
import tempfile
from pathlib import Path

from ..client.connection import Connection
from ..contract.names import Address, parse_address


def fetch_artifact(connection: Connection, job: str, uri: str, folder: Path) -> Path:
    """Bring an artifact of a job (`s3://` or `file://`, archive or folder) into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    place = parse_address(uri)
    if not uri.endswith(".tar.gz"):
        _copy(connection, job, place, folder)
        return folder
    with tempfile.TemporaryDirectory(prefix="jupyter-train-") as temporary:
        archive = Path(place.path)
        if place.scheme == "s3":
            archive = Path(temporary) / "artifact.tar.gz"
            connection.get_object(place.bucket, place.key, archive)
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    return folder


def _copy(connection: Connection, job: str, place: Address, folder: Path) -> None:
    if place.scheme == "file":
        shutil.copytree(Path(place.path), folder, dirs_exist_ok=True)
        return
    prefix = place.key.rstrip("/") + "/"
    answer = connection.call(
        "ListTrainingJobArtifacts", {"TrainingJobName": job}, service="jupytertrain"
    )
    for each in answer["Artifacts"]:
        if each.get("Bucket") == place.bucket and each["Key"].startswith(prefix):
            target = folder / each["Key"].removeprefix(prefix)
            if not target.resolve().is_relative_to(folder.resolve()):
                raise ValueError(f"{each['Key']!r} leads out of {folder}")
            target.parent.mkdir(parents=True, exist_ok=True)
            connection.get_object(place.bucket, each["Key"], target)
