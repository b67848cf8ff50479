"""A job's files: those in its folder while it runs, what was published, what is in an archive."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from ...contract.names import Address, parse_address
from ...contract.record import JobRecord
from ...engine.errors import ClientError
from ...engine.publish import output_of
from ...engine.staging import source_of
from ...store.base import NoSuchBucketError, ObjectInfo
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
    """List the objects a job was given and has made, where they are in the object folder."""
    record = context.manager.jobs.find(input["TrainingJobName"])
    return {"Artifacts": await asyncio.to_thread(lambda: list(_artifacts(context, record)))}


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
    """Return bytes of an object of the job, or of a file in it where it is an archive."""
    address, belongings = _find_artifact(context, input), context.manager.belongings
    offset, length, member = input.get("Offset", 0), input["Length"], input.get("Member")
    try:
        if member is None:
            data = await belongings.read(address, offset, length + 1)
        else:
            data = await belongings.read_member(address, member, offset, length + 1)
    except OSError as error:
        raise ValidationError(f"there is no object {address} to be read") from error
    return _print_piece(data, length)


async def list_artifact_members(context: Context, input: Input) -> Input:
    """List what is in an archive of the job."""
    address = _find_artifact(context, input)
    try:
        found = await context.manager.belongings.members(address)
    except OSError as error:
        raise ValidationError(f"there is no object {address} to be read") from error
    members = [
        {"Name": each.name, "Kind": each.kind, "Size": each.size, "LastModified": each.modified}
        for each in found.members
    ]
    return {"Members": members, "IsWhole": found.is_whole}


def _find_artifact(context: Context, input: Input) -> Address:
    record = context.manager.jobs.find(input["TrainingJobName"])
    asked = Address(scheme="s3", bucket=input["Bucket"], key=input["Key"])
    places = [place for place, _ in _places(record)]
    if not any(
        place.bucket == asked.bucket and asked.key.startswith(place.key) for place in places
    ):
        there = ", ".join(str(each) for each in places) or "nowhere"
        raise ValidationError(f"{asked} is no artifact of {record.name!r}; its own are at: {there}")
    return asked


def _print_piece(data: bytes, length: int) -> Input:
    return {"Data": b64encode(data[:length]).decode(), "IsWhole": len(data) <= length}


def _artifacts(context: Context, record: JobRecord) -> Iterator[dict[str, Any]]:
    seen: set[tuple[str, str]] = set()
    for place, kind in _places(record):
        for each in _objects(context, place):
            if (each.bucket, each.key) not in seen:
                seen.add((each.bucket, each.key))
                yield _print_artifact(each, kind)


def _places(record: JobRecord) -> Iterator[tuple[Address, str]]:
    """Yield where a job's objects are; a kind of its own before the folder that holds it too."""
    spec = record.spec
    if spec.source_uri:
        with suppress(ValueError, ClientError):  # a folder of the image, say
            yield source_of(spec), "source"
    if spec.checkpoints:
        yield parse_address(spec.checkpoints.uri), "checkpoint"
    if spec.output_uri:
        output = output_of(spec)
        yield output.child("model"), "model"
        yield output.child("output"), "output"
        yield output.child(""), "file"


def _objects(context: Context, place: Address) -> Iterator[ObjectInfo]:
    if place.scheme != "s3":
        return
    try:
        yield from context.manager.objects.keys(place.bucket, place.key)
    except NoSuchBucketError:
        return


def _print_artifact(info: ObjectInfo, kind: str) -> dict[str, Any]:
    return {
        "Bucket": info.bucket,
        "Key": info.key,
        "Size": info.size,
        "LastModified": info.modified,
        "Kind": kind,
    }
