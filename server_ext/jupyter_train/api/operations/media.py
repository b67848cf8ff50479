"""Images, tables, histograms and texts of a job: from its folder, at last its output."""

from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ...contract.record import JobRecord
from ...engine.media import FOLDER, INDEX, INDEX_CHUNK, Medium, read_index
from ...engine.publish import output_of
from ..context import Context
from ..errors import ValidationError

SERVICE = "jupytertrain"
OPERATIONS = ("ListMedia", "GetMedia")

_INTERMEDIATE = "intermediate"

Input = Mapping[str, Any]


async def list_media(context: Context, input: Input) -> Input:
    """List what a job has shown, from a place in its index on."""
    record = context.manager.jobs.find(input["TrainingJobName"])
    offset, data = input.get("Offset", 0), b""
    with suppress(OSError):  # it has shown nothing
        data = await _read(context, record, INDEX, offset, INDEX_CHUNK)
    found, used = read_index(data)
    return {
        "Media": [_print(each) for each in found],
        "Next": offset + used,
        "Attempt": record.attempt,
    }


async def get_media(context: Context, input: Input) -> Input:
    """Return bytes of one of them."""
    record = context.manager.jobs.find(input["TrainingJobName"])
    file, offset, length = input["File"], input.get("Offset", 0), input["Length"]
    try:
        # One byte more than asked for tells whether there are more.
        data = await _read(context, record, file, offset, length + 1)
    except OSError as error:
        raise ValidationError(f"{record.name!r} has not shown {file!r}") from error
    return {"Data": b64encode(data[:length]).decode(), "IsWhole": len(data) <= length}


async def _read(context: Context, record: JobRecord, name: str, offset: int, size: int) -> bytes:
    manager = context.manager
    with suppress(FileNotFoundError):
        path = f"{_INTERMEDIATE}/{FOLDER}/{name}"
        return await manager.belongings.read_live(record, path, offset, size)
    address = output_of(record.spec).child(_INTERMEDIATE, FOLDER, name)
    place = await manager.artifacts.path_of(record, address)
    if place is None:
        raise FileNotFoundError(str(address))
    return await manager.artifacts.read(place, offset, size)


def _print(medium: Medium) -> dict[str, Any]:
    return {
        "Kind": medium.kind,
        "Name": medium.name,
        **({} if medium.step is None else {"Step": medium.step}),
        "Time": medium.time,
        "File": medium.file,
        "Size": medium.size,
    }
