"""What the engine is asked for: the only place where its HostConfig is made.

Every member is written here by us; nothing a user sends is handed on under a name of its own.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..base import MARKER_VARIABLE, AttemptSpec, Container, Mount
from .images import ML, Image
from .options import Options
from .watch import MANAGER_LABEL

ATTEMPT_LABEL = "jupyter-train.attempt"
ATTEMPTS_LABEL = "jupyter-train.attempts"
IMAGE_LABEL = "jupyter-train.image"
ARCHITECTURE_LABEL = "jupyter-train.architecture"
HOSTNAME = "algo-1"

HOME = "/opt/jupyter-train"
TOOLKIT = f"{HOME}/toolkit"
START = f"{TOOLKIT}/jupyter_train_toolkit/start.sh"
SCRIPT_VARIABLE = "JUPYTER_TRAIN_SCRIPT"

# Where clouds serve credentials of the machine; as addresses of the container itself they lead
# nowhere else, and that needs no right on this machine.
METADATA_ADDRESSES = ("169.254.169.254", "169.254.170.2")

OPEN_FILES = 1_048_576
LOCKED_MEMORY = -1  # as much as one likes: what GPUs read by themselves must not be swapped
CPU_SHARES = 1024
SMALLEST_MEMORY = 6 * 1024 * 1024  # the engine refuses less
CLEARED = "void"  # what nvidia's hook takes for: no GPU, whatever the image says


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What the engine can do that not all can."""

    lifts_limits: bool = True
    disk_limit: bool = False
    architecture: str = ""
    remaps_users: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """All that a container is made from."""

    spec: AttemptSpec
    image: Image
    options: Options
    abilities: Abilities = field(default_factory=Abilities)
    toolkit: Path

    @property
    def container(self) -> Container:
        """What the attempt needs as a container."""
        assert self.spec.container is not None
        return self.spec.container


def container_name(spec: AttemptSpec) -> str:
    """Return the name that makes a second start of an attempt impossible."""
    return f"jt-{spec.manager_id}-{spec.key}"


def container_body(asked: Asked) -> dict[str, Any]:
    """Return the body of the engine's ContainerCreate."""
    spec, container = asked.spec, asked.container
    body: dict[str, Any] = {
        "Image": asked.image.id,
        "Hostname": HOSTNAME,
        "Env": [f"{name}={value}" for name, value in _environment(asked).items()],
        "Labels": _labels(asked),
        "Healthcheck": {"Test": ["NONE"]},
        "StopSignal": "SIGTERM",
        "HostConfig": host_config(asked),
        **_command(asked),
    }
    if container.user is not None:
        body["User"] = container.user
    if spec.working_directory is not None:
        body["WorkingDir"] = str(spec.working_directory)
    if not container.isolated:
        addresses = {"LinkLocalIPs": list(METADATA_ADDRESSES)}
        networks = {asked.options.network: {"IPAMConfig": addresses}}
        body["NetworkingConfig"] = {"EndpointsConfig": networks}
    return body


def host_config(asked: Asked) -> dict[str, Any]:
    """Return what the container may do to the machine."""
    container, resources = asked.container, asked.spec.resources
    config: dict[str, Any] = {
        "Init": True,
        "Privileged": False,
        "RestartPolicy": {"Name": "no"},
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges"],
        "PidsLimit": asked.options.pids,
        "IpcMode": "private",
        "NetworkMode": "none" if container.isolated else asked.options.network,
        "LogConfig": _logging(asked.image),
        "Ulimits": _ulimits(asked.abilities),
        "CpuShares": cpu_shares(resources.cpus),
        "Mounts": [_mount(each) for each in mounts(asked)],
    }
    if asked.abilities.remaps_users:  # then nobody in a container could write to its folders
        config["UsernsMode"] = "host"
    if container.isolated:  # elsewhere the engine writes the name itself
        config["ExtraHosts"] = [f"{HOSTNAME}:127.0.0.1"]
    if resources.memory > 0:
        memory = max(resources.memory, SMALLEST_MEMORY)
        config |= {"Memory": memory, "MemorySwap": memory}
    if resources.gpus:
        request = {"DeviceIDs": list(resources.gpus), "Capabilities": [["gpu"]]}
        config["DeviceRequests"] = [{"Driver": "", **request}]
    if shared := container.shared_memory or asked.options.shared_memory:
        config["ShmSize"] = shared
    if container.volume and asked.abilities.disk_limit:
        config["StorageOpt"] = {"size": str(container.volume)}
    if asked.image.read_only_root:
        config |= {"ReadonlyRootfs": True, "Tmpfs": {"/tmp": "rw,exec,nosuid,nodev,mode=1777"}}  # noqa: S108  the container's
    return config


def mounts(asked: Asked) -> Iterator[Mount]:
    """Return the attempt's own mounts and those it was given."""
    folder = asked.spec.folder
    for name, writable in (("log", True), ("marks", True), ("metrics", True), ("link", False)):
        yield Mount(source=folder / name, target=f"{HOME}/{name}", writable=writable)
    if not asked.image.has_ml:  # or its own user could not write beside what is mounted
        yield Mount(source=folder / "ml", target=ML, writable=True)
    for name in ("input", "model", "output", "errors"):
        yield Mount(source=folder / "ml" / name, target=f"{ML}/{name}", writable=True)
    given = asked.container.mounts
    if asked.image.has_shell and not any(each.target == TOOLKIT for each in given):
        yield Mount(source=asked.toolkit, target=START.rpartition("/")[0])
    yield from given


def cpu_shares(cpus: float) -> int:
    """Return the weight of so many cpus; cgroups know from 2 to 262144."""
    return min(max(int(cpus * CPU_SHARES), 2), 262_144)


def _command(asked: Asked) -> dict[str, list[str]]:
    image, container = asked.image, asked.container
    argv = list(asked.spec.argv)
    entrypoint = list(image.entrypoint) if container.keep_entrypoint else []
    if image.has_shell:
        return {"Entrypoint": ["/bin/sh", START], "Cmd": [*entrypoint, *argv]}
    words = [*entrypoint, *argv]
    return {"Entrypoint": words[:1], "Cmd": words[1:]}


# Without a name of its own, getpass fails, and torch.compile by it.
FOREIGNER = {
    "HOME": "/tmp",  # noqa: S108  the container's
    "USER": "jupyter-train",
    "LOGNAME": "jupyter-train",
}


def _environment(asked: Asked) -> Mapping[str, str]:
    spec, image = asked.spec, asked.image.variables
    defaults = asked.container.defaults.items()
    given = {**{name: v for name, v in defaults if name not in image}, **spec.environment}
    ours = {MARKER_VARIABLE: spec.marker}
    ours["NVIDIA_VISIBLE_DEVICES"] = ",".join(spec.resources.gpus) or CLEARED
    if asked.container.script_mode and asked.image.has_shell:
        ours[SCRIPT_VARIABLE] = "1"
    if _is_foreign(asked.container):
        named = {*given, *image}
        ours.update({name: value for name, value in FOREIGNER.items() if name not in named})
    return {**given, **ours}


def _is_foreign(container: Container) -> bool:
    """Tell whether it runs as a user whom the image need not know: home would be the root."""
    return container.user is not None and not container.user.startswith(("0:", "root"))


def _labels(asked: Asked) -> dict[str, str]:
    spec, labels = asked.spec, dict(asked.container.labels)
    image, machine = asked.image.architecture, asked.abilities.architecture
    if image and machine and image != machine:  # which works where an emulator is set up
        labels[ARCHITECTURE_LABEL] = f"{image}/{machine}"
    return {
        **labels,
        MANAGER_LABEL: spec.manager_id,
        ATTEMPT_LABEL: str(spec.key),
        ATTEMPTS_LABEL: str(spec.folder.parent),
        IMAGE_LABEL: asked.container.image,
    }


def _logging(image: Image) -> dict[str, Any]:
    # Rotation loses lines while they are followed: up to 72 % were measured.
    # What the engine's own configuration says about rotation must be said otherwise here.
    config = {"max-size": "1000g", "max-file": "1", "compress": "false", "mode": "blocking"}
    # The engine's "local" would keep bytes that are no text, and loses the end of long lines.
    return {"Type": "none"} if image.has_shell else {"Type": "json-file", "Config": config}


def _ulimits(abilities: Abilities) -> list[dict[str, Any]]:
    if not abilities.lifts_limits:
        return []
    return [
        {"Name": "nofile", "Soft": OPEN_FILES, "Hard": OPEN_FILES},
        {"Name": "memlock", "Soft": LOCKED_MEMORY, "Hard": LOCKED_MEMORY},
    ]


def _mount(mount: Mount) -> dict[str, Any]:
    return {
        "Type": "bind",
        "Source": os.fspath(mount.source),
        "Target": mount.target,
        "ReadOnly": not mount.writable,
        "BindOptions": {"Propagation": "rprivate"},
    }
