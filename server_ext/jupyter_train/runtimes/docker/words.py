"""What the engine's refusals mean for the owner of a job."""

import platform
from typing import Any

from ..base import AttemptSpec, StartError
from .blame import FULL, refusal
from .images import Image

# A sign in what the engine says, and the sentence for it.
_REFUSALS = (
    ("could not select device driver",
     "the engine knows no GPU driver; install nvidia-container-toolkit, or ask for no GPU"),
    ("no such image", "it is not on this machine; `docker pull` or `docker build` it"),
    ("executable file not found", "the image has no program {program!r} on its PATH"),
    ("no such file or directory", "the image has no program {program!r}"),
    ("permission denied", "the program {program!r} of the image is not executable"),
    ("exec format error",
     "the image is for {architecture}, and this machine is {machine}; build it for this one"),
    ("port is already allocated", "a port it asks for is taken"),
    ("bind source path does not exist", "a folder it is to see is not there"),
    (FULL, "the disk of the engine is full"),
    ("unable to find user", "the image knows no user {user!r}"),
    ("storage-opt", "the engine cannot limit the size of a container's disk"),
)  # fmt: skip


def start_error(spec: AttemptSpec, image: Image, error: Any) -> StartError:
    """Return the error of an attempt that the engine refuses to start."""
    reason = str(error.explanation or error).strip()
    small = reason.lower()
    sentence = next((words for sign, words in _REFUSALS if sign in small), "")
    told = sentence.format(
        program=program_of(spec, image),
        architecture=image.architecture or "another machine",
        machine=platform.machine(),
        user=spec.container.user if spec.container else "",
    )
    why = f"{told} ({reason})" if told else reason
    return refusal(f"the image {image.name!r} cannot be started: {why}", error, known=bool(told))


def program_of(spec: AttemptSpec, image: Image) -> str:
    """Return the program that the container begins with."""
    kept = spec.container is not None and spec.container.keep_entrypoint
    return next(iter([*(image.entrypoint if kept else ()), *spec.argv]), "")
