"""`python -m jupyter_train.manager --home DIR`: serve a state folder until told to stop."""

import argparse
import contextlib
import os
import sys
from pathlib import Path

SERVING, FAILED, LOCKED = 0, 1, 3


def main() -> int:
    """Serve; the exit code says why not."""
    arguments = _arguments()
    if arguments.detach:
        _detach()
    ready = Ready(arguments.ready_fd)
    # Imported now: the detached process is gone from its parent before the slow part begins.
    from .config import ConfigError  # noqa: PLC0415 - see above
    from .daemon import Options, PortTakenError, run  # noqa: PLC0415 - see above
    from .keys import KeysError  # noqa: PLC0415 - see above
    from .lock import LockedError  # noqa: PLC0415 - see above

    options = Options(
        home=arguments.home.absolute(), port=arguments.port, foreground=arguments.foreground
    )
    try:
        run(options, ready.serving)
    except LockedError as error:
        ready.failed(f"locked: {error}")
        return LOCKED
    except (ConfigError, KeysError, PortTakenError, OSError) as error:
        ready.failed(str(error))
        return FAILED
    return SERVING


class Ready:
    """Tells whoever started this process that it serves, or why it does not."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        if descriptor is not None:
            # What a job inherits would keep the starter waiting.
            os.set_inheritable(descriptor, False)

    def serving(self) -> None:
        """Say that it serves."""
        self._say("serving\n")

    def failed(self, reason: str) -> None:
        """Say why it does not, here and there."""
        sys.stderr.write(f"jupyter-train manager: {reason}\n")
        self._say(reason)

    def _say(self, text: str) -> None:
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        with contextlib.suppress(OSError):  # the starter did not wait
            os.write(descriptor, text.encode())
        os.close(descriptor)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m jupyter_train.manager", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the state folder")
    parser.add_argument("--port", type=int, help="the port, kept for the next time")
    parser.add_argument("--foreground", action="store_true", help="log to the terminal too")
    parser.add_argument("--detach", action="store_true", help="go on in a session of its own")
    parser.add_argument("--ready-fd", type=int, help="where to say that it serves")
    return parser.parse_args()


def _detach() -> None:
    """Leave the starter's session; the starter has no child to wait for."""
    if os.fork():
        os._exit(0)
    os.setsid()


if __name__ == "__main__":
    sys.exit(main())
