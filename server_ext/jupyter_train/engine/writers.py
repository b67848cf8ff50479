"""Where containers may write on this machine, and what they are shown of it.

An engine follows links when it starts a container, so what a container is shown must not lie in a
place where another may put a link meanwhile.  A place itself is safe: nobody writes beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from .errors import ClientError

_WAY_OUT = "wait for its end, or use another place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One place of this machine in a container."""

    address: str
    path: Path
    writable: bool


class Writers:
    """What living and waiting containers hold, by the folders of their attempts."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: dict[Path, tuple[str, tuple[Shown, ...]]] = {}

    def enter(self, folder: Path, who: str, places: Iterable[Shown]) -> None:
        """Note what a container is to be shown; ClientError if another makes that unsafe."""
        mine = tuple(places)
        with self._lock:
            for other, (name, theirs) in self._held.items():
                if other != folder:
                    _check(mine, name, theirs)
            self._held[folder] = (who, mine)

    def adopt(self, folder: Path, who: str, places: Iterable[Shown]) -> None:
        """Note what a container is shown that runs already."""
        with self._lock:
            self._held[folder] = (who, tuple(places))

    def leave(self, folder: Path) -> None:
        """Forget a container that is gone."""
        with self._lock:
            self._held.pop(folder, None)

    def __len__(self) -> int:
        return len(self._held)


def _check(mine: tuple[Shown, ...], name: str, theirs: tuple[Shown, ...]) -> None:
    for own in mine:
        for each in theirs:
            if each.writable and _is_below(own.path, each.path):
                raise ClientError(
                    f"{own.address} lies in {each.address}, where {name} may write; {_WAY_OUT}"
                )
            if own.writable and _is_below(each.path, own.path):
                raise ClientError(
                    f"{own.address} may not be written to: {each.address} lies in it, which "
                    f"{name} is shown; {_WAY_OUT}"
                )


def _is_below(path: Path, place: Path) -> bool:
    return path != place and path.is_relative_to(place)
