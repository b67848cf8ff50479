"""`images`: what names of images mean here, and which images there are."""

import time
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from ..client.find import connect
from .text import age, clean, note, out, out_json, size, table


def images(arguments: Namespace) -> int:
    """List the table of names and the local images."""
    with connect(arguments.home) as connection:
        found = connection.call("ListImages", service="jupytertrain")
    if arguments.json:
        out_json(found)
        return 0
    rows = [(clean(each["Name"]), clean(each["Local"])) for each in found["Mappings"]]
    if rows:
        out(table([("NAME", "MEANS"), *rows]))
        out("")
    now = time.time()
    local = [_row(each, now) for each in found["Images"]]
    for engine in found["SilentEngines"]:
        note(f"{engine['Kind']} was not looked at: {clean(engine['Reason'])}")
    if local:
        out(table([("IMAGE", "ID", "DIGEST", "AGE", "SIZE"), *local]))
    elif not found["SilentEngines"]:
        out("no images")
    return 0


def map_name(arguments: Namespace) -> int:
    """Let a name mean a local image."""
    return _change(arguments, "MapImage", {"Name": arguments.name, "Local": arguments.local})


def unmap_name(arguments: Namespace) -> int:
    """Forget what a name means."""
    return _change(arguments, "UnmapImage", {"Name": arguments.name})


def _change(arguments: Namespace, operation: str, request: Mapping[str, str]) -> int:
    with connect(arguments.home) as connection:
        connection.call(operation, request, service="jupytertrain")
    if arguments.json:
        out_json(request)
    return 0


def _row(image: Mapping[str, Any], now: float) -> tuple[str, ...]:
    return (
        clean(image["Name"]),
        _short(image["ImageId"]),
        _short(image["Digest"].rpartition("@")[2]) or "-",
        age(now - image["CreationTime"]) if image["CreationTime"] else "-",
        size(image["SizeInBytes"]) if "SizeInBytes" in image else "-",
    )


def _short(digest: str) -> str:
    return clean(digest.removeprefix("sha256:"))[:12]
