"""What jobs left that no job needs."""

from collections.abc import Mapping
from typing import Any

from ...engine.leftovers import Leftover
from ..context import Context

SERVICE = "jupytertrain"
OPERATIONS = ("ListLeftovers", "DeleteLeftovers")

Input = Mapping[str, Any]


async def list_leftovers(context: Context, _input: Input) -> Input:
    """List everything that may go, and which engines could not be asked."""
    found = await context.manager.leftovers.find()
    return {
        "Leftovers": [_print(each) for each in found.leftovers],
        "SilentEngines": [{"Kind": kind, "Reason": why} for kind, why in found.silent.items()],
    }


async def delete_leftovers(context: Context, input: Input) -> Input:
    """Remove what these ids mean now."""
    kept = input.get("Kept", False)
    done = await context.manager.leftovers.remove(input["LeftoverIds"], kept=kept)
    return {
        "Deleted": [_print(each) for each in done.removed],
        "Skipped": [{"LeftoverId": each, "Reason": why} for each, why in done.left.items()],
    }


def _print(one: Leftover) -> dict[str, Any]:
    return {
        "LeftoverId": one.id,
        "Kind": one.kind,
        "Name": one.name.encode("utf-8", "replace").decode(),  # a file's name may be any bytes
        "TrainingJobName": one.job,
        "CreationTime": one.created,
        **({} if one.size < 0 else {"SizeInBytes": one.size}),
        "Kept": one.kept,
        "Reason": one.reason,
    }
