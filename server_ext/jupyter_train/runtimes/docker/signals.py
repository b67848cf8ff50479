"""Signal what this process may not: by a program in the container, or by the engine."""

from typing import Any

from .engine import Engine
from .settings import START

# -1 is every process but the first and the one that asks; our companion ignores what ends others.
_EVERYBODY = "kill -{number} -1"


def signal_within(engine: Engine, found: dict[str, Any], number: int) -> int:
    """Signal all processes of a container; returns 1, for how many there are is not known."""
    if number == 0:
        return 1
    if START in (found["Config"].get("Entrypoint") or ()):
        command = ["/bin/sh", "-c", _EVERYBODY.format(number=number)]
        made = engine.call("exec_create", found["Id"], command, stdout=False, stderr=False)
        engine.call("exec_start", made["Id"], detach=True)
    else:  # an image without a shell: its first program is all that can be reached
        engine.call("kill", found["Id"], number)
    return 1
