"""Images: what their names mean here, and which ones are local."""

import asyncio
from collections.abc import Mapping
from typing import Any

from ...hosts.base import HostUnreachableError
from ...runtimes.base import LocalImage
from ...runtimes.image_table import TableError, map_name, read_table, unmap_name
from ..context import Context
from ..errors import ValidationError

SERVICE = "jupytertrain"
OPERATIONS = ("ListImages", "MapImage", "UnmapImage")

Input = Mapping[str, Any]


async def list_images(context: Context, _input: Input) -> Input:
    """List the table and what is local; an engine that is silent hides no table."""
    silent = []
    try:
        images = await context.manager.images()
    except HostUnreachableError as error:
        images = []
        silent = [{"Kind": "docker", "Reason": str(error)}]
    table = await _table(read_table, context.manager.image_table)
    return {
        "Mappings": [{"Name": name, "Local": local} for name, local in table.items()],
        "Images": [_print(each) for each in images],
        "SilentEngines": silent,
    }


async def map_image(context: Context, input: Input) -> Input:
    """Write a line of the table."""
    await _table(map_name, context.manager.image_table, input["Name"], input["Local"])
    return {}


async def unmap_image(context: Context, input: Input) -> Input:
    """Take a line out of the table."""
    await _table(unmap_name, context.manager.image_table, input["Name"])
    return {}


async def _table(function: Any, *arguments: Any) -> Any:
    try:
        return await asyncio.to_thread(function, *arguments)
    except TableError as error:
        raise ValidationError(str(error)) from error


def _print(image: LocalImage) -> dict[str, Any]:
    return {
        "Name": image.name,
        "ImageId": image.id,
        "Digest": image.digest,
        **({} if image.size < 0 else {"SizeInBytes": image.size}),
        "CreationTime": image.created,
    }
