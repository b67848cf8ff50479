"""`prune`: what jobs left and no job needs, shown, asked about, removed."""

import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from ..client.connection import Connection
from ..client.find import connect
from .text import age, clean, note, out, out_json, size, table

_HEADER = ("KIND", "NAME", "JOB", "AGE", "SIZE", "")
_AT_ONCE = 1000


def prune(arguments: Namespace) -> int:
    """Show the leftovers and remove them, after a question or with --yes."""
    with connect(arguments.home) as connection:
        found = connection.call("ListLeftovers", service="jupytertrain", timeout=600)
        for engine in found["SilentEngines"]:
            note(f"{engine['Kind']} was not looked at: {clean(engine['Reason'])}")
        there = found["Leftovers"]
        chosen = [each for each in there if arguments.kept or not each["Kept"]]
        if not arguments.json:
            _show(there, kept=arguments.kept)
        if not chosen or not (arguments.yes or _is_wanted(chosen, quiet=arguments.json)):
            if arguments.json:
                out_json({"Leftovers": there, "Deleted": [], "Skipped": []})
            return 0
        done = _remove(connection, chosen, kept=arguments.kept)
    if arguments.json:
        out_json({"Leftovers": there, **done})
    else:
        _report(done, {each["LeftoverId"]: each["Name"] for each in there})
    return 1 if done["Skipped"] else 0


def _show(there: Sequence[Mapping[str, Any]], *, kept: bool) -> None:
    now = time.time()
    if not there:
        out("nothing is left over")
        return
    out(table([_HEADER, *(_row(each, now) for each in there)]))
    if not kept and any(each["Kept"] for each in there):
        note("what is kept holds what is nowhere else; it is removed with --kept only")


def _row(one: Mapping[str, Any], now: float) -> tuple[str, ...]:
    return (
        clean(one["Kind"]),
        clean(one["Name"]),
        clean(one["TrainingJobName"]) or "-",
        age(now - one["CreationTime"]),
        size(one["SizeInBytes"]) if "SizeInBytes" in one else "-",
        f"kept: {clean(one['Reason'])[:80]}" if one["Kept"] else "",
    )


def _is_wanted(chosen: Sequence[Mapping[str, Any]], *, quiet: bool) -> bool:
    if quiet:
        return False
    try:
        answer = input(f"Remove {_amount(chosen)}? [y/N] ")
    except EOFError:
        note("\nnobody answered; --yes removes without a question")
        return False
    return answer.strip().lower() in ("y", "yes")


def _remove(
    connection: Connection, chosen: Sequence[Mapping[str, Any]], *, kept: bool
) -> dict[str, list[Any]]:
    ids = [each["LeftoverId"] for each in chosen]
    done: dict[str, list[Any]] = {"Deleted": [], "Skipped": []}
    for at in range(0, len(ids), _AT_ONCE):
        request = {"LeftoverIds": ids[at : at + _AT_ONCE], "Kept": kept}
        part = connection.call("DeleteLeftovers", request, service="jupytertrain", timeout=3600)
        done["Deleted"] += part["Deleted"]
        done["Skipped"] += part["Skipped"]
    return done


def _report(done: Mapping[str, Sequence[Mapping[str, Any]]], names: Mapping[str, str]) -> None:
    for each in done["Skipped"]:
        name = names.get(each["LeftoverId"], each["LeftoverId"])
        note(f"{clean(name)} stays: {clean(each['Reason'])}")
    out(f"removed {_amount(done['Deleted'])}")


def _amount(some: Sequence[Mapping[str, Any]]) -> str:
    things = f"{len(some)} thing{'' if len(some) == 1 else 's'}"
    return f"{things}, {size(sum(each.get('SizeInBytes', 0) for each in some))}"
