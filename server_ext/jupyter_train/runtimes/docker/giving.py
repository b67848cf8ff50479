"""Give files that an image's own user has made back to the manager's."""

import logging
import os
from typing import Any

from .engine import Engine
from .options import HELPER_LABEL

log = logging.getLogger(__name__)

_CAPABILITIES = ["CHOWN", "DAC_OVERRIDE", "FOWNER"]
SECONDS = 300


def give_back(engine: Engine, found: dict[str, Any], owner: tuple[int, int] | None = None) -> None:
    """Let a second container of the same image do it: only root in a container may."""
    uid, gid = owner or (os.getuid(), os.getgid())
    user = found["Config"].get("User", "").partition(":")[0]
    folders = [
        each
        for each in found.get("Mounts") or ()
        if each["Type"] == "bind" and each["RW"] and os.path.isdir(each["Source"])  # noqa: PTH112  as the engine writes it
    ]
    if uid == 0 or user == str(uid) or not folders:
        return
    body = _body(found, folders, f"{uid}:{gid}")
    made = engine.call("create_container_from_config", body)["Id"]
    try:
        engine.call("start", made)
        code = engine.call("wait", made, timeout=SECONDS)["StatusCode"]
        if code:
            log.warning("files of %s could not be given back: code %s", found["Name"], code)
    finally:
        engine.remove(made)


def _body(found: dict[str, Any], folders: list[dict[str, Any]], owner: str) -> dict[str, Any]:
    targets = [f"/mnt/{number}" for number, _ in enumerate(folders)]
    binds = [
        {"Type": "bind", "Source": each["Source"], "Target": target}
        for each, target in zip(folders, targets, strict=True)
    ]
    return {
        "Image": found["Image"],
        "User": "0:0",
        # Links are changed, never followed: what made them is not to be trusted.
        "Entrypoint": ["chown", "-R", "-h", owner],
        "Cmd": targets,
        "Labels": {HELPER_LABEL: "1"},
        "NetworkDisabled": True,
        "HostConfig": {
            "NetworkMode": "none",
            "CapDrop": ["ALL"],
            "CapAdd": _CAPABILITIES,
            "SecurityOpt": ["no-new-privileges"],
            "LogConfig": {"Type": "none"},
            "Mounts": binds,
        },
    }
