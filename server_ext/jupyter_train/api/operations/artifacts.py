"""A job's files: those in its folder while it runs, what was published, what is in an archive."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...contract.names import Address
from ...engine.artifacts import Artifact, places_of
from ..context import Context
from ..errors import ValidationError

SERVICE = "jupytertrain"
OPERATIONS = (
    "ListTrainingJobArtifacts",
    "ListTrainingJobFiles",
    "GetTrainingJobFile",
    "GetArtifact",
    "ListArtifactMembers",
)

Input = Mapping[str, Any]


async def list_training_job_artifacts(context: Context, input: Input) -> Input:
    """List what a job was given and has published."""
    record = context.manager.jobs.find(input["TrainingJobName"])
    return {"Artifacts": [*map(_print_artifact, await context.manager.artifacts.of(record))]}


async def list_training_job_files(context: Context, input: Input) -> Input:
    """List what a job has in its folder now."""
    record = context.manager.jobs.find(input["TrainingJobName"])
    found = await context.manager.belongings.live(record)
    return {
        "Files": [
            {"Path": each.path, "Size": each.size, "LastModified": each.modified} for each in found
        ]
    }


async def get_training_job_file(context: Context, input: Input) -> Input:
    """Return bytes of a file in a job's folder."""
    record = context.manager.jobs.find(input["TrainingJobName"])
    path, offset, length = input["Path"], input.get("Offset", 0), input["Length"]
    try:
        # One byte more than asked for tells whether there are more.
        data = await context.manager.belongings.read_live(record, path, offset, length + 1)
    except OSError as error:
        raise ValidationError(f"{record.name!r} has no file {path!r} in its folder now") from error
    return _print_piece(data, length)


async def get_artifact(context: Context, input: Input) -> Input:
    """Return bytes of an artifact of the job, or of a file in it where it is an archive."""
    address, path = await _find_artifact(context, input)
    offset, length, member = input.get("Offset", 0), input["Length"], input.get("Member")
    artifacts = context.manager.artifacts
    try:
        if member is None:
            data = await artifacts.read(path, offset, length + 1)
        else:
            data = await artifacts.read_member(path, member, offset, length + 1)
    except OSError as error:
        raise ValidationError(f"there is no {address} to be read") from error
    return _print_piece(data, length)


async def list_artifact_members(context: Context, input: Input) -> Input:
    """List what is in an archive of the job."""
    address, path = await _find_artifact(context, input)
    try:
        found = await context.manager.artifacts.members(path)
    except OSError as error:
        raise ValidationError(f"there is no {address} to be read") from error
    members = [
        {"Name": each.name, "Kind": each.kind, "Size": each.size, "LastModified": each.modified}
        for each in found.members
    ]
    return {"Members": members, "IsWhole": found.is_whole}


async def _find_artifact(context: Context, input: Input) -> tuple[Address, Path]:
    """Return the address that is asked for, if it is one of the job's, and where that is."""
    record, asked = context.manager.jobs.find(input["TrainingJobName"]), _address(input)
    path = await context.manager.artifacts.path_of(record, asked)
    if path is None:
        there = ", ".join(dict.fromkeys(str(place) for place, _ in places_of(record)))
        raise ValidationError(
            f"{asked} is no artifact of {record.name!r}; its own are at: {there or 'nowhere'}"
        )
    return asked, path


def _address(input: Input) -> Address:
    if set(input) >= {"Bucket", "Key"} and "Path" not in input:
        return Address(scheme="s3", bucket=input["Bucket"], key=input["Key"])
    if "Path" in input and not {"Bucket", "Key"} & set(input):
        return Address(scheme="file", bucket="", key=input["Path"])
    raise ValidationError("an artifact is named by its Bucket and Key, or by its Path alone")


def _print_piece(data: bytes, length: int) -> Input:
    return {"Data": b64encode(data[:length]).decode(), "IsWhole": len(data) <= length}


def _print_artifact(artifact: Artifact) -> Input:
    address = artifact.address
    is_file = address.scheme == "file"
    return {
        **({"Path": address.key} if is_file else {"Bucket": address.bucket, "Key": address.key}),
        "Size": artifact.size,
        "LastModified": artifact.modified,
        "Kind": artifact.kind,
    }
